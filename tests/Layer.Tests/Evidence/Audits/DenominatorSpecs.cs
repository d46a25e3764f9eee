using CsCheck;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class DenominatorSpecs
{
    private static readonly string[] Changes =
        [ConnectionChange.Paused, ConnectionChange.Resumed, ConnectionChange.Disconnected, ConnectionChange.Schedule, ConnectionChange.Changed];

    [Fact]
    public void No_pause_disconnection_reschedule_or_late_start_takes_a_day_out_of_the_denominator()
    {
        var moments = Gen.Select(Gen.Int[0, 29], Gen.Int[1, 2], Gen.Int[0, Changes.Length - 1], Gen.Int[0, 23]);
        Gen.Select(Gen.Int[0, 29], moments.List[0, 12], Gen.Int[0, 29].List[0, 12]).Sample((start, events, readings) =>
        {
            var story = new AuditStory();
            story.Connect("2026-04-01T00:00:00Z", 1);
            var happenings = events.Select(e => (Day: e.Item1, Tell: (Action<string>)(at => story.Change(at, e.Item2, Changes[e.Item3], schedule: $"daily@{e.Item4:d2}:00Z"))))
                .Concat(readings.Select(day => (Day: day, Tell: (Action<string>)(at => story.Read(at, 1)))))
                .Where(e => e.Day >= start).OrderBy(e => e.Day).ToList();
            story.Connect(At(start), 2, subscription: 2);
            foreach (var (day, tell) in happenings)
                tell(At(day));

            var summary = story.Coverage("2026-04-01..2026-05-01").Summary;

            return summary.ExpectedLines == 60 && summary.ExpectedDays == 30 && summary.CoveredLines == readings.Where(day => day >= start).Distinct().Count();
        }, writeLine: Property.Print, iter: 100);
    }

    private static string At(int day) => $"2026-04-{day + 1:d2}T03:00:00Z";
}
