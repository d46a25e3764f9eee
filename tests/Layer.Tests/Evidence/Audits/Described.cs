using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Tests.Evidence.Audits;

/// <summary>Observations with the facts that the derived tables look at.</summary>
internal static class Described
{
    public const string Owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    public const string Reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

    public static Observation Assignment(
        int subscription, string name, string role, string? createdOn = null, string scopeLevel = "subscription", string? scope = null, string? description = null)
    {
        var id = $"/subscriptions/{AuditStory.Subscription(subscription)}/providers/Microsoft.Authorization/roleAssignments/{name}";
        return Create(ObservationType.RoleAssignment, id, writer =>
        {
            writer.Property("createdOn", createdOn);
            writer.Property("description", description);
            writer.Property("roleDefinitionId", role);
            writer.Property("scope", scope ?? $"/subscriptions/{AuditStory.Subscription(subscription)}");
            writer.Property("scopeLevel", scopeLevel);
        });
    }

    public static Observation Role(int subscription, string guid, string name, params string[] actions) => Create(
        ObservationType.RoleDefinition,
        $"/subscriptions/{AuditStory.Subscription(subscription)}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        writer =>
        {
            writer.Property("name", name);
            writer.Name("permissions");
            writer.StartArray();
            writer.StartObject();
            writer.Name("actions");
            writer.StartArray();
            foreach (var action in actions)
                writer.String(action);
            writer.EndArray();
            writer.EndObject();
            writer.EndArray();
        });

    public static Observation Group(int subscription, string name, string location = "westeurope") => Create(
        ObservationType.ResourceGroup,
        $"/subscriptions/{AuditStory.Subscription(subscription)}/resourceGroups/{name}",
        writer =>
        {
            writer.Property("location", location);
            writer.Property("name", name);
        });

    public static Observation Subscription(int subscription, string displayName) => Create(
        ObservationType.Subscription, $"/subscriptions/{AuditStory.Subscription(subscription)}", writer => writer.Property("displayName", displayName));

    public static Observation Visible(IEnumerable<(int Subscription, string? Name)> subscriptions) => Create(
        ObservationType.VisibleSubscriptions, $"/applications/{Samples.Client}/subscriptions", writer =>
        {
            writer.Property("client", Samples.Client);
            writer.Name("subscriptions");
            writer.StartArray();
            foreach (var (subscription, name) in subscriptions)
            {
                writer.StartObject();
                writer.Property("displayName", name);
                writer.Property("state", "Enabled");
                writer.Property("subscriptionId", AuditStory.Subscription(subscription));
                writer.Property("tenantId", "99999999-9999-4999-8999-999999999999");
                writer.EndObject();
            }

            writer.EndArray();
            writer.Property("tenant", Samples.Tenant);
        });

    private static Observation Create(string type, string id, Action<CanonicalWriter> facts) =>
        Observation.Create(new CanonicalWriter(), type, id.ToLowerInvariant(), id, facts, static (writer, write) => write(writer));
}
