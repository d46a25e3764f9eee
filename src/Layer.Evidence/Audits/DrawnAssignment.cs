using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>A role assignment that was drawn, as the reading showed it that put it into the population; of a removal the reading before.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Connection">The connection that read it.</param>
/// <param name="Role">The role's name; empty when its definition was not read.</param>
/// <param name="Privileged"><c>yes</c>, <c>no</c> or <c>unknown</c>.</param>
/// <param name="Facts">The canonical facts.</param>
public sealed record DrawnAssignment(Guid Subscription, Guid Connection, string Role, string? Privileged, string Facts)
{
    /// <summary>The assignments of a draw by the member that each is; of days there are none.</summary>
    /// <param name="log">The leaves at hand.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="source">Populations and observations of every subscription in the draw's scope.</param>
    public static IReadOnlyDictionary<string, DrawnAssignment> Of(AuditLog log, Placed<SampleLeaf> draw, IAuditSource source)
    {
        var leaf = draw.Leaf;
        var found = new Dictionary<string, DrawnAssignment>(StringComparer.Ordinal);
        if (leaf.Population == SamplePopulation.Days)
            return found;
        var picked = leaf.Picked.ToHashSet(StringComparer.Ordinal);
        if (SamplePopulation.IsOfDay(leaf.Population, out var day))
        {
            foreach (var (member, subscription, connection, held, roles) in SampleMembers.Assignments(log, day, leaf.Window, draw.Index, source))
            {
                if (!picked.Contains(member))
                    continue;
                using var assignment = ReadObservation.Of(source, held.Digest, ObservationType.RoleAssignment);
                found[member] = new DrawnAssignment(subscription, connection, roles.NameOf(held.Role), roles.PrivilegedOf(held.Role), assignment.FactsText);
            }

            return found;
        }

        var change = leaf.Population == SamplePopulation.WindowAdditions ? ChangeRow.Added : ChangeRow.Removed;
        foreach (var row in AuditChanges.Of(log, leaf.Window, draw.Index, source).Where(row => row.Type == ObservationType.RoleAssignment && row.Change == change))
        {
            var member = SampleMembers.MemberOf(row);
            if (picked.Contains(member) && (row.After ?? row.Before) is { } facts)
                found[member] = new DrawnAssignment(row.Subscription, row.Connection, row.Label, row.Privileged, facts);
        }

        return found;
    }
}
