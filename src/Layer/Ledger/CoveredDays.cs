using Layer.Evidence.Leaves;

namespace Layer.Ledger;

/// <summary>Which days the leaves of a log cover, and which they do not. A verifier trusts leaves only, so it counts days for itself.</summary>
internal sealed class CoveredDays
{
    private readonly Dictionary<Guid, Expected> _connections = [];

    /// <summary>When the last leaf was recorded. That day is not over, as far as the log knows.</summary>
    public DateTimeOffset LastAt { get; set; }

    public void Add(SyncManifest manifest)
    {
        var day = DayOf(manifest.Observed?.From ?? manifest.StartedAt);
        var connection = Of(manifest.Connection, day);
        if (manifest.Status == ManifestStatus.Complete)
            connection.Complete.Add(day);
        else
            connection.Failed[day] = manifest.Code ?? manifest.Status;
    }

    public void Add(ConnectionLeaf change, DateTimeOffset at)
    {
        var connection = Of(change.Connection, DayOf(at));
        connection.Name = change.Name;
        // Only a subscription that Azure no longer has ends expectation; a pause or an end by choice leaves days uncovered.
        if (change.Change == ConnectionChange.SubscriptionGone)
            connection.Until = DayOf(at);
    }

    /// <summary>Days without a complete reading, from each connection's first day to the day before the last leaf, one sentence each.</summary>
    public IReadOnlyList<string> Gaps()
    {
        var gaps = new List<string>();
        var today = DayOf(LastAt);
        foreach (var (id, connection) in _connections.OrderBy(c => c.Key))
        {
            for (var day = connection.From; day < (connection.Until ?? today); day = day.AddDays(1))
            {
                if (connection.Complete.Contains(day))
                    continue;
                var why = connection.Failed.TryGetValue(day, out var code) ? code : "nothing was read";
                gaps.Add($"{connection.Name ?? id.ToString()} has no complete reading on {day:yyyy-MM-dd} ({why}).");
            }
        }

        return gaps;
    }

    private Expected Of(Guid id, DateOnly day)
    {
        if (!_connections.TryGetValue(id, out var connection))
            _connections.Add(id, connection = new Expected(day));
        return connection;
    }

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private sealed class Expected(DateOnly from)
    {
        public DateOnly From { get; } = from;

        public DateOnly? Until { get; set; }

        public string? Name { get; set; }

        public HashSet<DateOnly> Complete { get; } = [];

        public Dictionary<DateOnly, string> Failed { get; } = [];
    }
}
