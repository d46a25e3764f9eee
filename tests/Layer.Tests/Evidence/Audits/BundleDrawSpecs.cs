using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class BundleDrawSpecs
{
    [Theory]
    [InlineData("day:2026-03-03", SampleMethod.Random)]
    [InlineData("day:2026-03-03", SampleMethod.Privileged)]
    [InlineData("window-additions", SampleMethod.EveryKth)]
    [InlineData("window-removals", SampleMethod.Random)]
    [InlineData("days", SampleMethod.EveryKth)]
    public void A_draw_is_drawn_again_and_one_that_was_not_drawn_so_is_named(string population, string method)
    {
        var story = BundleStory.Usual();
        var draw = Drawn(story, population, method, AuditStory.Window(BundleStory.Window));
        story.Tell("2026-03-08T09:00:00Z", draw);
        var kit = BundleKit.Of(story, BundleStory.Window);
        Assert.Equal((1, null), kit.Outcome());
        Assert.Contains(population, System.Text.Encoding.UTF8.GetString(kit.Files["samples.csv"]));

        foreach (var lie in new[] { draw with { Count = draw.Count + 1 }, draw with { Root = Samples.Hash("x") }, draw with { Picked = [.. draw.Picked.Skip(1), "invented"] } })
        {
            var lying = BundleStory.Usual();
            lying.Tell("2026-03-08T09:00:00Z", lie);
            Assert.Equal((2, $"leaf {lying.Leaves.Count - 1}"), BundleKit.Of(lying, BundleStory.Window).Outcome());
        }
    }

    [Fact]
    public void A_draw_that_cannot_have_been_is_no_leaf()
    {
        var story = BundleStory.Usual();
        story.Tell("2026-03-08T09:00:00Z", Drawn(story, "days", SampleMethod.Random, AuditStory.Window(BundleStory.Window)));
        foreach (var (what, instead) in new[]
        {
            ("\"method\":\"random\",\"n\":2", "\"method\":\"privileged\",\"n\":2"), ("\"population\":\"days\"", "\"population\":\"day:2026-03-08\""),
            ("\"window\":{\"from\":\"2026-03-01\",\"to\":\"2026-03-08\"}},\"kind\":\"sample\"", "\"window\":null},\"kind\":\"sample\""),
        })
        {
            var kit = BundleKit.Of(story, BundleStory.Window);
            kit.Replace("leaves.jsonl", what, instead);
            if (instead.Contains("privileged", StringComparison.Ordinal))
                kit.Replace("leaves.jsonl", "\"privileged\":null", "\"privileged\":\"privileged/1\"");
            Assert.Equal((2, $"leaf {story.Leaves.Count - 1}"), kit.Outcome());
        }
    }

    [Fact]
    public void A_draw_from_subscriptions_that_the_bundle_does_not_disclose_is_only_listed()
    {
        const string Inner = "2026-03-02..2026-03-04";
        var story = BundleStory.Usual();
        story.State("2026-03-08T08:00:00Z", BundleStory.Window, [1]);
        story.Tell("2026-03-08T09:00:00Z", Drawn(story, "days", SampleMethod.Random, AuditStory.Window(Inner)) with { Count = 999 });
        var kit = BundleKit.Of(story, BundleStory.Window);
        Assert.Equal((1, null), kit.Outcome());
        Assert.Contains("999", System.Text.Encoding.UTF8.GetString(kit.Files["samples.csv"]));
    }

    private static SampleLeaf Drawn(AuditStory story, string population, string method, AuditWindow window)
    {
        var members = SampleMembers.Of(story.Log, population, window, story.Leaves.Count, new DateOnly(2026, 3, 8), story.BundleOf(BundleStory.Window));
        return Samples.Sample with
        {
            Count = members.Count, Method = method, Picked = SampleDraw.Draw(method, 2, "seed", members), Population = population,
            Privileged = method == SampleMethod.Privileged ? SampleLeaf.CurrentPrivileged : null, Root = members.Root, Seed = "seed", Window = window,
        };
    }
}
