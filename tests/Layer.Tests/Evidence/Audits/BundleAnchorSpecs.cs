using System.Text;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

public sealed class BundleAnchorSpecs
{
    private const string NotAnchored = "Not anchored: no checkpoint from elsewhere was given with --since.";

    [Fact]
    public void A_checkpoint_of_the_range_anchors_the_days_whose_leaves_all_lie_below_it()
    {
        var kit = Usual();
        var story = BundleStory.Usual();
        for (var size = (int)kit.Head.First; size <= kit.Head.Checkpoint; size++)
        {
            var verdict = kit.Verify(since: kit.Sign(kit.CheckpointAt(size).Text));
            Assert.Equal(1, verdict.Verdict.ExitCode);
            Assert.DoesNotContain(NotAnchored, verdict.Verdict.Remarks);
            var days = Enumerable.Range(0, 7).Select(day => new DateOnly(2026, 3, 1).AddDays(day));
            var anchored = days.Count(day => story.Leaves.Skip(size).All(leaf => DateOnly.FromDateTime(leaf.At.UtcDateTime) > day));
            var remark = verdict.Verdict.Remarks.SingleOrDefault(each => each.StartsWith("Anchored", StringComparison.Ordinal));
            Assert.Equal(anchored == 7 ? null : $"Anchored are {anchored} of 7 days.", remark);
        }
    }

    [Fact]
    public void Days_after_the_end_of_the_log_need_no_anchor()
    {
        var story = BundleStory.Complete();
        var kit = BundleKit.Of(story, "2026-03-02..2026-12-31");
        Assert.Contains("Anchored are 1 of 2 days.", kit.Verify(since: kit.Sign(kit.CheckpointAt(story.Leaves.Count - 1).Text)).Verdict.Remarks);
        Assert.DoesNotContain(kit.Verify(since: kit.Sign(kit.CheckpointAt(story.Leaves.Count).Text)).Verdict.Remarks, each => each.Contains("nchored", StringComparison.Ordinal));
    }

    [Fact]
    public void An_older_checkpoint_needs_a_proof_and_anchors_no_day()
    {
        var kit = Usual();
        for (var size = 1; size < kit.Head.First; size++)
        {
            var since = kit.Sign(kit.CheckpointAt(size).Text);
            var without = kit.Verify(since: since);
            Assert.Equal((64, "--since"), (without.Verdict.ExitCode, without.Place));
            var verdict = kit.Verify(since: since, proof: Proof(kit, size));
            Assert.Null(verdict.Verdict.Problem);
            Assert.Contains("Anchored are 0 of 7 days.", verdict.Verdict.Remarks);
        }
    }

    [Fact]
    public void A_checkpoint_that_the_tree_does_not_extend_is_an_integrity_failure()
    {
        var kit = Usual();
        var first = (int)kit.Head.First;
        Assert.Equal((2, "--since"), Outcome(kit, Forged(kit, first + 2), null));
        Assert.Equal((2, "--since"), Outcome(kit, Forged(kit, (int)kit.Head.Checkpoint), null));
        Assert.Equal((2, "--proof"), Outcome(kit, Forged(kit, first - 2), Proof(kit, first - 2)));
        Assert.Equal((2, "--since"), Outcome(kit, kit.Sign((kit.CheckpointAt(first) with { Size = kit.Head.Checkpoint + 1 }).Text), null));
    }

    [Fact]
    public void A_proof_that_leads_elsewhere_is_an_integrity_failure_and_one_that_is_none_is_malformed()
    {
        var kit = Usual();
        var first = (int)kit.Head.First;
        var since = kit.Sign(kit.CheckpointAt(first - 2).Text);
        Assert.Equal((2, "--proof"), Outcome(kit, since, Proof(kit, first - 3)));
        Assert.Equal((2, "--proof"), Outcome(kit, since, Proof(kit, first - 2, (int)kit.Head.Checkpoint - 1)));
        Assert.Equal((4, "--proof"), Outcome(kit, since, Encoding.ASCII.GetBytes("old 3\n")));
        Assert.Equal((3, "--proof"), Outcome(kit, since, Proof(kit, first - 2, signer: SigningKey.FromSeed(Samples.Origin, new byte[32]))));
    }

    [Fact]
    public void A_checkpoint_of_another_log_or_signer_or_none_at_all_is_told_apart()
    {
        var kit = Usual();
        Assert.Equal((4, "--since"), Outcome(kit, Encoding.ASCII.GetBytes("x"), null));
        var elsewhere = SigningKey.FromSeed("layer/other", new byte[32]);
        Assert.Equal((4, "--since"), Outcome(kit, Encoding.UTF8.GetBytes(elsewhere.Sign(new Checkpoint("layer/other", 3, Samples.Hash("x")).Text).Note), null));
        var other = SigningKey.FromSeed(Samples.Origin, new byte[32]);
        Assert.Equal((3, "--since"), Outcome(kit, Encoding.UTF8.GetBytes(other.Sign(kit.CheckpointAt(5).Text).Note), null));
    }

    private static (int ExitCode, string? Place) Outcome(BundleKit kit, byte[] since, byte[]? proof)
    {
        var verdict = kit.Verify(since: since, proof: proof);
        return (verdict.Verdict.ExitCode, verdict.Place);
    }

    private static byte[] Forged(BundleKit kit, int size) => kit.Sign((kit.CheckpointAt(size) with { Root = Samples.Hash("x") }).Text);

    private static byte[] Proof(BundleKit kit, int from, int? to = null, SigningKey? signer = null)
    {
        var size = to ?? (int)kit.Head.Checkpoint;
        var tree = new MerkleLog();
        foreach (var leaf in kit.Leaves)
            tree.Append(leaf.Hash);
        var checkpoint = kit.CheckpointAt(size);
        var hashes = tree.NaiveConsistency(from, 0, size, whole: true).Select(hash => hash.ToBase64() + "\n");
        return Encoding.UTF8.GetBytes($"old {from}\n{string.Concat(hashes)}\n{(signer ?? Samples.Key).Sign(checkpoint.Text).Note}");
    }

    private static BundleKit Usual() => BundleKit.Of(BundleStory.Usual(), BundleStory.Window);
}
