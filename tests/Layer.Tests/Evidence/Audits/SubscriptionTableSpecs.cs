using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class SubscriptionTableSpecs
{
    [Fact]
    public void Without_a_statement_what_is_connected_is_connected_and_what_is_only_visible_is_undecided()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1);
        story.See("2026-02-28T06:00:00Z", 1, (1, "prod"), (9, "seen before the window"));
        foreach (var day in new[] { "01", "02", "03" })
        {
            story.Read($"2026-03-{day}T06:00:00Z", 1);
            story.See($"2026-03-{day}T06:00:01Z", 1, day == "02" ? [(1, "prod"), (2, "appeared")] : [(1, "prod")]);
        }

        var table = Of(story, "2026-03-01..2026-03-04");

        Assert.Equal(
            [
                new SubscriptionRow(AuditStory.Subscription(1), "prod", $"{Samples.Tenant}", "connected", null, null, Day(1), Day(3), new DateOnly(2026, 2, 1), null),
                new SubscriptionRow(AuditStory.Subscription(2), "appeared", "99999999-9999-4999-8999-999999999999", "undecided", null, null, Day(2), Day(2), null, null),
            ],
            table.Rows);
        Assert.Equal(1, table.Undecided);
    }

    [Fact]
    public void A_statement_includes_and_excludes_and_whatever_it_does_not_name_is_undecided()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1, subscription: 1, name: "one");
        story.Connect("2026-03-01T05:00:00Z", 2, subscription: 2, name: "two");
        story.Connect("2026-03-01T05:00:00Z", 3, subscription: 3, name: "three");
        story.Read("2026-03-01T06:00:00Z", 1);
        story.See("2026-03-01T06:00:00Z", 1, (3, "three in Azure"), (4, null));
        story.State("2026-03-02T00:00:00Z", "2026-03-01..2026-03-02", [1, 5], (2, "sandbox, no customers"));

        var table = Of(story, "2026-03-01..2026-03-02");

        Assert.Equal(
            [
                (1, "one", "included", "Ada Lovelace", null), (2, "two", "excluded", "Ada Lovelace", "sandbox, no customers"), (3, "three", "undecided", null, null),
                (4, "", "undecided", null, null), (5, "", "included", "Ada Lovelace", (string?)null),
            ],
            table.Rows.Select((row, i) => (row.Subscription == AuditStory.Subscription(i + 1) ? i + 1 : 0, row.Name, row.State, row.By, row.Reason)));
        Assert.Equal(("", null, null), (table.Rows[4].Tenant, table.Rows[4].FirstVisible, table.Rows[4].ConnectedFrom));
        Assert.Equal(2, table.Undecided);
    }

    [Fact]
    public void A_connection_that_ended_has_a_last_day_unless_another_one_was_made_after_it()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Change("2026-03-02T05:00:00Z", 1, ConnectionChange.Disconnected);
        Assert.Equal((new DateOnly(2026, 2, 1), Day(2)), Connected(story, "2026-03-01..2026-03-09"));
        Assert.Equal((new DateOnly(2026, 2, 1), null), Connected(story, "2026-03-01..2026-03-02"));

        story.Change("2026-03-02T06:00:00Z", 1, ConnectionChange.Changed);
        story.Connect("2026-03-05T05:00:00Z", 2);
        Assert.Equal((new DateOnly(2026, 2, 1), null), Connected(story, "2026-03-01..2026-03-09"));
        Assert.Equal((new DateOnly(2026, 2, 1), Day(2)), Connected(story, "2026-03-01..2026-03-05"));

        story.Change("2026-03-06T05:00:00Z", 2, ConnectionChange.SubscriptionGone);
        Assert.Equal((new DateOnly(2026, 2, 1), Day(6)), Connected(story, "2026-03-01..2026-03-09"));
    }

    [Fact]
    public void The_name_is_that_of_the_newest_connection_leaf_and_else_of_the_newest_list()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.See("2026-03-01T06:00:00Z", 1, (1, "in Azure"), (2, "old name"));
        story.Read("2026-03-02T06:00:00Z", 1);
        story.See("2026-03-02T06:00:00Z", 1, (2, "new name"));
        story.Change("2026-03-03T06:00:00Z", 1, ConnectionChange.Changed, name: "renamed after the window");

        Assert.Equal(["renamed after the window", "new name"], Of(story, "2026-03-01..2026-03-03").Rows.Select(row => row.Name));
        Assert.Equal(["renamed after the window", "old name"], Of(story, "2026-03-01..2026-03-02").Rows.Select(row => row.Name));
    }

    [Fact]
    public void The_file_has_a_row_for_each_subscription()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1, name: "@prod");
        story.Read("2026-03-01T06:00:00Z", 1);
        story.See("2026-03-01T06:00:00Z", 1, (1, "prod"));
        story.State("2026-03-02T00:00:00Z", "2026-03-01..2026-03-02", [1]);

        Assert.Equal(
            $"""
            subscription,name,tenant,state,by,reason,firstVisible,lastVisible,connectedFrom,connectedTo
            00000001-1111-4111-8111-111111111111,'@prod,{Samples.Tenant},included,Ada Lovelace,,2026-03-01,2026-03-01,2026-03-01,

            """,
            Csv.Of(Of(story, "2026-03-01..2026-03-02").WriteCsv));
    }

    private static (DateOnly?, DateOnly?) Connected(AuditStory story, string window) => Of(story, window).Rows.Select(row => (row.ConnectedFrom, row.ConnectedTo)).Single();

    private static SubscriptionTable Of(AuditStory story, string window) => SubscriptionTable.Of(story.Log, AuditStory.Window(window), story.Size, story);

    private static DateOnly Day(int day) => new(2026, 3, day);
}
