using Layer.Evidence.Audits;

namespace Layer.Evidence.Web;

/// <summary>Coverage of a window day by day, all subscriptions together, for a picture and the table behind it.</summary>
public static class CoverageDays
{
    /// <summary>Each day with its state (<c>complete</c>, <c>late</c>, <c>partial</c>, <c>failed</c>, <c>missed</c>, <c>future</c>, <c>outside</c>) and what it says in words.</summary>
    public static IReadOnlyList<(DateOnly Day, string State, string Words)> Of(CoverageTable coverage) =>
        [.. coverage.Lines.GroupBy(line => line.Day).Select(lines => Sum(lines.Key, [.. lines]))];

    private static (DateOnly, string, string) Sum(DateOnly day, CoverageLine[] lines)
    {
        var expected = lines.Where(line => line.IsExpected).ToArray();
        var covered = expected.Count(line => line.IsCovered);
        if (expected.Length == 0)
            return (day, "outside", "nothing was expected");
        if (covered == expected.Length)
            return expected.Any(line => line.State == CoverageState.Late) ? (day, "late", "complete, late") : (day, "complete", "complete");
        if (expected.All(line => line.IsCovered || line.State == CoverageState.NotDue))
            return (day, "future", covered == 0 ? "not over yet" : $"{covered} of {expected.Length} so far");
        var why = string.Join(", ", expected.Where(line => !line.IsCovered).GroupBy(line => line.Code ?? line.State.Replace('-', ' ')).Select(group => $"{group.Count()} {group.Key}"));
        if (covered > 0)
            return (day, "partial", $"{covered} of {expected.Length} complete: {why}");
        return expected.Any(line => line.State == CoverageState.Failed) ? (day, "failed", why) : (day, "missed", why);
    }
}
