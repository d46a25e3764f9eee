using Layer.Evidence.Canonical;
using Layer.Evidence.Frameworks;

namespace Layer.Evidence.Audits;

/// <summary>What was added, changed and removed in a window: <c>changes.csv</c> (docs/evidence-format.md §8.7).</summary>
public static class AuditChanges
{
    /// <summary>The header line of <c>changes.csv</c>.</summary>
    public static IReadOnlyList<string> Header { get; } =
    [
        "observed", "previous", "subscription", "connection", "seq", "type", "change", "key", "label", "privileged", "created", "firstSeen", "lastSeen", "note",
        "before", "after",
    ];

    /// <summary>All rows, in their order, subscription by subscription: only the populations of one are in memory at a time.</summary>
    /// <exception cref="FormatException">While enumerating: the source's steps do not fit one another, or an observation is not of its form.</exception>
    /// <exception cref="KeyNotFoundException">While enumerating: the source lacks an observation.</exception>
    public static IEnumerable<ChangeRow> Of(AuditLog log, AuditWindow window, long below, IAuditSource source)
    {
        var connections = log.ConnectionsBySubscription(below);
        foreach (var subscription in AuditScope.Of(log, window, below).Subscriptions)
        {
            var walks = new List<(AuditRecord Record, ConnectionChanges Changes)>();
            foreach (var connection in connections[subscription])
            {
                var runs = EvidenceType.All.Select(type => (Type: type, Run: WindowRecords.Of(log, connection, type.Id, window, below)))
                    .Where(each => each.Run.Records.Count > 0).ToList();
                var steps = runs.Count > 0 ? source.Steps(connection) : [];
                foreach (var (type, run) in runs)
                {
                    var changes = new ConnectionChanges(subscription, window, run.Base, [type.Population, .. type.With], steps, source);
                    walks.AddRange(run.Records.Select(record => (record, changes)));
                }
            }

            foreach (var row in walks.OrderBy(walk => walk.Record.Index).SelectMany(walk => walk.Changes.Next(walk.Record)))
                yield return row;
        }
    }

    /// <summary>Writes <c>changes.csv</c>.</summary>
    public static void WriteCsv(CsvWriter csv, IEnumerable<ChangeRow> rows)
    {
        csv.Row([.. Header]);
        foreach (var row in rows)
        {
            csv.Row(
                Instant.Format(row.Observed), row.Previous is { } previous ? Instant.Format(previous) : null, row.Subscription.ToString("D"),
                row.Connection.ToString("D"), row.Seq.ToString(), row.Type, row.Change, row.Key, row.Label, row.Privileged, row.Created, row.FirstSeen,
                row.LastSeen is { } last ? Instant.Format(last) : null, row.Note, row.Before, row.After);
        }
    }
}
