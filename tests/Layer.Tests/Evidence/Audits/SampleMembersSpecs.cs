using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using static Layer.Tests.Evidence.Audits.Described;

namespace Layer.Tests.Evidence.Audits;

public sealed class SampleMembersSpecs
{
    [Fact]
    public void A_day_offers_the_assignments_of_the_last_reading_on_or_before_it_over_all_connections()
    {
        var story = Told();

        Assert.Equal(["bbbb no", "aaaa yes", "cccc unknown"], Of(story, "day:2026-03-02", "2026-03-01..2026-03-05"));
        Assert.Equal(["bbbb no", "aaaa yes", "cccc unknown"], Of(story, "day:2026-03-03", "2026-03-01..2026-03-05")); // nothing was read that day
        Assert.Equal(["bbbb no", "dddd unknown"], Of(story, "day:2026-03-04", "2026-03-04..2026-03-05"));
        Assert.Equal(["aaaa yes"], Of(story, "day:2026-03-01", "2026-03-01..2026-03-05"));
        Assert.Empty(Of(story, "day:2026-02-01", "2026-02-01..2026-02-02"));
    }

    [Fact]
    public void A_member_of_a_day_is_the_subscription_and_the_key()
    {
        var members = SampleMembers.Of(Told().Log, "day:2026-03-01", AuditStory.Window("2026-03-01..2026-03-02"), 9, new DateOnly(2026, 3, 1), Told());

        Assert.Equal(
            "00000002-1111-4111-8111-111111111111 /subscriptions/00000002-1111-4111-8111-111111111111/providers/microsoft.authorization/roleassignments/aaaa",
            members.Ordered.Single().Text);
    }

    [Fact]
    public void Additions_and_removals_are_those_of_the_changes_of_the_draw_s_own_window()
    {
        var story = Told();

        Assert.Equal(["bbbb no", "cccc unknown", "dddd unknown"], Of(story, "window-additions", "2026-03-02..2026-03-05"));
        Assert.Equal(["cccc unknown"], Of(story, "window-additions", "2026-03-02..2026-03-03", "2026-03-01..2026-03-05", subscriptions: [2]));
        Assert.Empty(Of(story, "window-removals", "2026-03-02..2026-03-05"));
        story.Read("2026-03-04T08:00:00Z", 3, Assignment(2, "eeee", Owner));
        Assert.Equal(["dddd unknown"], Of(story, "window-removals", "2026-03-02..2026-03-05"));
        var member = SampleMembers.Of(story.Log, "window-removals", AuditStory.Window("2026-03-04..2026-03-05"), story.Size, story.Log.LastDay, story).Ordered.Single().Text;
        Assert.StartsWith("2026-03-04T08:00:00.000Z 00000002-1111-4111-8111-111111111111 /subscriptions/", member);
    }

    [Fact]
    public void Days_are_the_expected_ones_before_the_end_of_the_log()
    {
        var story = Told();
        story.Change("2026-03-05T00:00:00Z", 1, ConnectionChange.SubscriptionGone);
        story.Change("2026-03-05T00:00:00Z", 3, ConnectionChange.SubscriptionGone);
        story.Read("2026-03-08T06:00:00Z", 3);
        var members = SampleMembers.Of(story.Log, "days", AuditStory.Window("2026-03-03..2026-03-10"), story.Size, new DateOnly(2026, 3, 8), story).Ordered;

        Assert.Equal(["2026-03-03", "2026-03-04"], members.Select(member => member.Text)); // then gone, and the 8th is not over
        Assert.All(members, member => Assert.Null(member.Privileged));
    }

    [Fact]
    public void The_scope_in_force_when_it_was_drawn_decides()
    {
        var story = Told();
        var before = story.Size;
        story.State("2026-03-05T00:00:00Z", "2026-03-02..2026-03-05", [1]);

        Assert.Equal(["bbbb no"], Of(story, "window-additions", "2026-03-02..2026-03-05"));
        Assert.Equal(3, SampleMembers.Of(story.Log, "window-additions", AuditStory.Window("2026-03-02..2026-03-05"), before, story.Log.LastDay, story).Count);
    }

    [Fact]
    public void What_cannot_be_told_is_refused()
    {
        var story = Told();

        Assert.Throws<ArgumentException>(() => Of(story, "day:2026-03-05", "2026-03-01..2026-03-05"));
        Assert.Throws<ArgumentException>(() => Of(story, "everything", "2026-03-01..2026-03-05"));
        var window = AuditStory.Window("2026-03-01..2026-03-05");
        Assert.Throws<FormatException>(() => SampleMembers.Of(story.Log, "day:2026-03-02", window, story.Size, story.Log.LastDay, new Nothing()));
    }

    [Fact]
    public void A_draw_is_drawn_again_and_every_untruth_in_it_is_found()
    {
        var story = Told();
        var draw = Draw(story, "window-additions", "privileged", "2026-03-02..2026-03-05");
        Assert.Equal(2, draw.Picked.Count);
        story.Tell("2026-03-05T00:00:00Z", draw);
        story.Tell("2026-03-05T00:00:00Z", draw with { Count = draw.Count + 1 });
        story.Tell("2026-03-05T00:00:00Z", draw with { Root = Samples.Hash("another") });
        story.Tell("2026-03-05T00:00:00Z", draw with { Picked = [.. draw.Picked.Reverse()] });
        story.Tell("2026-03-05T00:00:00Z", draw with { Picked = [] });
        story.Tell("2026-03-05T00:00:00Z", draw with { Seed = "another" });
        story.Tell("2026-03-05T00:00:00Z", draw with { Population = "window-removals" });

        var problems = story.Log.Samples.Select(sample => SampleTable.FindProblem(story.Log, sample, story)).ToList();

        Assert.Null(problems[0]);
        Assert.All(problems.Skip(1), Assert.NotNull);
        Assert.Contains("window-removals", problems[6]);
    }

