using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Every draw of a window, used or not: <c>samples.csv</c> (docs/evidence-format.md §8.8).</summary>
public sealed class SampleTable
{
    /// <summary>The header line of <c>samples.csv</c>.</summary>
    public static IReadOnlyList<string> Header { get; } =
        ["leaf", "at", "population", "from", "to", "method", "count", "n", "seed", "givenBy", "actor", "rank", "member"];

    private SampleTable(IReadOnlyList<Placed<SampleLeaf>> draws) => Draws = draws;

    /// <summary>The draws whose window lies within the table's; ascending by index.</summary>
    public IReadOnlyList<Placed<SampleLeaf>> Draws { get; }

    /// <summary>Computes the table.</summary>
    /// <param name="log">The leaves at hand.</param>
    /// <param name="window">The window.</param>
    /// <param name="first">Index of the first leaf of the range.</param>
    /// <param name="below">Index of the leaf after the range's last.</param>
    public static SampleTable Of(AuditLog log, AuditWindow window, long first, long below) => new(
        [.. log.Samples.Where(draw => draw.Index >= first && draw.Index < below && LiesIn(window, draw.Leaf))]);

    /// <summary>Draws again, and says what differs from the leaf.</summary>
    /// <param name="log">The leaves at hand.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="source">Populations and observations of every subscription in the draw's scope.</param>
    /// <returns>A sentence; null when everything is as sealed.</returns>
    public static string? FindProblem(AuditLog log, Placed<SampleLeaf> draw, IAuditSource source)
    {
        var leaf = draw.Leaf;
        var members = SampleMembers.Of(log, leaf.Population, leaf.Window, draw.Index, draw.Day, source);
        if (members.Count != leaf.Count || members.Root != leaf.Root)
            return $"its population {leaf.Population} has {members.Count} members and the root {members.Root}, and it says {leaf.Count} and {leaf.Root}.";
        return SampleDraw.Draw(leaf.Method, leaf.N, leaf.Seed, members).SequenceEqual(leaf.Picked) ? null : "drawn again with its seed, other members come out.";
    }

    /// <summary>Writes <c>samples.csv</c>: a row for each member drawn, and one for a draw without any.</summary>
    public void WriteCsv(CsvWriter csv)
    {
        csv.Row([.. Header]);
        foreach (var draw in Draws)
        {
            for (var rank = 1; rank <= draw.Leaf.Picked.Count; rank++)
                Write(csv, draw, rank.ToString(), draw.Leaf.Picked[rank - 1]);
            if (draw.Leaf.Picked.Count == 0)
                Write(csv, draw, null, null);
        }
    }

    private static bool LiesIn(AuditWindow window, SampleLeaf draw) => draw.Window.From >= window.From && draw.Window.To <= window.To;

    private static void Write(CsvWriter csv, Placed<SampleLeaf> draw, string? rank, string? member)
    {
        var leaf = draw.Leaf;
        csv.Row(
            draw.Index.ToString(), Instant.Format(draw.At), leaf.Population, Day.Format(leaf.Window.From), Day.Format(leaf.Window.To), leaf.Method, leaf.Count.ToString(), leaf.N.ToString(), leaf.Seed, leaf.GivenBy, leaf.Actor, rank, member);
    }
}
