using Layer.Evidence.Canonical;

namespace Layer.Evidence.Audits;

/// <summary>A longest run of successive days on which a subscription was expected and not read, for one and the same reason (docs/evidence-format.md §9.1).</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Name">Its name; empty when nothing at hand tells it.</param>
/// <param name="Days">The days.</param>
/// <param name="State">One of <see cref="CoverageState"/>.</param>
/// <param name="Code">Why it failed; null unless it did.</param>
public sealed record CoverageGap(Guid Subscription, string Name, AuditWindow Days, string State, string? Code)
{
    /// <summary>E.g. <c>prod has no complete reading on 7 days, 2026-03-02 to 2026-03-08: failed (SECRET_EXPIRED).</c></summary>
    public string Sentence
    {
        get
        {
            var days = Days.DayCount == 1
                ? Day.Format(Days.From)
                : $"{Days.DayCount} days, {Day.Format(Days.From)} to {Day.Format(Days.To.AddDays(-1))}";
            return $"{(Name.Length == 0 ? Subscription.ToString("D") : Name)} has no complete reading on {days}: {CoverageState.Words(State, Code)}.";
        }
    }

    /// <param name="lines">Ascending by day, and of each day by subscription.</param>
    /// <param name="subscriptions">How many lines each day has.</param>
    internal static IEnumerable<CoverageGap> Of(CoverageLine[] lines, int subscriptions)
    {
        for (var row = 0; row < subscriptions; row++)
        {
            CoverageGap? gap = null;
            for (var i = row; i < lines.Length; i += subscriptions)
            {
                var line = lines[i];
                if (gap is not null && line.State == gap.State && line.Code == gap.Code)
                {
                    gap = gap with { Days = new AuditWindow(gap.Days.From, line.Day.AddDays(1)) };
                    continue;
                }

                if (gap is not null)
                    yield return gap;
                gap = line.IsExpected && !line.IsCovered
                    ? new CoverageGap(line.Subscription, line.Name, new AuditWindow(line.Day, line.Day.AddDays(1)), line.State, line.Code)
                    : null;
            }

            if (gap is not null)
                yield return gap;
        }
    }
}
