using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Tests.Evidence.Audits;

/// <summary>Observations with all facts of their type, as a verifier demands them.</summary>
internal static class Whole
{
    /// <summary>The assignment by which the reader of every story has the right to read.</summary>
    public static string OwnId { get; } = Samples.Reading.Right!.OwnRows[0]; // the sample has the right

    public static Observation Assignment(
        int subscription, string name, string role, string principal = "aaaaaaaa-0000-4000-8000-000000000001", string? description = null,
        string? createdOn = "2026-01-02T03:04:05.678Z")
    {
        var id = name == OwnId ? OwnId : $"/subscriptions/{AuditStory.Subscription(subscription)}/providers/Microsoft.Authorization/roleAssignments/{name}";
        return Create(ObservationType.RoleAssignment, id, writer =>
        {
            foreach (var fact in new[] { "condition", "conditionVersion", "createdBy" })
                writer.Property(fact, (string?)null);
            writer.Property("createdOn", createdOn);
            writer.Property("delegatedManagedIdentityResourceId", (string?)null);
            writer.Property("description", description);
            writer.Property("principalId", principal);
            writer.Property("principalType", "User");
            writer.Property("roleDefinitionId", role);
            writer.Property("scope", $"/subscriptions/{AuditStory.Subscription(subscription)}");
            writer.Property("scopeLevel", "subscription");
            writer.Property("updatedBy", (string?)null);
            writer.Property("updatedOn", (string?)null);
        });
    }

    public static Observation Role(int subscription, string guid, string name, params string[] actions) => Create(
        ObservationType.RoleDefinition,
        $"/subscriptions/{AuditStory.Subscription(subscription)}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        writer =>
        {
            Texts("assignableScopes", "/");
            writer.Property("name", name);
            writer.Name("permissions");
            writer.StartArray();
            writer.StartObject();
            Texts("actions", actions);
            writer.EndObject();
            writer.EndArray();
            writer.Property("roleType", "BuiltInRole");

            void Texts(string property, params string[] texts)
            {
                writer.Name(property);
                writer.StartArray();
                foreach (var text in texts)
                    writer.String(text);
                writer.EndArray();
            }
        });

    public static Observation Group(int subscription, string name, string location = "westeurope") => Create(
        ObservationType.ResourceGroup, $"/subscriptions/{AuditStory.Subscription(subscription)}/resourceGroups/{name}", writer =>
        {
            writer.Property("location", location);
            writer.Property("managedBy", (string?)null);
            writer.Property("name", name);
            writer.Property("provisioningState", "Succeeded");
            writer.Name("tags");
            writer.StartArray();
            writer.StartObject();
            writer.Property("k", "env");
            writer.Property("v", "prod");
            writer.EndObject();
            writer.EndArray();
        });

    public static Observation Subscription(int subscription, string displayName) => Create(
        ObservationType.Subscription, $"/subscriptions/{AuditStory.Subscription(subscription)}", writer =>
        {
            writer.Property("displayName", displayName);
            writer.Property("state", "Enabled");
            writer.Property("subscriptionId", AuditStory.Subscription(subscription));
            writer.Property("tenantId", Samples.Tenant);
        });

    public static Observation Own(int subscription) => Assignment(subscription, OwnId, Described.Reader);

    /// <summary>What the first reading of a subscription shows.</summary>
    public static Observation[] First(int subscription) =>
    [
        Subscription(subscription, "prod"), Group(subscription, "rg-app"), Assignment(subscription, "a1", Described.Owner), Assignment(subscription, "a2", Described.Reader),
        Own(subscription), Role(subscription, Described.Owner, "Owner", "*"), Role(subscription, Described.Reader, "Reader", "*/read"),
    ];

    private static Observation Create(string type, string id, Action<CanonicalWriter> facts) =>
        Observation.Create(new CanonicalWriter(), type, id.ToLowerInvariant(), id, facts, static (writer, write) => write(writer));
}
