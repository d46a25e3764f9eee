using System.Text;
using Layer.Evidence.Leaves;
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
            Assert.Equal((64, "checkpoint"), (without.Verdict.ExitCode, without.Place));
            var verdict = kit.Verify(since: since, proof: Proof(kit, size));
            Assert.Null(verdict.Verdict.Problem);
            Assert.Contains("Anchored are 0 of 7 days.", verdict.Verdict.Remarks);
        }
    }

    [Fact]
    public void A_larger_checkpoint_anchors_everything_when_the_proof_shows_that_it_extends_the_tree()
    {
        var story = BundleStory.Usual();
        var kit = BundleKit.Of(story, BundleStory.Window);
        story.Tell("2026-03-09T06:00:00Z", Samples.Bodies["audit"]);
        story.Tell("2026-03-09T07:00:00Z", Samples.Bodies["audit"]);
        var later = BundleKit.Of(story, BundleStory.Window);
        var (size, larger) = ((int)kit.Head.Checkpoint, story.Leaves.Count);
        kit = BundleKit.Of(story.Leaves[..size], AuditStory.Window(BundleStory.Window), story.BundleOf(BundleStory.Window), raw: false, names: false);
        var since = later.Sign(later.CheckpointAt(larger).Text);
        Assert.Equal((64, "checkpoint"), Outcome(kit, since, null));
        var verdict = kit.Verify(since: since, proof: Proof(later, size, larger));
        Assert.Null(verdict.Verdict.Problem);
        Assert.DoesNotContain(verdict.Verdict.Remarks, remark => remark.Contains("nchored", StringComparison.Ordinal));
        Assert.Equal((2, "checkpoint"), Outcome(kit, since, Proof(later, size - 1, larger)));
        Assert.Equal((2, "checkpoint"), Outcome(kit, Forged(later, larger), Proof(later, size, larger)));
    }

    [Fact]
    public void A_checkpoint_that_the_tree_does_not_extend_is_an_integrity_failure()
    {
        var kit = Usual();
        var first = (int)kit.Head.First;
        Assert.Equal((2, "checkpoint"), Outcome(kit, Forged(kit, first + 2), null));
        Assert.Equal((2, "checkpoint"), Outcome(kit, Forged(kit, (int)kit.Head.Checkpoint), null));
        Assert.Equal((2, "checkpoint"), Outcome(kit, Forged(kit, first - 2), Proof(kit, first - 2)));
    }

    [Fact]
    public void A_proof_that_leads_elsewhere_is_an_integrity_failure_and_one_that_is_none_is_malformed()
    {
        var kit = Usual();
        var first = (int)kit.Head.First;
        var since = kit.Sign(kit.CheckpointAt(first - 2).Text);
        Assert.Equal((2, "checkpoint"), Outcome(kit, since, Proof(kit, first - 3)));
        Assert.Equal((2, "checkpoint"), Outcome(kit, since, Proof(kit, first - 2, (int)kit.Head.Checkpoint - 1)));
        Assert.Equal((4, "checkpoint"), Outcome(kit, since, Encoding.ASCII.GetBytes("old 3\n")));
    }

    [Fact]
    public void A_key_that_was_retired_meanwhile_signed_what_it_signed()
    {
        var young = SigningKey.FromSeed(Samples.Origin, Enumerable.Range(2, 32).Select(i => (byte)i).ToArray());
        var story = BundleStory.Complete();
        var size = story.Leaves.Count;
        story.Tell("2026-03-03T10:00:00Z", KeyOf("added", young.Public));
        story.Tell("2026-03-03T10:00:00Z", KeyOf("retired", Samples.Key.Public));
        var kit = BundleKit.Of(story, "2026-03-01..2026-03-03", signers: [young]);
        Assert.Equal(1, Outcome(kit, Note(Samples.Key, size), null).ExitCode);
        Assert.Equal((3, "checkpoint"), Outcome(kit, Note(Samples.Key, size + 2), null));

        byte[] Note(SigningKey key, int at) => Encoding.UTF8.GetBytes(key.Sign(kit.CheckpointAt(at).Text).Note);
    }

    [Fact]
    public void A_checkpoint_of_another_log_or_signer_or_none_at_all_is_told_apart()
    {
        var kit = Usual();
        Assert.Equal((4, "checkpoint"), Outcome(kit, Encoding.ASCII.GetBytes("x"), null));
        var elsewhere = SigningKey.FromSeed("layer/other", new byte[32]);
        Assert.Equal((4, "checkpoint"), Outcome(kit, Encoding.UTF8.GetBytes(elsewhere.Sign(new Checkpoint("layer/other", 3, Samples.Hash("x")).Text).Note), null));
        var other = SigningKey.FromSeed(Samples.Origin, new byte[32]);
        Assert.Equal((3, "checkpoint"), Outcome(kit, Encoding.UTF8.GetBytes(other.Sign(kit.CheckpointAt(5).Text).Note), null));
    }

    private static (int ExitCode, string? Place) Outcome(BundleKit kit, byte[] since, byte[]? proof)
    {
        var verdict = kit.Verify(since: since, proof: proof);
        return (verdict.Verdict.ExitCode, verdict.Place);
    }

    private static byte[] Forged(BundleKit kit, int size) => kit.Sign((kit.CheckpointAt(size) with { Root = Samples.Hash("x") }).Text);

    private static byte[] Proof(BundleKit kit, int from, int? to = null)
    {
        var size = to ?? (int)kit.Head.Checkpoint;
        var tree = new MerkleLog();
        foreach (var leaf in kit.Leaves)
            tree.Append(leaf.Hash);
        var checkpoint = kit.CheckpointAt(size);
        var hashes = tree.NaiveConsistency(from, 0, size, whole: true).Select(hash => hash.ToBase64() + "\n");
        return Encoding.UTF8.GetBytes($"old {from}\n{string.Concat(hashes)}\n{Samples.Key.Sign(checkpoint.Text).Note}");
    }

    private static BundleKit Usual() => BundleKit.Of(BundleStory.Usual(), BundleStory.Window);

    private static KeyLeaf KeyOf(string change, VerificationKey key) => (KeyLeaf)Samples.Bodies["key"] with { Change = change, Key = $"{key}" };
}
