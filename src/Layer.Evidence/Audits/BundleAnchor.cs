using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>A checkpoint from elsewhere, which belongs to the same ever-growing tree as the bundle: step 9 of docs/evidence-format.md §9.1.</summary>
public sealed class BundleAnchor
{
    private const string Place = BundleFiles.Checkpoint;

    private readonly BundleHead _head;
    private readonly DateOnly _firstAfter;

    private BundleAnchor(BundleHead head, DateOnly firstAfter)
    {
        _head = head;
        _firstAfter = firstAfter;
    }

    /// <summary>The size of the checkpoint, to note the root at; null when it is none.</summary>
    internal static long? SizeOf(byte[]? since) => since is not null && SignedCheckpoint.TryParse(since, out var other, out _) ? other.Checkpoint.Size : null;

    /// <summary>Checks that the tree extends the checkpoint, or a larger checkpoint the tree. Null when none was given.</summary>
    /// <param name="head">The bundle.</param>
    /// <param name="checkpoint">The bundle's checkpoint.</param>
    /// <param name="keys">The keys that count.</param>
    /// <param name="leaves">The leaves, read with <see cref="SizeOf"/>.</param>
    /// <param name="since">The signed checkpoint from elsewhere, as it is in its file.</param>
    /// <param name="proof">The proof, as it is in its file; null when none was given.</param>
    internal static BundleAnchor? Check(
        BundleHead head, Checkpoint checkpoint, IReadOnlyList<VerificationKey> keys, BundleLeaves leaves, byte[]? since, byte[]? proof)
    {
        if (since is null)
            return null;
        if (!SignedCheckpoint.TryParse(since, out var signed, out var problem))
            throw BundleProblemException.Malformed(Place, $"What was given with --since is none. {problem}");
        var other = signed.Checkpoint;
        if (other.Origin != head.Origin)
            throw BundleProblemException.Malformed(Place, $"The one given with --since is of {other.Origin}, and the bundle of {head.Origin}.");
        // A key that was retired meanwhile signed what it signed.
        var then = leaves.Log.KeysAt(Math.Min(other.Size, head.Checkpoint)).Select(FindKey).OfType<VerificationKey>();
        BundleSignatures.CheckSigned(Place, [.. keys.Concat(then).Distinct()], head.Origin, signed.Note);
        if (leaves.Asked is var (root, next))
        {
            return root == other.Root
                ? new BundleAnchor(head, next ?? DateOnly.MaxValue)
                : throw BundleProblemException.Broken(Place, $"The first {other.Size} leaves of the bundle have the root {root.ToBase64()}, and the one given with --since says otherwise.");
        }

        var isOlder = other.Size < head.Checkpoint;
        if (isOlder)
            CheckProof(other, checkpoint, proof);
        else
            CheckProof(checkpoint, other, proof);
        return new BundleAnchor(head, isOlder ? head.From : DateOnly.MaxValue); // what is older than the range anchors no day of the window
    }

    /// <summary>The remark about it; null when every day is anchored.</summary>
    /// <param name="endOfLog">The day of the last leaf.</param>
    internal string? FindRemark(DateOnly endOfLog) => Remark(_head.Window, endOfLog, _firstAfter);

    /// <summary>The remark about an anchored window; null when every day is anchored.</summary>
    /// <param name="window">The window.</param>
    /// <param name="endOfLog">The day of the last leaf: later days need no anchor yet.</param>
    /// <param name="firstAfter">The day of the first leaf that the checkpoint does not cover: it and later ones are not anchored.</param>
    public static string? Remark(AuditWindow window, DateOnly endOfLog, DateOnly firstAfter)
    {
        var all = Math.Clamp(endOfLog.DayNumber + 1 - window.From.DayNumber, 0, window.DayCount);
        var anchored = Math.Clamp(firstAfter.DayNumber - window.From.DayNumber, 0, all);
        return anchored < all ? $"Anchored are {anchored} of {all} days." : null;
    }

    // What a leaf calls a key need not be one.
    private static VerificationKey? FindKey(string vkey)
    {
        try
        {
            return VerificationKey.Parse(vkey);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static void CheckProof(Checkpoint older, Checkpoint newer, byte[]? proof)
    {
        if (proof is null)
        {
            throw new BundleProblemException(
                VerificationOutcome.Usage, Place,
                $"The checkpoint given with --since does not lie in what the bundle shows: give the proof from {older.Size} to {newer.Size} leaves with --proof.");
        }

        if (!ConsistencyProof.TryParse(proof, out var parsed, out var problem))
            throw BundleProblemException.Malformed(Place, $"What was given with --proof is no proof. {problem}");
        // Both checkpoints were signed; of the proof only its text and hashes count.
        if (parsed.OldSize != older.Size || parsed.Checkpoint.Checkpoint != newer)
            throw BundleProblemException.Broken(Place, $"The proof does not lead from {older.Size} to {newer.Size} leaves.");
        if (!MerkleProof.VerifyConsistency(older.Size, older.Root, newer.Size, newer.Root, parsed.Hashes))
            throw BundleProblemException.Broken(Place, $"The proof does not show that the tree of {newer.Size} leaves extends that of {older.Size}.");
    }
}
