using Layer.Evidence.Audits;

namespace Layer.Audits;

/// <summary>Counts the rows of <c>changes.csv</c> while they are written, and keeps those that a reader of the report should see first.</summary>
internal sealed class ChangeTally
{
    /// <summary>How many rows a report shows at most.</summary>
    public const int Most = 200;

    private readonly SortedDictionary<(DateOnly Month, string Type), ChangeCount> _months = [];
    private readonly PriorityQueue<ChangeRow, (bool Matters, DateTimeOffset Observed, long Order)> _kept = new();

    /// <summary>All rows.</summary>
    public long Count { get; private set; }

    /// <summary>Rows that matter most: privileged or of unknown privilege.</summary>
    public long Privileged { get; private set; }

    /// <summary>Rows that were drawn from creation dates because nothing was read before.</summary>
    public long Drawn { get; private set; }

    /// <summary>By month and observation type, ascending.</summary>
    public IReadOnlyDictionary<(DateOnly Month, string Type), ChangeCount> Months => _months;

    /// <summary>At most <see cref="Most"/> rows: those that matter most before others, newer before older; in descending order of time.</summary>
    public IReadOnlyList<ChangeRow> Shown => [.. _kept.UnorderedItems.OrderByDescending(each => each.Priority.Observed).ThenBy(each => each.Priority.Order).Select(each => each.Element)];

    public ChangeCount Of(string type) => _months.Where(month => month.Key.Type == type).Aggregate(default(ChangeCount), (sum, month) => sum + month.Value);

    public ChangeRow Add(ChangeRow row)
    {
        Count++;
        var matters = row.Privileged is "yes" or "unknown";
        Privileged += matters ? 1 : 0;
        Drawn += row.Note == ChangeRow.DrawnFromCreatedOn ? 1 : 0;
        var key = (new DateOnly(row.Observed.Year, row.Observed.Month, 1), row.Type);
        _months[key] = _months.GetValueOrDefault(key) + ChangeCount.Of(row.Change);
        var priority = (matters, row.Observed, Count);
        if (_kept.Count < Most)
            _kept.Enqueue(row, priority);
        else
            _kept.EnqueueDequeue(row, priority);
        return row;
    }
}

/// <summary>How many were added, changed and removed.</summary>
internal readonly record struct ChangeCount(long Added, long Changed, long Removed)
{
    public long Sum => Added + Changed + Removed;

    public static ChangeCount Of(string change) => change switch
    {
        ChangeRow.Added => new(1, 0, 0),
        ChangeRow.Changed => new(0, 1, 0),
        _ => new(0, 0, 1),
    };

    public static ChangeCount operator +(ChangeCount x, ChangeCount y) => new(x.Added + y.Added, x.Changed + y.Changed, x.Removed + y.Removed);
}
