using Layer.Evidence.Canonical;

namespace Layer.Evidence.Audits;

/// <summary>Which subscription was read on which day of a window: <c>coverage.csv</c>, its sums, and its gaps (docs/evidence-format.md §7 and §8.5).</summary>
/// <remarks>It says when Layer read Azure, not that a control operated.</remarks>
public sealed class CoverageTable
{
    /// <summary>The header line of <c>coverage.csv</c>.</summary>
    public static IReadOnlyList<string> Header { get; } = ["day", "subscription", "name", "state", "code", "by", "reason", "observed", "connection", "leaf"];

    private CoverageTable(AuditWindow window, int subscriptions, CoverageLine[] lines)
    {
        Window = window;
        Lines = lines;
        Summary = CoverageSummary.Of(lines);
        Gaps = [.. CoverageGap.Of(lines, subscriptions)];
    }

    /// <summary>The window.</summary>
    public AuditWindow Window { get; }

    /// <summary>One for each subscription in scope and each day of the window; ascending by day, then subscription.</summary>
    public IReadOnlyList<CoverageLine> Lines { get; }

    /// <summary>The sums.</summary>
    public CoverageSummary Summary { get; }

    /// <summary>The runs of days without a complete reading: by subscription, ascending, then by day.</summary>
    public IReadOnlyList<CoverageGap> Gaps { get; }

    /// <summary>Computes the coverage of a window.</summary>
    /// <param name="log">The leaves at hand.</param>
    /// <param name="window">The window.</param>
    /// <param name="below">Only leaves with a smaller index count: the size of the tree.</param>
    /// <param name="endOfLog">The UTC day of the tree's last leaf. From it on, no day is known to be over.</param>
    /// <param name="source">Asked for lists of visible subscriptions when a subscription in scope was never connected.</param>
    public static CoverageTable Of(AuditLog log, AuditWindow window, long below, DateOnly endOfLog, IAuditSource source)
    {
        var subscriptions = AuditScope.Of(log, window, below).Subscriptions;
        var names = SubscriptionNames.Of(log, below, new VisibleLists(log, window, below, source));
        var connections = log.ConnectionsBySubscription(below);
        var history = log.HistoryBySubscription(below);
        var lines = new CoverageLine[checked(window.DayCount * subscriptions.Count)];
        for (var row = 0; row < subscriptions.Count; row++)
        {
            var subscription = subscriptions[row];
            var attempts = connections[subscription].SelectMany(connection => log.ReadingsOf(connection, below)).Where(reading => window.Contains(reading.Day));
            var days = new SubscriptionDays(subscription, names.NameOf(subscription), history[subscription], attempts, endOfLog);
            foreach (var day in window.Days)
                lines[((day.DayNumber - window.From.DayNumber) * subscriptions.Count) + row] = days.Next(day);
        }

        return new CoverageTable(window, subscriptions.Count, lines);
    }

    /// <summary>The coverage that somebody else computed.</summary>
    /// <param name="window">The window.</param>
    /// <param name="lines">Its lines, ascending by day, then subscription: each day has one for each subscription.</param>
    /// <exception cref="FormatException">They are not.</exception>
    public static CoverageTable Of(AuditWindow window, CoverageLine[] lines)
    {
        var count = lines.Select(line => line.Subscription).Distinct().Count();
        if (lines.Length != window.DayCount * count || lines.Where((line, i) => line.Day.DayNumber != window.From.DayNumber + (i / count) || line.Subscription != lines[i % count].Subscription).Any())
            throw new FormatException("Lines of the coverage are missing or out of order.");
        return new CoverageTable(window, count, lines);
    }

    /// <summary>Writes <c>coverage.csv</c>.</summary>
    public void WriteCsv(CsvWriter csv)
    {
        csv.Row([.. Header]);
        foreach (var line in Lines)
        {
            csv.Row(
                Day.Format(line.Day), line.Subscription.ToString("D"), line.Name, line.State, line.Code, line.By, line.Reason,
                line.Observed is { } observed ? Instant.Format(observed) : null, line.Connection?.ToString("D"), line.Leaf?.ToString());
        }
    }
}
