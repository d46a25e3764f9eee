using Layer.Azure.Lists;
using Layer.Azure.Permissions;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;

namespace Layer.Azure.Collecting;

/// <summary>The proof that the reader may read everything: its own rows, and what they grant (docs/evidence-format.md §4).</summary>
internal static class RightProof
{
    /// <summary>The reader's rows at or above the subscription; only these grant the whole of it.</summary>
    public static IReadOnlyList<RoleAssignment> OwnRows(IEnumerable<RoleAssignment> assignments) =>
        [.. assignments.Where(a => a.IsOwn && ScopeLevel.CoversSubscription(a.Level))];

    /// <summary>Rows that reach the reader through a group: those of the assignedTo call that the population holds just so.</summary>
    public static IReadOnlyList<RoleAssignment> RowsThroughGroups(ListOutcome<RoleAssignment> assignedTo, IReadOnlyCollection<RoleAssignment> assignments)
    {
        // A row that names somebody else tells that the server ignored the filter.
        if (assignedTo.Items.Any(a => a is { IsOwn: false, IsOfGroup: false }))
            return [];
        var population = assignments.ToDictionary(a => a.Observation.Key, StringComparer.Ordinal);
        return
        [
            .. assignedTo.Items.Where(a => ScopeLevel.CoversSubscription(a.Level)
                && population.TryGetValue(a.Observation.Key, out var row) && row.Digest == a.Digest),
        ];
    }

    /// <summary>How the needed actions are granted: <c>permissions</c>, <c>definitions</c>, or null with those that are missing.</summary>
    public static (string? By, IReadOnlyList<string> Missing) Weigh(
        ListOutcome<ActionRules> permissions, IEnumerable<RoleAssignment> rows, IReadOnlyDictionary<Guid, RoleDefinition> definitions)
    {
        var told = permissions.Failure is null ? NeededActions.Missing(permissions.Items) : null;
        if (told is { Count: 0 })
            return ("permissions", []);
        var computed = NeededActions.Missing(
            [.. rows.Select(r => definitions.GetValueOrDefault(r.RoleDefinitionId)).OfType<RoleDefinition>().SelectMany(d => d.Rules())]);
        return computed.Count == 0 ? ("definitions", []) : (null, told ?? computed);
    }
}
