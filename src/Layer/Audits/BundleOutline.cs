using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Audits;

/// <summary>Where a window lies in a log (docs/evidence-format.md §8.2): which leaf it begins with, and which is the last that belongs to it.</summary>
/// <param name="Begin">Index of the first leaf at or after the window's first day less one hour; null when there is none.</param>
/// <param name="LastOwn">Index of the last leaf that belongs to the window; -1 when none does.</param>
/// <param name="Standing">Indices of all standing leaves, ascending.</param>
internal sealed record BundleOutline(long? Begin, long LastOwn, IReadOnlyList<long> Standing)
{
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private static readonly string[] Own =
    [
        LeafKind.Sync, LeafKind.Evidence, LeafKind.Exception, LeafKind.Connection, LeafKind.Mapping, LeafKind.Key, LeafKind.Epoch, LeafKind.Visible, LeafKind.Names,
    ];

    public static BundleOutline Of(AuditDatabase database, AuditWindow window)
    {
        var from = window.From == DateOnly.MinValue ? DateTimeOffset.MinValue : Midnight(window.From) - Margin;
        var to = Midnight(window.To) + Margin;
        long? begin = null;
        var last = -1L;
        var standing = new List<long>();
        var stated = new List<long>();
        foreach (var (index, kind, at) in database.Outline())
        {
            if (at >= from)
                begin ??= index;
            if (at < to && Own.Contains(kind))
                last = index;
            if (LeafKind.Standing.Contains(kind))
                standing.Add(index);
            if (kind is LeafKind.Scope or LeafKind.Sample)
                stated.Add(index);
        }

        // Scopes and samples may be sealed long after the window, so what they say decides and not when. Newest first: most are below it.
        foreach (var index in Enumerable.Reverse(stated).TakeWhile(index => index > last))
        {
            if (IsAbout(window, database.Leaf(index).Body))
                last = index;
        }

        return new BundleOutline(begin, last, standing);
    }

    private static bool IsAbout(AuditWindow window, LeafBody body) => body switch
    {
        ScopeLeaf scope => scope.Window == window,
        SampleLeaf sample => sample.Window.From >= window.From && sample.Window.To <= window.To,
        _ => false,
    };

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
