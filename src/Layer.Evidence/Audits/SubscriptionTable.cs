using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Which subscriptions there were to see in a window, and whether the audit covers them: <c>subscriptions.csv</c> (docs/evidence-format.md §8.5).</summary>
public sealed class SubscriptionTable
{
    /// <summary>The header line of <c>subscriptions.csv</c>.</summary>
    public static IReadOnlyList<string> Header { get; } =
        ["subscription", "name", "tenant", "state", "by", "reason", "firstVisible", "lastVisible", "connectedFrom", "connectedTo"];

    private SubscriptionTable(IReadOnlyList<SubscriptionRow> rows) => Rows = rows;

    /// <summary>Ascending by subscription.</summary>
    public IReadOnlyList<SubscriptionRow> Rows { get; }

    /// <summary>How many are undecided.</summary>
    public int Undecided => Rows.Count(row => row.State == SubscriptionState.Undecided);

    /// <summary>Computes the table of a window from the leaves with an index less than <paramref name="below"/>.</summary>
    /// <exception cref="FormatException">A list of visible subscriptions is not of its form.</exception>
    public static SubscriptionTable Of(AuditLog log, AuditWindow window, long below, IAuditSource source)
    {
        var lists = new VisibleLists(log, window, below, source);
        var seen = new Dictionary<Guid, (DateOnly First, DateOnly Last)>();
        foreach (var leaf in lists.Leaves)
        {
            var day = DateOnly.FromDateTime(leaf.Leaf.Observed.From.UtcDateTime);
            foreach (var visible in lists.Of(leaf.Leaf))
                seen[visible.Subscription] = (seen.TryGetValue(visible.Subscription, out var before) ? before.First : day, day);
        }

        var statement = AuditScope.Of(log, window, below).Statement;
        var stood = AuditScope.Stood(log, window, below);
        var names = SubscriptionNames.Of(log, below, lists);
        var history = log.HistoryBySubscription(below);
        var named = (statement?.Included ?? []).Concat(statement?.Excluded.Select(excluded => excluded.Subscription) ?? []);
        return new SubscriptionTable([.. seen.Keys.Union(stood).Union(named).Order().Select(subscription =>
        {
            var (state, reason) = Decide(subscription, statement, stood);
            var isDecided = state is SubscriptionState.Included or SubscriptionState.Excluded;
            var (from, to) = Connected(history[subscription].Where(leaf => leaf.Day < window.To));
            var isSeen = seen.TryGetValue(subscription, out var days);
            return new SubscriptionRow(
                subscription, names.NameOf(subscription), names.TenantOf(subscription), state, isDecided ? statement?.By : null, reason,
                isSeen ? days.First : null, isSeen ? days.Last : null, from, to);
        })]);
    }

    /// <summary>Writes <c>subscriptions.csv</c>.</summary>
    public void WriteCsv(CsvWriter csv)
    {
        csv.Row([.. Header]);
        foreach (var row in Rows)
        {
            csv.Row(
                row.Subscription.ToString("D"), row.Name, row.Tenant, row.State, row.By, row.Reason,
                Text(row.FirstVisible), Text(row.LastVisible), Text(row.ConnectedFrom), Text(row.ConnectedTo));
        }
    }

    private static (string State, string? Reason) Decide(Guid subscription, ScopeLeaf? statement, HashSet<Guid> stood)
    {
        if (statement is null)
            return (stood.Contains(subscription) ? SubscriptionState.Connected : SubscriptionState.Undecided, null);
        if (statement.Included.Contains(subscription))
            return (SubscriptionState.Included, null);
        var excluded = statement.Excluded.FirstOrDefault(each => each.Subscription == subscription);
        return excluded is null ? (SubscriptionState.Undecided, null) : (SubscriptionState.Excluded, excluded.Reason);
    }

    private static (DateOnly? From, DateOnly? To) Connected(IEnumerable<Placed<ConnectionLeaf>> history)
    {
        DateOnly? from = null;
        DateOnly? to = null;
        Guid? ended = null;
        foreach (var leaf in history)
        {
            from ??= leaf.Day;
            if (leaf.Leaf.Change is ConnectionChange.Disconnected or ConnectionChange.SubscriptionGone)
                (to, ended) = (leaf.Day, leaf.Leaf.Connection);
            else if (leaf.Leaf.Change == ConnectionChange.Created && leaf.Leaf.Connection != ended)
                to = null;
        }

        return (from, to);
    }

    private static string? Text(DateOnly? day) => day is { } known ? Day.Format(known) : null;
}
