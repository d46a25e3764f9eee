using CsCheck;
using Layer.Connections;
using Layer.Ledger;
using Layer.Syncing;

namespace Layer.Tests.Syncing;

public sealed class DailyScheduleSpecs
{
    private static readonly Guid Id = Guid.Parse("01934a10-0000-7000-8000-00000000c0de");
    private static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset DueOn(DateTimeOffset day) => new DateTimeOffset(day.UtcDateTime.Date, TimeSpan.Zero) + DailySchedule.TimeOfDay(Id);

    [Fact]
    public void Each_connection_keeps_its_time_of_day_and_ten_thousand_are_spread_over_the_window()
    {
        var times = Enumerable.Range(0, 10_000).Select(n => DailySchedule.TimeOfDay(Guid.CreateVersion7(Noon.AddSeconds(n)))).ToList();
        Assert.All(times, time => Assert.InRange(time, TimeSpan.Zero, DailySchedule.Window));
        // Twenty hours hold 500 an hour; four standard deviations either way.
        Assert.All(times.GroupBy(time => time.Hours).ToList(), hour => Assert.InRange(hour.Count(), 410, 590));
        Assert.Equal(DailySchedule.TimeOfDay(Id), DailySchedule.TimeOfDay(Id));
    }

    [Fact]
    public void After_a_complete_reading_the_next_is_due_at_the_same_time_of_the_next_day()
    {
        var planned = Planned(new Attempt(Guid.NewGuid(), SyncStatus.Complete, null, Noon, Noon, Day(Noon)));
        Assert.Equal(DueOn(Noon.AddDays(1)), DailySchedule.Next(planned));
        Assert.Equal(SyncTrigger.Scheduled, DailySchedule.TriggerAt(planned, DueOn(Noon.AddDays(1)).AddMinutes(1)));
    }

    [Fact]
    public void A_reading_that_begins_long_after_its_time_is_a_late_one()
    {
        var planned = Planned(new Attempt(Guid.NewGuid(), SyncStatus.Complete, null, Noon.AddDays(-9), Noon.AddDays(-9), Day(Noon.AddDays(-9))));
        Assert.True(DailySchedule.Next(planned) < Noon);
        Assert.Equal(SyncTrigger.CatchUp, DailySchedule.TriggerAt(planned, DueOn(Noon) + DailySchedule.Grace + TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void After_a_pause_the_first_reading_is_not_late()
    {
        var planned = Planned(new Attempt(Guid.NewGuid(), SyncStatus.Complete, null, Noon.AddDays(-9), Noon.AddDays(-9), Day(Noon.AddDays(-9))), since: Noon);
        Assert.Equal(SyncTrigger.Scheduled, DailySchedule.TriggerAt(planned, Noon.AddMinutes(1)));
    }

    [Theory]
    [InlineData("paused"), InlineData("disconnected")]
    public void What_is_paused_or_ended_is_never_due(string state) =>
        Assert.Null(DailySchedule.Next(Planned(null, state: Enum.Parse<ConnectionState>(state, ignoreCase: true))));

    [Fact]
    public void A_connection_whose_first_reading_was_cut_short_before_it_left_a_row_is_read_two_minutes_after_it_was_made() =>
        Assert.Equal(Noon.AddDays(-30).AddMinutes(2), DailySchedule.Next(Planned(null)));

    [Theory]
    [InlineData("AZURE_UNAVAILABLE", 1, 2), InlineData("AZURE_UNAVAILABLE", 2, 4), InlineData("AZURE_UNAVAILABLE", 4, 16), InlineData("AZURE_UNAVAILABLE", 9, 60),
     InlineData("SECRET_EXPIRED", 1, 360), InlineData("SECRET_EXPIRED", 20, 360), InlineData("NO_READER", 1, 2), InlineData("NO_READER", 7, 360)]
    public void What_passes_by_itself_is_tried_again_soon_and_ever_less_often_and_what_needs_a_person_a_few_times_a_day(string code, int failures, int minutes)
    {
        // Right after its time of day, so that the next one is far away.
        var failed = DueOn(Noon).AddSeconds(1);
        var planned = Planned(new Attempt(Guid.NewGuid(), SyncStatus.Failed, code, failed, failed, Day(failed)), failures);
        var pause = DailySchedule.Next(planned)!.Value - failed;
        Assert.InRange(pause.TotalMinutes, minutes * 0.8, minutes * 1.2);
        Assert.Equal(SyncTrigger.Retry, DailySchedule.TriggerAt(planned, failed + pause));
    }

    [Fact]
    public void A_failed_reading_never_puts_off_the_next_days()
    {
        Gen.Select(Gen.Guid, Gen.Long[0, TimeSpan.TicksPerDay], Gen.Int[1, 40], Gen.OneOf(Gen.Const("AZURE_UNAVAILABLE"), Gen.Const("SECRET_EXPIRED"), Gen.Const("NO_READER"))).Sample((id, tick, failures, code) =>
        {
            var started = new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero).AddTicks(tick);
            var planned = Planned(new Attempt(id, SyncStatus.Failed, code, started, started.AddMinutes(3), Day(started)), failures);
            var next = DailySchedule.Next(planned)!.Value;
            var due = DueOn(started) > started ? DueOn(started) : DueOn(started).AddDays(1);
            return next <= due && next > started;
        });
    }

    [Fact]
    public void A_reading_that_the_program_broke_off_to_stop_is_begun_again_at_once()
    {
        var planned = Planned(new Attempt(Guid.NewGuid(), SyncStatus.Cancelled, "CANCELLED", Noon, Noon, Day(Noon)));
        Assert.InRange(DailySchedule.Next(planned)!.Value - Noon, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static DateOnly Day(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private static PlannedConnection Planned(Attempt? newest, long failures = 1, DateTimeOffset? since = null, ConnectionState state = ConnectionState.Connected) => new(
        new Connection
        {
            Id = Id, Workspace = Guid.NewGuid(), Name = "prod", SubscriptionId = Guid.NewGuid(), TenantId = Guid.NewGuid(), Cloud = "public", Credential = Guid.NewGuid(),
            State = state, Since = since ?? Noon.AddDays(-30), CreatedAt = Noon.AddDays(-30),
        },
        newest, failures);
}
