using System.Text;
using Layer.Audits.Documents;
using Layer.Cli;
using Layer.Evidence.Audits;

namespace Layer.Evidence;

/// <summary>Draws coverage: one mark for each day, as many weeks to a line as fit, a sentence for each subscription, and the sums.</summary>
internal sealed class CoverageCalendar(TextWriter output, Ink ink, int width)
{
    private const int Indent = 2;
    private const int Gap = 2;

    private static readonly (string State, string Sign, string Word, Tone Tone)[] Marks =
    [
        (CoverageState.Complete, "■", "complete", Tone.Good), (CoverageState.Late, "◧", "late", Tone.Good), (CoverageState.Failed, "✗", "failed", Tone.Bad),
        (CoverageState.Missed, "○", "missed", Tone.Caution), (CoverageState.Paused, "‖", "paused", Tone.Caution),
        (CoverageState.Disconnected, "⊘", "disconnected", Tone.Caution), (CoverageState.NotConnected, "·", "not connected", Tone.Quiet),
        (CoverageState.NotDue, "…", "not due", Tone.Quiet), (CoverageState.Gone, "–", "gone, nothing expected", Tone.Quiet),
    ];

    public void Write(CoverageTable coverage)
    {
        if (coverage.Lines.Count == 0)
            return;
        var rows = coverage.Lines.GroupBy(line => line.Subscription).Select(lines => (Name: CoverageNow.NameOf(lines.First()), Lines: lines.ToArray()))
            .OrderBy(row => row.Name, StringComparer.Ordinal).ToArray();
        var label = Math.Min(24, rows.Max(row => SafeText.WidthOf(SafeText.ForTerminal(row.Name))));
        var perLine = Math.Max(7, (width - Indent - label - Gap) / 7 * 7);
        DateOnly[] days = [.. coverage.Window.Days];
        var parts = (days.Length + perLine - 1) / perLine;
        // Lines of even length read better than a full one and a stub.
        perLine = Math.Min(perLine, (((days.Length + parts - 1) / parts) + 6) / 7 * 7);
        for (var start = 0; start < days.Length; start += perLine)
        {
            output.WriteLine(new string(' ', Indent + label + Gap) + ink.Quiet(Months(days.Skip(start).Take(perLine))));
            foreach (var row in rows)
            {
                var name = SafeText.Fit(SafeText.ForTerminal(row.Name), label, keepEnd: false);
                output.Write(new string(' ', Indent) + ink.Strong(name) + new string(' ', label - SafeText.WidthOf(name) + Gap));
                output.WriteLine(string.Concat(row.Lines.Skip(start).Take(perLine).Select(Mark)));
            }

            output.WriteLine();
        }

        foreach (var (name, lines) in rows)
            output.WriteLine(new string(' ', Indent) + Sentence(name, lines));
        output.WriteLine();
        foreach (var text in Wrapping.Lines($"{coverage.Summary.Sentence} {Percentages(coverage.Summary)}", Math.Max(40, width) - Indent))
            output.WriteLine(new string(' ', Indent) + text);
        output.WriteLine();
        output.WriteLine($"{new string(' ', Indent)}{Legend(coverage)}");
    }

    private string Mark(CoverageLine line)
    {
        var (_, sign, _, tone) = Array.Find(Marks, mark => mark.State == line.State);
        return ink.Paint(sign, tone);
    }

    private string Legend(CoverageTable coverage)
    {
        var there = coverage.Lines.Select(line => line.State).ToHashSet(StringComparer.Ordinal);
        return string.Join("   ", Marks.Where(mark => there.Contains(mark.State)).Select(mark => $"{ink.Paint(mark.Sign, mark.Tone)} {ink.Quiet(mark.Word)}"));
    }

    private static string Percentages(CoverageSummary summary) =>
        $"That is {Period.Percent(summary.CoveredDays, summary.ExpectedDays)} of days and {Period.Percent(summary.CoveredLines, summary.ExpectedLines)} of connection-days.";

    private string Sentence(string name, CoverageLine[] lines)
    {
        var sentence = new StringBuilder(
            $"{ink.Strong(SafeText.ForTerminal(name))}: covered {lines.Count(line => line.IsCovered)} of {lines.Count(line => line.IsExpected)} days.");
        foreach (var group in lines.Where(line => line.State != CoverageState.Complete).GroupBy(Words))
            sentence.Append($" {Days(group)} {SafeText.ForTerminal(group.Key)}.");
        return sentence.ToString();
    }

    private static string Words(CoverageLine line) => line.State switch
    {
        CoverageState.Failed => $"failed ({line.Code})",
        CoverageState.Paused or CoverageState.Disconnected or CoverageState.Gone => $"{line.State} by {line.By} ({line.Reason ?? "no reason given"})",
        _ => line.State.Replace('-', ' '),
    };

    private static string Days(IEnumerable<CoverageLine> days) => days.ToArray() is { Length: > 3 } many
        ? $"{many.Length} days"
        : string.Join(", ", days.Select(day => $"{day.Day:d MMM}"));

    // The month above its first day on the line, where there is room for it.
    private static string Months(IEnumerable<DateOnly> days)
    {
        var line = new StringBuilder();
        var column = 0;
        foreach (var day in days)
        {
            if ((column == 0 || day.Day == 1) && line.Length <= column)
                line.Append(' ', column - line.Length).Append($"{day:MMM} ");
            column++;
        }

        return line.ToString().TrimEnd();
    }
}
