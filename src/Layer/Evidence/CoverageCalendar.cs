using System.Text;
using Layer.Cli;

namespace Layer.Evidence;

/// <summary>Draws coverage: one mark for each day, as many weeks to a line as fit, and a sentence for each connection.</summary>
internal sealed class CoverageCalendar(TextWriter output, Ink ink, int width)
{
    private const int Indent = 2;
    private const int Gap = 2;

    public void Write(IReadOnlyList<ConnectionCoverage> coverage)
    {
        if (coverage.Count == 0)
            return;
        var label = Math.Min(24, coverage.Max(c => SafeText.WidthOf(c.Name)));
        var perLine = Math.Max(7, (width - Indent - label - Gap) / 7 * 7);
        var days = coverage[0].Days;
        var lines = (days.Count + perLine - 1) / perLine;
        // Lines of even length read better than a full one and a stub.
        perLine = Math.Min(perLine, (((days.Count + lines - 1) / lines) + 6) / 7 * 7);
        for (var start = 0; start < days.Count; start += perLine)
        {
            output.WriteLine(new string(' ', Indent + label + Gap) + ink.Quiet(Months(days.Skip(start).Take(perLine))));
            foreach (var connection in coverage)
            {
                var name = SafeText.Fit(SafeText.ForTerminal(connection.Name), label, keepEnd: false);
                output.Write(new string(' ', Indent) + ink.Strong(name) + new string(' ', label - SafeText.WidthOf(name) + Gap));
                output.WriteLine(string.Concat(connection.Days.Skip(start).Take(perLine).Select(Mark)));
            }

            output.WriteLine();
        }

        foreach (var connection in coverage)
            output.WriteLine(new string(' ', Indent) + Sentence(connection));
        output.WriteLine();
        output.WriteLine($"{new string(' ', Indent)}{Legend(coverage)}");
    }

    private string Mark(CoverageDay day) => day.State switch
    {
        DayState.Complete => ink.Good("■"),
        DayState.Late => ink.Good("◧"),
        DayState.Failed => ink.Bad("✗"),
        DayState.Missed => ink.Caution("○"),
        _ => ink.Quiet("·"),
    };

    private string Legend(IReadOnlyList<ConnectionCoverage> coverage)
    {
        (DayState State, string Sign, string Word, Tone Tone)[] all =
        [
            (DayState.Complete, "■", "complete", Tone.Good), (DayState.Late, "◧", "late", Tone.Good), (DayState.Failed, "✗", "failed", Tone.Bad),
            (DayState.Missed, "○", "missed", Tone.Caution), (DayState.NotConnected, "·", "not connected", Tone.Quiet), (DayState.NotDue, "·", "not due", Tone.Quiet),
        ];
        var there = coverage.SelectMany(c => c.Days).Select(day => day.State).ToHashSet();
        return string.Join("   ", all.Where(each => there.Contains(each.State)).Select(each => $"{ink.Paint(each.Sign, each.Tone)} {ink.Quiet(each.Word)}"));
    }

    private string Sentence(ConnectionCoverage coverage)
    {
        var gaps = coverage.Days.Where(day => day.IsMissing).ToArray();
        var sentence = new StringBuilder($"{ink.Strong(SafeText.ForTerminal(coverage.Name))}: covered {coverage.Covered} of {coverage.Expected} days.");
        foreach (var group in gaps.GroupBy(day => day.State == DayState.Failed ? $"failed ({day.Code})" : Storage.KebabCaseText.Of(day.State).Replace('-', ' ')))
            sentence.Append($" {Days(group)} {group.Key}.");
        return sentence.ToString();
    }

    private static string Days(IEnumerable<CoverageDay> days) => days.ToArray() is { Length: > 3 } many
        ? $"{many.Length} days"
        : string.Join(", ", days.Select(day => $"{day.Day:d MMM}"));

    // The month above its first day on the line, where there is room for it.
    private static string Months(IEnumerable<CoverageDay> days)
    {
        var line = new StringBuilder();
        var column = 0;
        foreach (var day in days)
        {
            if ((column == 0 || day.Day.Day == 1) && line.Length <= column)
                line.Append(' ', column - line.Length).Append($"{day.Day:MMM} ");
            column++;
        }

        return line.ToString().TrimEnd();
    }
}
