using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>One role assignment with the names that make it readable.</summary>
internal sealed record AssignmentRow(Seen Assignment, string? RoleName, bool Privileged, PrincipalName? Name)
{
    public string Role => RoleName ?? $"unknown role {Assignment.Text("roleDefinitionId")}";

    public const string NotLookedUp = "not-looked-up";

    public string NameState => StateOf(Name);

    public static string StateOf(PrincipalName? name) => name is null ? NotLookedUp : KebabCaseText.Of(name.State);

    /// <summary>Resolved, not found, not permitted and not looked up never look alike.</summary>
    public string Who => Name switch
    {
        { State: Inventory.NameState.Resolved, Name: { } name } => name,
        { State: Inventory.NameState.NotFound } => $"not found in this directory ({Assignment.Text("principalId")})",
        { State: Inventory.NameState.NotPermitted } => $"name not permitted ({Assignment.Text("principalId")})",
        _ => $"not looked up ({Assignment.Text("principalId")})",
    };

    /// <summary>The scope without the parts every row shares.</summary>
    public string ShortScope
    {
        get
        {
            var scope = Assignment.Text("scope");
            var subscription = $"/subscriptions/{Assignment.Reading.Subscription}";
            if (scope == "/")
                return "/ (root)";
            if (!scope.StartsWith(subscription, StringComparison.OrdinalIgnoreCase))
                return scope.Replace("/providers/Microsoft.Management/managementGroups/", "mg ", StringComparison.OrdinalIgnoreCase);
            return scope.Length == subscription.Length ? "subscription" : scope[(subscription.Length + 1)..].Replace("resourceGroups/", "", StringComparison.OrdinalIgnoreCase);
        }
    }

    public static async Task<IEnumerable<AssignmentRow>> ReadAsync(
        InventoryReader inventory, Reading reading, KnownNames names, CancellationToken cancellationToken)
    {
        var roles = await inventory.RolesAsync(reading, cancellationToken);
        return (await inventory.ListAsync(reading, ObservationType.RoleAssignment, cancellationToken)).Select(seen => new AssignmentRow(
            seen, roles.FindName(seen.Text("roleDefinitionId")), roles.IsPrivileged(seen.Text("roleDefinitionId")), names.Find(seen)));
    }
}

/// <summary>One principal with all its roles, over all connections; an assignment inherited into several is counted once.</summary>
internal sealed record PrincipalRow(string Id, string Kind, string Who, string? Name, string NameState, int Assignments, bool Privileged, IReadOnlyList<string> RoleNames)
{
    public const string Type = "principal";

    public static IEnumerable<PrincipalRow> Of(IEnumerable<AssignmentRow> assignments) => assignments
        .GroupBy(row => row.Assignment.Text("principalId"), StringComparer.OrdinalIgnoreCase)
        .Select(rows => new PrincipalRow(
            rows.Key, rows.First().Assignment.Text("principalType"), rows.First().Who, rows.First().Name?.Name, rows.First().NameState,
            rows.DistinctBy(row => row.Assignment.Key).Count(), rows.Any(row => row.Privileged),
            [.. rows.Select(row => row.Role).Distinct().Order(StringComparer.Ordinal)]))
        .OrderByDescending(row => row.Privileged).ThenBy(row => row.Who, StringComparer.Ordinal);
}
