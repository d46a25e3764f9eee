using System.Text.Json;
using Layer.Azure.Errors;
using Layer.Azure.Lists;
using Layer.Azure.ResourceGroups;
using Layer.Evidence.Collecting;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Azure.RoleAssignments;

/// <summary>One grant that applies in the subscription: made there, below it, or inherited from above. Its scope is in lower case.</summary>
// https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-subscription  (api-version 2022-04-01)
internal sealed record RoleAssignment(
    Observation Observation, Guid RoleDefinitionId, string Scope, string Level, bool IsOwn, bool IsOfGroup) : IListed
{
    public const string Action = "Microsoft.Authorization/roleAssignments/read";

    private const string ApiVersion = "2022-04-01";

    public string Key => Observation.Key;

    public Digest Digest => Observation.Digest;

    /// <summary>The key of the resource group it is in; null at or above the subscription.</summary>
    public string? Group => Level is ScopeLevel.ResourceGroup or ScopeLevel.Resource ? ResourceGroup.FindKey(Scope) : null;

    // Without a filter: atScope() would lose what is granted below the subscription.
    public static ArmList List(CloudEndpoints cloud, Guid subscription) => new(
        ObservationType.RoleAssignment, UrlTemplate.RoleAssignments, ApiVersion, null, Address(cloud, subscription, ""), Action);

    /// <summary>The assignments that reach a principal directly and through groups; only to prove the reader's own right.</summary>
    public static ArmList AssignedTo(CloudEndpoints cloud, Guid subscription, Guid principal)
    {
        var filter = $"assignedTo('{principal}')";
        return new("assignedTo", UrlTemplate.AssignedTo, ApiVersion, filter, Address(cloud, subscription, $"&$filter={Uri.EscapeDataString(filter)}"), Action);
    }

    /// <param name="subscription">The subscription that was asked.</param>
    /// <param name="reader">Object id of the reader, to tell its own rows.</param>
    public static ReadItem<RoleAssignment> Reader(Guid subscription, Guid reader)
    {
        var facts = new RoleAssignmentFacts();
        var writer = new CanonicalWriter();
        var (here, own) = ($"/subscriptions/{subscription}", reader.ToString());
        return (ref Utf8JsonReader json, ReadOnlyMemory<byte> page) =>
        {
            facts.Read(ref json, page);
            var key = facts.Id.ToLower();
            var scope = facts.Scope.ToLower();
            if (!key.StartsWith('/') || !scope.StartsWith('/'))
                throw new MalformedAnswerException("A role assignment's id or scope is not an ARM id.");
            if (scope.StartsWith("/subscriptions/", StringComparison.Ordinal) && scope != here && !scope.StartsWith(here + "/", StringComparison.Ordinal))
                throw new MalformedAnswerException("A role assignment's scope lies in another subscription.") { Entry = SubscriptionErrors.Mismatch };
            facts.Level = ScopeLevel.Of(scope);
            var observation = Observation.Create(writer, ObservationType.RoleAssignment, key, facts.Id.ToString(), facts, static (w, f) => f.WriteTo(w));
            return new RoleAssignment(observation, facts.RoleDefinitionId, scope, facts.Level, facts.PrincipalId.EqualsIgnoreCase(own), facts.PrincipalType.EqualsIgnoreCase("Group"));
        };
    }

    private static Uri Address(CloudEndpoints cloud, Guid subscription, string filter) =>
        new(cloud.Arm, $"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments?api-version={ApiVersion}{filter}");
}
