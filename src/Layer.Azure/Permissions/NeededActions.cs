using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.Subscriptions;

namespace Layer.Azure.Permissions;

/// <summary>The actions without which a reading would be incomplete.</summary>
internal static class NeededActions
{
    public const string ReadGroups = "Microsoft.Resources/subscriptions/resourceGroups/read";

    public static IReadOnlyList<string> All { get; } =
        [Subscription.Action, ReadGroups, RoleAssignment.Action, RoleDefinition.Action];

    /// <summary>Those that none of the roles allows.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyCollection<ActionRules> rules) =>
        [.. All.Where(action => !rules.Any(r => r.Allow(action)))];
}
