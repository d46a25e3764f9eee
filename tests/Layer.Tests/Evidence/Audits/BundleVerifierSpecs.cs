using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

public sealed class BundleVerifierSpecs
{
    private const string CompleteWindow = "2026-03-01..2026-03-03";

    private static readonly SigningKey Other = SigningKey.FromSeed(Samples.Origin, Enumerable.Range(2, 32).Select(i => (byte)i).ToArray());

    [Fact]
    public void A_complete_bundle_with_a_pinned_key_and_an_anchor_is_simply_valid()
    {
        var kit = Complete();
        var since = kit.Sign(kit.CheckpointAt((int)kit.Head.Checkpoint).Text);
        var verdict = kit.Verify(Samples.Key.Public, since);
        Assert.Equal("VALID", verdict.Verdict.LastLine);
        Assert.Equal(0, verdict.Verdict.ExitCode);
        Assert.Equal((Samples.Key.Public, kit.Head.Checkpoint, null), (verdict.Key, verdict.Head!.Checkpoint, verdict.Place));
        Assert.Equal("Covered 2 of 2 days, 2 of 2 connection-days; no gap.", verdict.Coverage);
        Assert.Equal((6, 9, 12), (verdict.Records, verdict.Observations, verdict.Populations));
    }

    [Fact]
    public void Without_key_and_anchor_the_same_bundle_has_two_remarks()
    {
        var verdict = Complete().Verify();
        Assert.Equal("VALID WITH 2 REMARKS", verdict.Verdict.LastLine);
        Assert.Equal(1, verdict.Verdict.ExitCode);
        Assert.Equal(
            [
                "No key was given: the signatures were checked with the key that is in the bundle.",
                "Not anchored: no checkpoint from elsewhere was given with --since.",
            ],
            verdict.Verdict.Remarks);
    }

    [Fact]
    public void Gaps_are_told_by_subscription_and_run_and_remarks_in_their_order()
    {
        var verdict = Usual().Verify();
        Assert.Equal("VALID WITH 4 GAPS AND 2 REMARKS", verdict.Verdict.LastLine);
        Assert.Equal(
            [
                "prod has no complete reading on 2026-03-02: failed (SECRET_EXPIRED).",
                "prod has no complete reading on 3 days, 2026-03-05 to 2026-03-07: missed.",
                "data has no complete reading on 2026-03-01: not connected.",
                "data has no complete reading on 4 days, 2026-03-04 to 2026-03-07: paused.",
            ],
            verdict.Verdict.Gaps);
    }

    [Fact]
    public void Every_remark_is_made_when_it_applies()
    {
        var story = new AuditStory();
        story.Leaves[0] = Leaf.Create(story.Leaves[0].At, Samples.Origin, ((GenesisLeaf)Samples.Bodies["genesis"]) with { Sample = true });
        story.Connect("2026-03-01T01:00:00Z", 1);
        story.Read("2026-03-01T06:00:01Z", 1, "scheduled", isPublic: false, Whole.First(1));
        story.Tell("2026-03-02T10:00:00Z", Samples.Bodies["epoch"]);
        story.Read("2026-03-02T16:00:01Z", 1, "scheduled", isPublic: false);
        var remarks = BundleKit.Of(story, CompleteWindow).Verify().Verdict.Remarks;
        Assert.Equal(
            [
                "SAMPLE: this log is a demonstration and no evidence of a real system.",
                "4 records were read from servers whose trust anchor is not public.",
                "An operator went on 1 time after signed leaves were lost.",
                "Nobody stated the scope of this window: every connected subscription was taken.",
                "What the app registrations could see was never recorded in this window.",
                "No key was given: the signatures were checked with the key that is in the bundle.",
                "Not anchored: no checkpoint from elsewhere was given with --since.",
            ],
            remarks);
    }

