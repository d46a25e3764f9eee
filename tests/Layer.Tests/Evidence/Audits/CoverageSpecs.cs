using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class CoverageSpecs
{
    private static readonly DateOnly Later = new(2027, 1, 1);

    [Fact]
    public void A_day_is_complete_when_it_was_read_within_six_hours_and_late_when_every_reading_came_after_that()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T12:00:00Z", 1);
        story.Read("2026-03-02T12:00:01Z", 1);
        story.Read("2026-03-03T06:00:05Z", 1);
        story.Read("2026-03-03T20:00:00Z", 1);
        story.Read("2026-03-04T06:00:05Z", 1, ManifestTrigger.CatchUp, isPublic: true);
        story.Read("2026-03-05T06:00:05Z", 1, ManifestTrigger.CatchUp, isPublic: true);
        story.Read("2026-03-05T07:00:05Z", 1);

        var coverage = story.Coverage("2026-03-01..2026-03-06", Later);

        Assert.Equal("complete late complete late complete", States(coverage));
        Assert.Equal("Covered 5 of 5 days, 5 of 5 connection-days; no gap.", coverage.Summary.Sentence);
        Assert.Empty(coverage.Gaps);
        var third = coverage.Lines[2];
        Assert.Equal((AuditStory.Time("2026-03-03T20:00:00Z"), AuditStory.Connection(1)), (third.Observed, third.Connection)); // the last, though the first was in time
        Assert.Equal(story.Log.Readings[3].Index, third.Leaf);
    }

    [Fact]
    public void A_reading_on_demand_is_late_for_no_time_but_that_of_the_schedule_of_its_day()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1, schedule: null);
        story.Read("2026-03-01T23:00:00Z", 1);
        story.Read("2026-03-02T23:00:00Z", 1);
        story.Change("2026-03-02T23:30:00Z", 1, ConnectionChange.Schedule, schedule: "daily@06:00Z");
        story.Read("2026-03-03T13:00:00Z", 1);
        story.Change("2026-03-04T00:30:00Z", 1, ConnectionChange.Schedule, schedule: "daily@08:00Z");
        story.Read("2026-03-04T13:00:00Z", 1);

        Assert.Equal("complete late late complete", States(story.Coverage("2026-03-01..2026-03-05", Later)));
    }

    [Fact]
    public void What_was_made_up_for_on_the_next_day_never_covers_the_day_before()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Read("2026-03-03T00:00:01Z", 1, ManifestTrigger.CatchUp, isPublic: true);

        var coverage = story.Coverage("2026-03-01..2026-03-04", Later);

        Assert.Equal("complete missed late", States(coverage));
        Assert.Equal("prod has no complete reading on 2026-03-02: missed.", Assert.Single(coverage.Gaps).Sentence);
    }

    [Fact]
    public void A_failed_day_carries_the_code_of_its_last_attempt_and_an_attempt_without_an_answer_belongs_to_the_day_it_started()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Fail("2026-03-01T06:00:00Z", 1, "THROTTLED", answered: true);
        story.Fail("2026-03-01T07:00:00Z", 1, "SECRET_EXPIRED");
        story.Cancel("2026-03-02T06:00:00Z", 1);
        story.Fail("2026-03-03T06:00:00Z", 1);
        story.Read("2026-03-03T07:00:00Z", 1);

        var coverage = story.Coverage("2026-03-01..2026-03-04", Later);

        Assert.Equal("failed failed complete", States(coverage));
        Assert.Equal(["SECRET_EXPIRED", "CANCELLED", null], coverage.Lines.Select(line => line.Code));
        Assert.Null(coverage.Lines[0].Observed);
        Assert.Equal(story.Log.Readings[1].Index, coverage.Lines[0].Leaf);
        Assert.Equal(AuditStory.Connection(1), coverage.Lines[0].Connection);
        Assert.Equal(
            ["prod has no complete reading on 2026-03-01: failed (SECRET_EXPIRED).", "prod has no complete reading on 2026-03-02: failed (CANCELLED)."],
            coverage.Gaps.Select(gap => gap.Sentence));
    }

    [Fact]
    public void A_pause_a_disconnection_and_a_late_start_keep_their_days_and_say_who_and_why()
    {
        var story = new AuditStory();
        story.Connect("2026-03-03T05:00:00Z", 1);
        story.Read("2026-03-03T06:00:00Z", 1);
        story.Change("2026-03-04T05:00:00Z", 1, ConnectionChange.Paused, "tenant move");
        story.Change("2026-03-06T05:00:00Z", 1, ConnectionChange.CredentialRotated);
        story.Change("2026-03-06T05:00:01Z", 1, ConnectionChange.Resumed);
        story.Change("2026-03-07T05:00:00Z", 1, ConnectionChange.Disconnected);
        story.Change("2026-03-08T05:00:00Z", 1, ConnectionChange.Changed, name: "prod, old");

        var coverage = story.Coverage("2026-03-01..2026-03-09", Later);

        Assert.Equal("not-connected not-connected complete paused paused missed disconnected disconnected", States(coverage));
        Assert.All(coverage.Lines, line => Assert.Equal("prod, old", line.Name));
        Assert.Equal(("user:ada", "tenant move"), (coverage.Lines[4].By, coverage.Lines[4].Reason));
        Assert.Equal(("user:ada", null), (coverage.Lines[7].By, coverage.Lines[7].Reason));
        Assert.Equal((null, null), (coverage.Lines[5].By, coverage.Lines[5].Reason));
        Assert.Equal("Covered 1 of 8 days, 1 of 8 connection-days; longest gap 5 days, 2026-03-04 to 2026-03-08.", coverage.Summary.Sentence);
        Assert.Equal(
            [
                "prod, old has no complete reading on 2 days, 2026-03-01 to 2026-03-02: not connected.",
                "prod, old has no complete reading on 2 days, 2026-03-04 to 2026-03-05: paused.",
                "prod, old has no complete reading on 2026-03-06: missed.",
                "prod, old has no complete reading on 2 days, 2026-03-07 to 2026-03-08: disconnected.",
            ],
            coverage.Gaps.Select(gap => gap.Sentence));
    }

    [Fact]
    public void A_successor_shares_the_lines_of_the_connection_it_continues()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Change("2026-03-02T05:00:00Z", 1, ConnectionChange.Disconnected, "moved");
        story.Connect("2026-03-03T05:00:00Z", 2, name: "prod again", schedule: "daily@01:00Z");
        story.Read("2026-03-03T06:00:00Z", 2);
        story.Read("2026-03-04T08:00:00Z", 2);
        story.Fail("2026-03-05T06:00:00Z", 2);

        var coverage = story.Coverage("2026-03-01..2026-03-06", Later);

        Assert.Equal("complete disconnected complete late failed", States(coverage));
        Assert.Equal([1, null, 2, 2, 2], coverage.Lines.Select(line => line.Connection is { } id ? (id == AuditStory.Connection(1) ? 1 : 2) : (int?)null));
        Assert.All(coverage.Lines, line => Assert.Equal("prod again", line.Name));
    }

    [Fact]
    public void A_subscription_that_is_gone_is_no_longer_expected_and_nothing_else_ends_expectation()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Fail("2026-03-02T06:00:00Z", 1, "SUBSCRIPTION_NOT_FOUND");
        story.Change("2026-03-03T09:00:00Z", 1, ConnectionChange.SubscriptionGone, "migrated");
        story.Fail("2026-03-04T06:00:00Z", 1, "SUBSCRIPTION_NOT_FOUND");

        var coverage = story.Coverage("2026-03-01..2026-03-06", new DateOnly(2026, 3, 5));

        Assert.Equal("complete failed gone gone gone", States(coverage));
        Assert.Equal((null, "user:ada", "migrated", null), (coverage.Lines[3].Code, coverage.Lines[3].By, coverage.Lines[3].Reason, coverage.Lines[3].Leaf));
        Assert.Equal("Covered 1 of 2 days, 1 of 2 connection-days; longest gap 1 day, 2026-03-02.", coverage.Summary.Sentence);
    }

    [Fact]
    public void A_day_read_after_the_subscription_was_called_gone_is_covered_and_expected()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Change("2026-03-01T09:00:00Z", 1, ConnectionChange.SubscriptionGone);
        story.Read("2026-03-02T06:00:00Z", 1);

        Assert.Equal("gone complete gone", States(story.Coverage("2026-03-01..2026-03-04", Later)));
    }

    [Fact]
    public void The_last_day_of_the_log_is_not_over_and_counts_as_expected_and_not_covered()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Change("2026-03-02T05:00:00Z", 1, ConnectionChange.Paused);
        story.Fail("2026-03-03T06:00:00Z", 1);

        var coverage = story.Coverage("2026-03-01..2026-03-06");

        Assert.Equal("complete paused not-due not-due not-due", States(coverage));
        Assert.Equal((null, null, null), (coverage.Lines[2].Code, coverage.Lines[2].By, coverage.Lines[2].Leaf));
        Assert.Equal("prod has no complete reading on 3 days, 2026-03-03 to 2026-03-05: not in the log.", coverage.Gaps[^1].Sentence);
        story.Read("2026-03-03T07:00:00Z", 1);
        Assert.Equal("complete paused complete not-due not-due", States(story.Coverage("2026-03-01..2026-03-06")));
    }

    [Fact]
    public void Only_leaves_below_the_tree_s_size_count()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        var size = story.Size;
        story.Read("2026-03-02T06:00:00Z", 1);
        story.Change("2026-03-02T09:00:00Z", 1, ConnectionChange.Changed, name: "renamed");

        var coverage = CoverageTable.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-04"), size, new DateOnly(2026, 3, 1), story);

        Assert.Equal("complete not-due not-due", States(coverage));
        Assert.Equal("prod", coverage.Lines[0].Name);
    }

    [Fact]
    public void A_day_of_several_subscriptions_is_complete_only_when_all_that_are_expected_were_read()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1, subscription: 2, name: "two");
        story.Connect("2026-02-01T05:00:00Z", 2, subscription: 1, name: "one");
        story.Connect("2026-02-01T05:00:00Z", 3, subscription: 3, name: "");
        story.Change("2026-03-02T00:00:00Z", 3, ConnectionChange.SubscriptionGone);
        foreach (var day in new[] { "01", "02", "03", "05" })
            story.Read($"2026-03-{day}T06:00:00Z", 1);
        foreach (var day in new[] { "01", "02", "04", "05" })
            story.Read($"2026-03-{day}T06:10:00Z", 2);

        var coverage = story.Coverage("2026-03-01..2026-03-06", Later);

        Assert.Equal(
            "complete complete missed, complete complete gone, missed complete gone, complete missed gone, complete complete gone",
            string.Join(", ", coverage.Lines.Chunk(3).Select(day => string.Join(' ', day.Select(line => line.State)))));
        Assert.Equal("Covered 2 of 5 days, 8 of 11 connection-days; longest gap 2 days, 2026-03-03 to 2026-03-04.", coverage.Summary.Sentence);
        Assert.Equal(
            [
                "one has no complete reading on 2026-03-03: missed.",
                "two has no complete reading on 2026-03-04: missed.",
                $"{AuditStory.Subscription(3)} has no complete reading on 2026-03-01: missed.",
            ],
            coverage.Gaps.Select(gap => gap.Sentence));
    }

    [Fact]
    public void A_scope_statement_decides_and_one_that_names_a_subscription_nobody_connected_leaves_its_days_uncovered()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.See("2026-03-01T06:00:00Z", 1, (1, "prod"), (2, "forgotten"));
        story.State("2026-03-02T00:00:00Z", "2026-03-01..2026-03-02", [1]);
        story.State("2026-03-02T00:00:01Z", "2026-03-01..2026-03-02", [2, 3]);
        story.State("2026-03-02T00:00:02Z", "2026-03-01..2026-03-03", [1]);

        var coverage = story.Coverage("2026-03-01..2026-03-02", Later);

        Assert.Equal([("forgotten", "not-connected"), ("", "not-connected")], coverage.Lines.Select(line => (line.Name, line.State)));
        var scope = AuditScope.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-02"), story.Size - 2);
        Assert.Equal([AuditStory.Subscription(1)], scope.Subscriptions);
        Assert.Null(AuditScope.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-09"), story.Size).Statement);
    }

    [Fact]
    public void Without_a_statement_a_connection_counts_when_it_was_made_before_the_end_and_not_ended_before_the_beginning()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1, subscription: 1);
        story.Connect("2026-02-01T05:00:00Z", 2, subscription: 2);
        story.Connect("2026-02-01T05:00:00Z", 3, subscription: 3);
        story.Change("2026-02-28T23:59:59Z", 1, ConnectionChange.Disconnected);
        story.Change("2026-03-01T00:00:00Z", 2, ConnectionChange.Disconnected);
        story.Connect("2026-03-01T23:59:59Z", 4, subscription: 4);
        story.Connect("2026-03-02T00:00:00Z", 5, subscription: 5);

        Assert.Equal(new[] { 2, 3, 4 }.Select(AuditStory.Subscription), AuditScope.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-02"), story.Size).Subscriptions);
    }

    [Fact]
    public void Of_equal_gaps_the_first_is_named_and_a_day_on_which_nothing_is_expected_ends_one()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Change("2026-03-03T05:00:00Z", 1, ConnectionChange.SubscriptionGone);
        story.Change("2026-03-04T05:00:00Z", 1, ConnectionChange.Resumed);
        story.Read("2026-03-06T06:00:00Z", 1);

        var coverage = story.Coverage("2026-03-01..2026-03-09", Later);

        Assert.Equal("missed missed gone missed missed complete missed missed", States(coverage));
        Assert.Equal("Covered 1 of 7 days, 1 of 7 connection-days; longest gap 2 days, 2026-03-01 to 2026-03-02.", coverage.Summary.Sentence);
        Assert.Equal(3, coverage.Gaps.Count);
    }

    [Fact]
    public void Days_that_are_not_over_are_expected_and_belong_to_no_longest_gap()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Read("2026-03-04T06:00:00Z", 1);
        story.Fail("2026-03-05T06:00:00Z", 1);

        var coverage = story.Coverage("2026-03-01..2026-04-01", new DateOnly(2026, 3, 6));

        Assert.Equal("Covered 2 of 31 days, 2 of 31 connection-days; longest gap 2 days, 2026-03-02 to 2026-03-03.", coverage.Summary.Sentence);
        Assert.Equal("prod has no complete reading on 26 days, 2026-03-06 to 2026-03-31: not in the log.", coverage.Gaps[^1].Sentence);
        Assert.Equal("Covered 0 of 30 days, 0 of 30 connection-days; no gap.", story.Coverage("2026-04-01..2026-05-01", new DateOnly(2026, 3, 6)).Summary.Sentence);
    }

    [Fact]
    public void Nothing_in_scope_is_nothing_expected()
    {
        Assert.Equal("Covered 0 of 0 days, 0 of 0 connection-days; no gap.", new AuditStory().Coverage("2026-03-01..2026-03-06").Summary.Sentence);
    }

    [Fact]
    public void The_file_has_a_row_for_each_line()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1, name: "=prod, \"EU\"");
        story.Read("2026-03-01T06:00:00.250Z", 1);
        story.Fail("2026-03-02T06:00:00Z", 1);
        story.Change("2026-03-03T05:00:00Z", 1, ConnectionChange.Paused, "line\nbreak");

        Assert.Equal(
            """"
            day,subscription,name,state,code,by,reason,observed,connection,leaf
            2026-03-01,00000001-1111-4111-8111-111111111111,"'=prod, ""EU""",complete,,,,2026-03-01T06:00:00.250Z,0198f000-0000-7000-8000-000000000001,2
            2026-03-02,00000001-1111-4111-8111-111111111111,"'=prod, ""EU""",failed,SECRET_EXPIRED,,,,0198f000-0000-7000-8000-000000000001,5
            2026-03-03,00000001-1111-4111-8111-111111111111,"'=prod, ""EU""",paused,,user:ada,"line
            break",,,

            """",
            Csv.Of(story.Coverage("2026-03-01..2026-03-04", Later).WriteCsv));
    }

    private static string States(CoverageTable coverage) => string.Join(' ', coverage.Lines.Select(line => line.State));
}
