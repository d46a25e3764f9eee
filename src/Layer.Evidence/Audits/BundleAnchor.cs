using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>A checkpoint from elsewhere, which the bundle's tree must extend: step 9 of docs/evidence-format.md §9.1.</summary>
internal sealed class BundleAnchor
{
    /// <summary>Place of the older checkpoint.</summary>
    public const string Since = "--since";

    /// <summary>Place of the proof.</summary>
    public const string Proof = "--proof";

    private readonly BundleHead _head;
    private readonly DateOnly _firstAfter;

    private BundleAnchor(BundleHead head, DateOnly firstAfter)
    {
        _head = head;
        _firstAfter = firstAfter;
    }

    /// <summary>The size of the checkpoint, to note the root at; null when it is none.</summary>
    public static long? SizeOf(byte[]? since) => since is not null && SignedCheckpoint.TryParse(since, out var old, out _) ? old.Checkpoint.Size : null;

    /// <summary>Checks that the tree extends the checkpoint. Null when none was given.</summary>
    /// <param name="head">The bundle.</param>
    /// <param name="checkpoint">The bundle's checkpoint.</param>
    /// <param name="keys">The keys that count.</param>
    /// <param name="leaves">The leaves, read with <see cref="SizeOf"/>.</param>
    /// <param name="since">The older signed checkpoint, as it is in its file.</param>
    /// <param name="proof">The proof, as it is in its file; null when none was given.</param>
    public static BundleAnchor? Check(
        BundleHead head, Checkpoint checkpoint, IReadOnlyList<VerificationKey> keys, BundleLeaves leaves, byte[]? since, byte[]? proof)
    {
        if (since is null)
            return null;
        if (!SignedCheckpoint.TryParse(since, out var old, out var problem))
            throw BundleProblemException.Malformed(Since, problem);
        if (old.Checkpoint.Origin != head.Origin)
            throw BundleProblemException.Malformed(Since, $"It is a checkpoint of {old.Checkpoint.Origin}, and the bundle is one of {head.Origin}.");
        BundleSignatures.CheckSigned(Since, keys, head.Origin, old.Note);
        var size = old.Checkpoint.Size;
        if (size > head.Checkpoint)
            throw BundleProblemException.Broken(Since, $"It has {size} leaves, and the bundle ends at {head.Checkpoint}: a tree does not extend a larger one.");
        if (leaves.Asked is not var (root, next))
        {
            CheckProof(checkpoint, keys, old.Checkpoint, proof);
            return new BundleAnchor(head, head.From); // everything in the window came later
        }

        return root == old.Checkpoint.Root
            ? new BundleAnchor(head, next ?? DateOnly.MaxValue)
            : throw BundleProblemException.Broken(Since, $"The first {size} leaves of the bundle have the root {root.ToBase64()}, and it says otherwise.");
    }

    /// <summary>The remark about it; null when every day is anchored.</summary>
    /// <param name="endOfLog">The day of the last leaf.</param>
    public string? FindRemark(DateOnly endOfLog)
    {
        var all = Math.Clamp(endOfLog.DayNumber + 1 - _head.From.DayNumber, 0, _head.Window.DayCount);
        var anchored = Math.Clamp(_firstAfter.DayNumber - _head.From.DayNumber, 0, all);
        return anchored < all ? $"Anchored are {anchored} of {all} days." : null;
    }

    private static void CheckProof(Checkpoint checkpoint, IReadOnlyList<VerificationKey> keys, Checkpoint old, byte[]? proof)
    {
        if (proof is null)
        {
            throw new BundleProblemException(
                VerificationOutcome.Usage, Since, $"It has {old.Size} leaves, fewer than this bundle shows: give the proof from there to {checkpoint.Size} leaves with {Proof}.");
        }

        if (!ConsistencyProof.TryParse(proof, out var parsed, out var problem))
            throw BundleProblemException.Malformed(Proof, problem);
        BundleSignatures.CheckSigned(Proof, keys, checkpoint.Origin, parsed.Checkpoint.Note);
        if (parsed.OldSize != old.Size || parsed.Checkpoint.Checkpoint != checkpoint)
            throw BundleProblemException.Broken(Proof, "It does not lead from that checkpoint to the one of the bundle.");
        if (!keys.Any(key => parsed.Verify(old, key)))
            throw BundleProblemException.Broken(Proof, $"It does not show that the tree of {checkpoint.Size} leaves extends that of {old.Size}.");
    }
}