    [Fact]
    public void A_subscription_that_was_visible_and_nobody_decided_on_is_a_remark()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T01:00:00Z", 1);
        story.State("2026-03-01T02:00:00Z", CompleteWindow, [1]);
        story.Read("2026-03-01T06:00:01Z", 1, Whole.First(1));
        story.See("2026-03-01T06:00:05Z", 1, (1, "prod"), (7, "shadow"));
        Assert.Contains("1 subscription is undecided: see subscriptions.csv.", BundleKit.Of(story, CompleteWindow).Verify().Verdict.Remarks);
        story.See("2026-03-01T06:00:10Z", 1, (1, "prod"), (7, "shadow"), (8, "other"));
        Assert.Contains("2 subscriptions are undecided: see subscriptions.csv.", BundleKit.Of(story, CompleteWindow).Verify().Verdict.Remarks);
    }

    [Theory]
    [InlineData("2026-01-01..2026-01-02")] // before the connection
    [InlineData("2025-01-01..2025-02-01")] // before the log
    [InlineData("2026-03-01..2026-03-02")]
    [InlineData("2026-02-01..2026-12-31")]
    [InlineData("2027-01-01..2027-01-08")] // after the log: no range at all
    [InlineData("0001-01-01..0001-01-03")]
    [InlineData("9999-12-29..9999-12-31")]
    public void A_bundle_of_any_window_is_valid(string window)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), window);
        Assert.Equal((1, null), (kit.Verify().Verdict.ExitCode, kit.Verify().Verdict.Problem));
    }

    [Fact]
    public void The_verdict_of_a_later_window_rests_on_the_earlier_leaves()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), "2026-03-04..2026-03-08");
        Assert.True(kit.Head.Earlier.Count > 8, string.Join(' ', kit.Head.Earlier));
        Assert.Contains(kit.Files.Keys, name => name.StartsWith("tiles/", StringComparison.Ordinal));
        Assert.Null(kit.Verify().Verdict.Problem);
        foreach (var index in kit.Head.Earlier)
        {
            var without = BundleKit.Of(BundleStory.Usual(), "2026-03-04..2026-03-08");
            without.Head = without.Head with { Earlier = [.. without.Head.Earlier.Except([index])] };
            without.FillTree();
            var verdict = without.Verify();
            Assert.True(verdict.Verdict.ExitCode == 2, $"Without leaf {index}: {verdict.Verdict.LastLine}");
        }

        var hidden = Enumerable.Range(0, (int)kit.Head.First).Select(i => (long)i).Except(kit.Head.Earlier).ToArray();
        Assert.NotEmpty(hidden);
        foreach (var index in hidden)
        {
            var with = BundleKit.Of(BundleStory.Usual(), "2026-03-04..2026-03-08");
            with.Head = with.Head with { Earlier = [.. with.Head.Earlier.Append(index).Order()] };
            with.FillTree();
            var verdict = with.Verify();
            Assert.True(verdict.Verdict.ExitCode == 2, $"With leaf {index}: {verdict.Verdict.LastLine}");
        }
    }

    [Fact]
    public void A_range_that_begins_earlier_or_later_is_refused()
    {
        var first = Usual().Head.First;
        foreach (var other in new[] { first - 1, first + 1 })
        {
            var kit = Usual();
            kit.Head = kit.Head with { First = other, Earlier = [.. kit.Head.Earlier.Append(first).Append(first - 1).Where(index => index < other).Distinct().Order()] };
            kit.FillTree();
            Assert.Equal((2, "bundle.json"), kit.Outcome());
        }
    }

    [Fact]
    public void Two_signers_are_two_keys_of_the_bundle_and_either_can_be_pinned()
    {
        var story = BundleStory.Complete();
        story.Tell("2026-03-03T10:00:00Z", KeyOf("added", Other.Public));
        Assert.Equal(1, BundleKit.Of(story, CompleteWindow, signers: [Samples.Key, Other]).Verify().Verdict.ExitCode);
        foreach (var key in new[] { Samples.Key, Other })
        {
            var verdict = BundleKit.Of(story, CompleteWindow, signers: [Samples.Key, Other]).Verify(key.Public);
            Assert.Equal((1, key.Public), (verdict.Verdict.ExitCode, verdict.Key));
        }

        var swapped = BundleKit.Of(story, CompleteWindow, signers: [Samples.Key, Other]);
        swapped.Head = swapped.Head with { Keys = [Other.Public, Samples.Key.Public] };
        swapped.Files["bundle.json"] = swapped.Head.ToBytes();
        Assert.Equal((2, "bundle.json"), swapped.Outcome());
    }

    [Fact]
    public void A_key_that_the_log_does_not_name_or_has_retired_is_refused()
    {
        Assert.Equal((2, "checkpoint"), BundleKit.Of(BundleStory.Complete(), CompleteWindow, signers: [Other]).Outcome());
        var story = BundleStory.Complete();
        story.Tell("2026-03-03T10:00:00Z", KeyOf("added", Other.Public));
        story.Tell("2026-03-03T10:00:00Z", KeyOf("retired", Samples.Key.Public));
        Assert.Equal((2, "checkpoint"), BundleKit.Of(story, CompleteWindow).Outcome());
        Assert.Equal(1, BundleKit.Of(story, CompleteWindow, signers: [Other]).Verify().Verdict.ExitCode);
    }

    [Fact]
    public void Another_key_than_the_pinned_one_is_exit_code_3()
    {
        var verdict = Complete().Verify(Other.Public);
        Assert.Equal((3, "files.sha256.sig"), (verdict.Verdict.ExitCode, verdict.Place));
        Assert.Contains($"{Other.Public}", verdict.Verdict.LastLine);
        Assert.Null(verdict.Key);
        var ofAnotherLog = SigningKey.FromSeed("layer/other", new byte[32]);
        Assert.Equal(3, Complete().Verify(ofAnotherLog.Public).Verdict.ExitCode);
    }

    [Fact]
    public void A_checkpoint_of_another_signer_is_exit_code_3()
    {
        var kit = Complete();
        kit.Files["checkpoint"] = System.Text.Encoding.UTF8.GetBytes(Other.Sign(kit.CheckpointAt((int)kit.Head.Checkpoint).Text).Note);
        Assert.Equal((3, "checkpoint"), kit.Outcome());
    }

    private static BundleKit Usual() => BundleKit.Of(BundleStory.Usual(), BundleStory.Window);

    private static BundleKit Complete() => BundleKit.Of(BundleStory.Complete(), CompleteWindow);

    private static KeyLeaf KeyOf(string change, VerificationKey key) => (KeyLeaf)Samples.Bodies["key"] with { Change = change, Key = $"{key}" };
}
