using System.Globalization;
using System.Text.RegularExpressions;
using Layer.Evidence.Audits;
using Layer.Operations;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup Coverage()
    {
        var table = contents.Coverage;
        var summary = table.Summary;
        var days = table.Lines.GroupBy(line => line.Day).Select(day => (Day: day.Key, Lines: day.ToList())).ToList();
        var marks = days.Select(day => (day.Day, Mark: DayMarks.Of([.. day.Lines.Select(line => line.State)]), Words: WordsOf(day.Lines))).ToList();
        var gap = summary.LongestGap is { } longest ? $"The longest gap has {(longest.DayCount == 1 ? "1 day" : $"{longest.DayCount} days")}: {Period.Of(longest)}." : "There is no gap.";
        return Section(
            "coverage", $"Covered {summary.CoveredDays} of {summary.ExpectedDays} days",
            $"{Period.Percent(summary.CoveredDays, summary.ExpectedDays)} of days and {Period.Percent(summary.CoveredLines, summary.ExpectedLines)} of connection-days. {gap} This says when Layer read Azure, not that a control operated.",
            CalendarFigure.Of(marks), CalendarFigure.Legend(marks.Select(mark => mark.Mark)),
            Heading("Each month"), Months(days, marks),
            Heading("Each subscription"), Strips(),
            Heading("Each gap and its cause"), Gaps());
    }

    private static string WordsOf(IReadOnlyCollection<CoverageLine> lines)
    {
        var missing = lines.Where(line => line.IsExpected && !line.IsCovered).GroupBy(line => line.Code ?? line.State, StringComparer.Ordinal).Select(cause => $"{cause.Count()} {cause.Key}").ToList();
        var covered = $"{lines.Count(line => line.IsCovered)} of {lines.Count(line => line.IsExpected)} subscriptions read";
        return missing.Count == 0 ? covered : $"{covered}; {string.Join(", ", missing)}";
    }

    private static Markup Months(IReadOnlyList<(DateOnly Day, List<CoverageLine> Lines)> days, IReadOnlyList<(DateOnly Day, DayMark Mark, string Words)> marks) => Table(
        [("Month", false), ("Days", true), ("Complete", true), ("Connection-days", true), ("Days that are not complete", false)],
        days.Zip(marks).GroupBy(pair => new DateOnly(pair.First.Day.Year, pair.First.Day.Month, 1)).Select(month =>
        {
            var lines = month.SelectMany(pair => pair.First.Lines).ToList();
            var open = month.Where(pair => pair.Second.Mark is not (DayMark.Complete or DayMark.Late or DayMark.NotExpected)).Select(pair => (pair.First.Day, pair.Second.Mark)).ToList();
            return Markup.Of(
                $"<tr><th scope=\"row\">{month.Key.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}</th><td class=\"n\">{month.Count()}</td><td class=\"n\">{month.Count(pair => pair.Second.Mark is DayMark.Complete or DayMark.Late)}</td><td class=\"n\">{lines.Count(line => line.IsCovered)} / {lines.Count(line => line.IsExpected)}</td><td>{OpenDays(open)}</td></tr>\n");
        }));

    private static string OpenDays(List<(DateOnly Day, DayMark Mark)> open)
    {
        var runs = new List<(DateOnly From, DateOnly To, DayMark Mark)>();
        foreach (var (day, mark) in open)
        {
            if (runs.Count > 0 && runs[^1].Mark == mark && runs[^1].To.AddDays(1) == day)
                runs[^1] = runs[^1] with { To = day };
            else
                runs.Add((day, day, mark));
        }

        return runs.Count == 0 ? "–" : string.Join("; ", runs.Select(run => $"{(run.From == run.To ? $"{run.From.Day}" : $"{run.From.Day}–{run.To.Day}")} {DayMarks.Word(run.Mark)}"));
    }

    private Markup Strips() => Markup.Join(
    [
        Table(
            [("Subscription", false), (Period.Of(Window), false), ("Covered", true), ("Late", true), ("Failed", true), ("Missed", true), ("Other", true)],
            contents.Coverage.Lines.GroupBy(line => line.Subscription).Take(MostRows).Select(subscription =>
            {
                var lines = subscription.ToList();
                var (covered, expected) = (lines.Count(line => line.IsCovered), lines.Count(line => line.IsExpected));
                var (failed, missed) = (Count(lines, CoverageState.Failed), Count(lines, CoverageState.Missed));
                return Markup.Of(
                    $"<tr><th scope=\"row\">{Subscription(subscription.Key)}</th><td class=\"bar\">{StripFigure.Of([.. lines.Select(line => line.State)], $"{covered} of {expected} days covered")}</td><td class=\"n\">{covered} / {expected}</td><td class=\"n\">{Count(lines, CoverageState.Late)}</td><td class=\"n\">{failed}</td><td class=\"n\">{missed}</td><td class=\"n\">{expected - covered - failed - missed}</td></tr>\n");
            })),
        Shown(contents.Scope.Subscriptions.Count, "coverage.csv"),
        Paragraph($"A thin bar is covered; what is tall is not. Other: not connected yet, paused, disconnected, or a day that the log does not reach. None of these takes a day out of the count; only a subscription that Azure no longer has does."),
    ]);

    private Markup Gaps()
    {
        var gaps = contents.Coverage.Gaps;
        if (gaps.Count == 0)
            return Paragraph($"There is none.");
        var lines = contents.Coverage.Lines.Where(line => line.By is not null).ToLookup(line => (line.Subscription, line.Day));
        return Markup.Join(
        [
            Table(
                [("Subscription", false), ("Days", true), ("From", false), ("To", false), ("Cause", false)],
                gaps.Take(MostRows).Select(gap => Markup.Of(
                    $"<tr><th scope=\"row\">{Subscription(gap.Subscription)}</th><td class=\"n\">{gap.Days.DayCount}</td><td class=\"day\">{gap.Days.From}</td><td class=\"day\">{gap.Days.To.AddDays(-1)}</td><td>{Cause(gap, lines[(gap.Subscription, gap.Days.From)])}</td></tr>\n"))),
            Shown(gaps.Count, "coverage.csv"),
        ]);
    }

    private static Markup Cause(CoverageGap gap, IEnumerable<CoverageLine> lines)
    {
        if (gap.Code is { } code)
            return Markup.Of($"{Title(code)}<small>failed: <code>{code}</code></small>");
        var line = lines.FirstOrDefault();
        var by = line.By is { } person ? Markup.Of($"<small>by <bdi>{person}</bdi>{(line.Reason is null ? "" : ": ")}<bdi>{line.Reason}</bdi></small>") : Markup.Empty;
        return gap.State switch
        {
            CoverageState.Missed => Markup.Of($"Missed<small>nothing was tried</small>"),
            CoverageState.NotConnected => Markup.Of($"Not connected yet"),
            CoverageState.NotDue => Markup.Of($"Not in the log<small>as far as the log reaches, these days were not over</small>"),
            CoverageState.Paused => Markup.Of($"Paused{by}"),
            CoverageState.Disconnected => Markup.Of($"Disconnected{by}"),
            _ => Markup.Of($"{gap.State}{by}"),
        };
    }

    // What is filled in belongs to one failure, and here it is about all of its code.
    private static string Title(string code) => Placeholder.Replace(Aside.Replace(ErrorCatalog.Get(code).Title, ""), "…");

    [GeneratedRegex(@" \([^()]*\{[^()]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Aside { get; }

    [GeneratedRegex(@"\{[a-zA-Z]+\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder { get; }

    private static int Count(List<CoverageLine> lines, string state) => lines.Count(line => line.State == state);
}
