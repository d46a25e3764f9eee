using System.Globalization;
using System.Text;
using Layer.Evidence.Canonical;

namespace Layer.Audits.Documents;

/// <summary>The days of a window as weeks beside each other, Monday on top; longer windows a year at a time.</summary>
internal static class CalendarFigure
{
    private const int Pitch = 15;
    private const int Cell = 12;
    private const int Left = 30;
    private const int Top = 16;
    private const int MostWeeks = 54;

    // One symbol for each mark, used by every cell: the shape is the same in the calendar and in its legend.
    private static readonly (DayMark Mark, string Shape)[] Shapes =
    [
        (DayMark.Complete, "<rect class=\"k-on\" width=\"12\" height=\"12\" rx=\"2.5\"/>"),
        (DayMark.Late, "<rect class=\"k-late\" x=\".5\" y=\".5\" width=\"11\" height=\"11\" rx=\"2.5\"/><circle class=\"k-on\" cx=\"6\" cy=\"6\" r=\"2.2\"/>"),
        (DayMark.Partial, "<rect class=\"k-box\" x=\".6\" y=\".6\" width=\"10.8\" height=\"10.8\" rx=\"2.5\"/><path class=\"k-half\" d=\"M2 3v7h7z\"/>"),
        (DayMark.Failed, "<rect class=\"k-box\" x=\".6\" y=\".6\" width=\"10.8\" height=\"10.8\" rx=\"2.5\"/><path class=\"k-mark\" d=\"M3.7 3.7l4.6 4.6M8.3 3.7l-4.6 4.6\"/>"),
        (DayMark.Missed, "<rect class=\"k-box\" x=\".6\" y=\".6\" width=\"10.8\" height=\"10.8\" rx=\"2.5\"/>"),
        (DayMark.Off, "<rect class=\"k-off\" x=\".5\" y=\".5\" width=\"11\" height=\"11\" rx=\"2.5\"/><path class=\"k-sign\" d=\"M3.5 6h5\"/>"),
        (DayMark.NotDue, "<rect class=\"k-due\" width=\"12\" height=\"12\" rx=\"2.5\"/>"),
        (DayMark.NotExpected, "<circle class=\"k-gone\" cx=\"6\" cy=\"6\" r=\"1.8\"/>"),
    ];

    /// <summary>Each cell says its day and state when it is pointed at, and to a screen reader.</summary>
    public static Markup Of(IReadOnlyList<(DateOnly Day, DayMark Mark, string Words)> days)
    {
        if (days.Count == 0)
            return Markup.Empty;
        var parts = Weeks(days[0].Day, days[^1].Day) <= MostWeeks ? [days] : days.GroupBy(day => day.Day.Year).Select(year => year.ToList()).ToArray<IReadOnlyList<(DateOnly, DayMark, string)>>();
        return Markup.Join([Symbols(), .. parts.Select(Figure)]);
    }

    public static Markup Legend(IEnumerable<DayMark> marks) => Markup.Of(
        $"<ul class=\"legend\">{Markup.Join(marks.Distinct().Order().Select(mark => Markup.Of($"<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\">{Use(mark, 0, 0)}</svg>{DayMarks.Word(mark)}</li>")))}</ul>\n");

    private static Markup Figure(IReadOnlyList<(DateOnly Day, DayMark Mark, string Words)> days)
    {
        var first = Monday(days[0].Day);
        var (width, height) = (Left + (Weeks(days[0].Day, days[^1].Day) * Pitch), Top + (7 * Pitch));
        // A quarter is drawn larger than a year; both keep their proportions.
        var scale = Math.Min(1.5, 800.0 / width);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure class=\"calendar\"><svg role=\"img\" width=\"{width * scale:0}\" height=\"{height * scale:0}\" viewBox=\"0 0 {width} {height}\" aria-label=\"Coverage of each day from {Day.Format(days[0].Day)} to {Day.Format(days[^1].Day)}; the table below says the same\">\n");
        foreach (var (name, row) in new[] { ("Mon", 0), ("Wed", 2), ("Fri", 4) })
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Top + (row * Pitch) + 10}\">{name}</text>\n");
        foreach (var (month, week) in Months(days, first))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (week * Pitch)}\" y=\"9\">{month}</text>\n");
        foreach (var (day, mark, words) in days)
        {
            var since = day.DayNumber - first.DayNumber;
            svg.Append(CultureInfo.InvariantCulture, $"<g>{Markup.Of($"<title>{day}: {words}</title>")}{Use(mark, Left + (since / 7 * Pitch), Top + (since % 7 * Pitch))}</g>\n");
        }

        return Markup.OfProgram(svg.Append("</svg></figure>\n").ToString());
    }

    // Over the first week that begins in a month; a few days before the first whole month have no room for a name.
    private static IEnumerable<(string Name, int Week)> Months(IReadOnlyList<(DateOnly Day, DayMark Mark, string Words)> days, DateOnly first)
    {
        var begins = days.Select(day => day.Day).Where((day, i) => i == 0 || day.Day == 1).Select(day => (Day: day, Week: (day.DayNumber - first.DayNumber) / 7)).ToList();
        if (begins.Count > 1 && begins[1].Week - begins[0].Week < 4)
            begins.RemoveAt(0);
        return begins.Select((month, i) => (month.Day.ToString(i == 0 || month.Day.Month == 1 ? "MMM yyyy" : "MMM", CultureInfo.InvariantCulture), month.Week));
    }

    private static Markup Symbols() => Markup.OfProgram(
        "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\">"
        + string.Concat(Shapes.Select(shape => $"<symbol id=\"{Id(shape.Mark)}\" width=\"{Cell}\" height=\"{Cell}\" viewBox=\"0 0 {Cell} {Cell}\">{shape.Shape}</symbol>")) + "</svg>\n");

    private static Markup Use(DayMark mark, int x, int y) =>
        Markup.OfProgram(string.Create(CultureInfo.InvariantCulture, $"<use href=\"#{Id(mark)}\" x=\"{x}\" y=\"{y}\"/>"));

    private static string Id(DayMark mark) => $"k{(int)mark}";

    private static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static int Weeks(DateOnly first, DateOnly last) => ((last.DayNumber - Monday(first).DayNumber) / 7) + 1;
}
