using System.Text.Json;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Inventory;

namespace Layer.Audits;

/// <summary>One member that was drawn, with what makes it readable.</summary>
/// <param name="Rank">From 1, in the order of the draw.</param>
/// <param name="Member">As it is sealed.</param>
/// <param name="Assignment">The role assignment it names; null of a day.</param>
internal sealed record SampleRow(int Rank, string Member, AssignmentRow? Assignment)
{
    /// <summary>Looks up what was drawn, in the reading it was drawn from.</summary>
    /// <param name="whole">The log; the draw's leaf may be in it.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="index">Index of its leaf.</param>
    /// <param name="inventory">The stored readings.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<SampleRow>> OfAsync(
        WholeLog whole, SampleLeaf draw, long index, InventoryReader inventory, CancellationToken cancellationToken)
    {
        var names = await inventory.NamesAsync(cancellationToken);
        var picked = draw.Picked.ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, AssignmentRow>(StringComparer.Ordinal);
        if (SamplePopulation.IsOfDay(draw.Population, out var day))
        {
            foreach (var reading in Readings(whole, draw.Window, index, day))
            {
                foreach (var row in await AssignmentRow.ReadAsync(inventory, reading, names, cancellationToken))
                {
                    if (picked.Contains($"{reading.Subscription:D} {row.Assignment.Key}"))
                        found[$"{reading.Subscription:D} {row.Assignment.Key}"] = row;
                }
            }
        }
        else if (draw.Population != SamplePopulation.Days)
        {
            var change = draw.Population == SamplePopulation.WindowAdditions ? ChangeRow.Added : ChangeRow.Removed;
            var tenants = whole.Log.Connections.ToLookup(connection => connection.Leaf.Connection, connection => connection.Leaf);
            foreach (var row in AuditChanges.Of(whole.Log, draw.Window, index, whole.SourceOf(draw.Window)))
            {
                var member = $"{Instant.Format(row.Observed)} {row.Subscription:D} {row.Key}";
                if (row.Type == ObservationType.RoleAssignment && row.Change == change && picked.Contains(member))
                    found[member] = Row(row, tenants[row.Connection].Last(), names);
            }
        }

        return [.. draw.Picked.Select((member, i) => new SampleRow(i + 1, member, found.GetValueOrDefault(member)))];
    }

    /// <summary>The readings that the population of a day is made of: of each subscription in scope the last one on or before the day.</summary>
    public static IReadOnlyList<Inventory.Reading> Readings(WholeLog whole, AuditWindow window, long below, DateOnly day)
    {
        var connections = whole.Log.ConnectionsBySubscription(below);
        var readings = new List<Inventory.Reading>();
        foreach (var subscription in AuditScope.Of(whole.Log, window, below).Subscriptions)
        {
            var complete = connections[subscription].SelectMany(connection => whole.Log.ReadingsOf(connection, below))
                .Where(reading => reading.IsComplete && reading.Day <= day).ToList();
            if (complete.Count == 0)
                continue;
            var last = complete.MaxBy(reading => reading.Index);
            var leaf = whole.Log.Connections.Last(connection => connection.Leaf.Connection == last.Connection).Leaf;
            readings.Add(new Inventory.Reading(last.Connection, leaf.Name, subscription, leaf.Tenant, last.Seq, last.Day, last.ObservedFrom ?? last.StartedAt));
        }

        return readings;
    }

    private static AssignmentRow Row(ChangeRow row, ConnectionLeaf connection, KnownNames names)
    {
        using var facts = JsonDocument.Parse(row.After ?? row.Before ?? "{}");
        var reading = new Inventory.Reading(
            row.Connection, connection.Name, row.Subscription, connection.Tenant, row.Seq, DateOnly.FromDateTime(row.Observed.UtcDateTime), row.Observed);
        var seen = new Seen(reading, row.Type, row.Key, row.Key, Digest: default, facts.RootElement.Clone());
        return new AssignmentRow(seen, row.Label.Length > 0 ? row.Label : null, row.Privileged is Privilege.Yes or Privilege.Unknown, names.Find(seen));
    }
}