    [Fact]
    public void The_file_lists_the_draws_of_the_range_whose_window_lies_within_the_bundle_s()
    {
        var story = Told();
        story.Tell("2026-03-04T09:00:00Z", Draw(story, "days", "every-kth", "2026-03-02..2026-03-04"));
        var first = story.Size;
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "days", "every-kth", "2026-03-02..2026-03-04") with { Seed = "=seed" });
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "days", "every-kth", "2026-03-02..2026-03-09"));
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "window-removals", "random", "2026-03-02..2026-03-05"));
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "day:2026-03-01", "random", "2026-03-01..2026-03-02"));
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "day:2026-02-01", "random", "2026-02-01..2026-02-02"));
        story.Tell("2026-03-05T00:00:00Z", Draw(story, "days", "every-kth", "2026-03-02..2026-03-04"));
        var table = SampleTable.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-05"), first, story.Size - 1);

        Assert.Equal(
            $"""
            leaf,at,population,from,to,method,count,n,seed,givenBy,actor,rank,member
            {first},2026-03-05T00:00:00.000Z,days,2026-03-02,2026-03-04,every-kth,2,5,'=seed,"Grace Hopper, auditor",os:ada@layer-1,1,2026-03-02
            {first},2026-03-05T00:00:00.000Z,days,2026-03-02,2026-03-04,every-kth,2,5,'=seed,"Grace Hopper, auditor",os:ada@layer-1,2,2026-03-03
            {first + 2},2026-03-05T00:00:00.000Z,window-removals,2026-03-02,2026-03-05,random,0,5,7,"Grace Hopper, auditor",os:ada@layer-1,,
            {first + 3},2026-03-05T00:00:00.000Z,day:2026-03-01,2026-03-01,2026-03-02,random,1,5,7,"Grace Hopper, auditor",os:ada@layer-1,1,00000002-1111-4111-8111-111111111111 /subscriptions/00000002-1111-4111-8111-111111111111/providers/microsoft.authorization/roleassignments/aaaa

            """,
            Csv.Of(table.WriteCsv));
        Assert.All(table.Draws, draw => Assert.Null(SampleTable.FindProblem(story.Log, draw, story)));
    }

    // Subscription 1 is read first in the window; subscription 2 before it, and by a successor from the 4th on.
    private static AuditStory Told()
    {
        var story = new AuditStory();
        story.Connect("2026-02-20T05:00:00Z", 2, subscription: 2);
        story.Read("2026-02-28T06:00:00Z", 2, Assignment(2, "aaaa", Owner), Role(2, Owner, "Owner", "*"));
        story.Connect("2026-03-02T05:00:00Z", 1, subscription: 1);
        story.Read("2026-03-02T06:00:00Z", 1, Assignment(1, "bbbb", Reader, "2026-03-02"), Role(1, Reader, "Reader", "*/read"));
        story.Read("2026-03-02T06:01:00Z", 2, Assignment(2, "aaaa", Owner), Assignment(2, "cccc", Reader));
        story.Fail("2026-03-03T06:01:00Z", 2);
        story.Connect("2026-03-04T05:00:00Z", 3, subscription: 2);
        story.Read("2026-03-04T06:01:00Z", 3, Assignment(2, "dddd", Owner, "2026-03-04T00:00:00Z"));
        return story;
    }

    private static SampleLeaf Draw(AuditStory story, string population, string method, string window)
    {
        var members = SampleMembers.Of(story.Log, population, AuditStory.Window(window), story.Size, new DateOnly(2026, 3, 5), story);
        return Samples.Sample with
        {
            Count = members.Count,
            Method = method,
            N = 5,
            Picked = SampleDraw.Draw(method, 5, "7", members),
            Population = population,
            Privileged = method == SampleMethod.Privileged ? Privilege.Version : null,
            Root = members.Root,
            Seed = "7",
            Window = AuditStory.Window(window),
        };
    }

    // From everything there ever was, and from what a bundle of the window, or of a wider one, holds: the same members.
    private static List<string> Of(AuditStory story, string population, string window, string bundle = "2026-02-01..2026-03-05", int[]? subscriptions = null)
    {
        var days = AuditStory.Window(window);
        var whole = SampleMembers.Of(story.Log, population, days, story.Size, story.Log.LastDay, story);
        Assert.Equal(whole.Ordered, SampleMembers.Of(story.Log, population, days, story.Size, story.Log.LastDay, story.BundleOf(window)).Ordered);
        Assert.Equal(whole.Root, SampleMembers.Of(story.Log, population, days, story.Size, story.Log.LastDay, story.BundleOf(bundle)).Root);
        var wanted = subscriptions?.Select(number => $"{AuditStory.Subscription(number)}").ToList();
        return [.. whole.Ordered.Where(member => wanted is null || wanted.Exists(member.Text.Contains))
            .Select(member => $"{member.Text[(member.Text.LastIndexOf('/') + 1)..]} {member.Privileged}")];
    }

    private sealed class Nothing : IAuditSource
    {
        public IReadOnlyList<PopulationStep> Steps(Guid connection) => [];

        public ReadOnlyMemory<byte> Observation(Layer.Evidence.Digest digest) => throw new KeyNotFoundException();
    }
}
