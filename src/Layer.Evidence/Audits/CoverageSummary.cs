using Layer.Evidence.Canonical;

namespace Layer.Evidence.Audits;

/// <summary>How much of a window was read.</summary>
/// <param name="CoveredDays">Expected days on which every expected subscription was read.</param>
/// <param name="ExpectedDays">Days on which at least one subscription is expected.</param>
/// <param name="CoveredLines">Subscriptions that were read, over all days: covered connection-days.</param>
/// <param name="ExpectedLines">Subscriptions that are expected, over all days: expected connection-days.</param>
/// <param name="LongestGap">The longest run of successive days that are over, expected and not complete, the first of equal ones; null when there is none.</param>
public sealed record CoverageSummary(int CoveredDays, int ExpectedDays, int CoveredLines, int ExpectedLines, AuditWindow? LongestGap)
{
    /// <summary>E.g. <c>Covered 358 of 365 days, 1088 of 1095 connection-days; longest gap 7 days, 2026-03-02 to 2026-03-08.</c></summary>
    public string Sentence =>
        $"Covered {CoveredDays} of {ExpectedDays} days, {CoveredLines} of {ExpectedLines} connection-days; {(LongestGap is { } gap ? $"longest gap {Words(gap)}" : "no gap")}.";

    private static string Words(AuditWindow gap) => gap.DayCount == 1
        ? $"1 day, {Day.Format(gap.From)}"
        : $"{gap.DayCount} days, {Day.Format(gap.From)} to {Day.Format(gap.To.AddDays(-1))}";

    /// <summary>Counts lines that are ascending by day.</summary>
    internal static CoverageSummary Of(IReadOnlyList<CoverageLine> lines)
    {
        var (coveredDays, expectedDays, coveredLines, expectedLines) = (0, 0, 0, 0);
        AuditWindow? longest = null;
        DateOnly? gapFrom = null;
        for (var i = 0; i < lines.Count;)
        {
            var day = lines[i].Day;
            var (expected, covered, isOver) = (0, 0, true);
            for (; i < lines.Count && lines[i].Day == day; i++)
            {
                isOver &= lines[i].State != CoverageState.NotDue;
                expected += lines[i].IsExpected ? 1 : 0;
                covered += lines[i].IsCovered ? 1 : 0;
            }

            expectedLines += expected;
            coveredLines += covered;
            expectedDays += expected > 0 ? 1 : 0;
            coveredDays += expected > 0 && expected == covered ? 1 : 0;
            gapFrom = expected > covered && isOver ? gapFrom ?? day : null;
            if (gapFrom is { } from && (longest is null || day.DayNumber - from.DayNumber + 1 > longest.Value.DayCount))
                longest = new AuditWindow(from, day.AddDays(1));
        }

        return new CoverageSummary(coveredDays, expectedDays, coveredLines, expectedLines, longest);
    }
}
