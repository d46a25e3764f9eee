using System.Numerics;

namespace Layer.Evidence.Log;

/// <summary>Inclusion and consistency proofs of RFC 6962 §2.1, built from stored nodes and verified as RFC 9162 §2.1.3.2 and §2.1.4.2 say.</summary>
/// <remarks>A proof asks for O(log n) nodes. Those asked for are complete subtrees only, named by level and index as in <see cref="TreeNode"/>.</remarks>
public static class MerkleProof
{
    /// <summary>The hashes that lead from the leaf at <paramref name="index"/> to the root of the first <paramref name="size"/> leaves, the leaf's sibling first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The leaf is not among the first <paramref name="size"/>.</exception>
    public static IReadOnlyList<Digest> Inclusion(long index, long size, Func<int, long, Digest> node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<Digest>();
        var (start, count) = (0L, size);
        while (count > 1)
        {
            var left = LeftSize(count);
            if (index - start < left)
            {
                proof.Add(Range(start + left, count - left, node));
                count = left;
            }
            else
            {
                proof.Add(Range(start, left, node));
                (start, count) = (start + left, count - left);
            }
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>The same over leaf hashes that are all at hand.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The leaf is not among them.</exception>
    public static IReadOnlyList<Digest> Inclusion(int index, IReadOnlyList<Digest> leaves) =>
        Inclusion(index, leaves.Count, (level, node) => MerkleTree.Root([.. leaves.Skip((int)(node << level)).Take(1 << level)]));

    /// <summary>The hashes that show that the first <paramref name="from"/> leaves are still the beginning of the first <paramref name="to"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ from ≤ to: an empty log proves nothing.</exception>
    public static IReadOnlyList<Digest> Consistency(long from, long to, Func<int, long, Digest> node)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        var proof = new List<Digest>();
        var (start, count, wholeOld) = (0L, to, true);
        while (start + count != from)
        {
            var left = LeftSize(count);
            if (from - start <= left)
            {
                proof.Add(Range(start + left, count - left, node));
                count = left;
            }
            else
            {
                proof.Add(Range(start, left, node));
                (start, count, wholeOld) = (start + left, count - left, false);
            }
        }

        // Where the old tree is itself a subtree of the new, the verifier knows its root already.
        if (!wholeOld)
            proof.Add(Range(start, count, node));
        proof.Reverse();
        return proof;
    }

    /// <summary>Whether the proof leads from the leaf hash to the root; false also for proofs that are too short or too long.</summary>
    public static bool VerifyInclusion(long index, long size, Digest leaf, IReadOnlyList<Digest> proof, Digest root)
    {
        if (index < 0 || index >= size)
            return false;
        var (fn, sn, hash) = (index, size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleTree.NodeHash(sibling, hash);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = MerkleTree.NodeHash(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && hash == root;
    }

    /// <summary>Whether the tree of <paramref name="from"/> leaves is the beginning of the tree of <paramref name="to"/>.</summary>
    /// <remarks>
    /// Equal sizes need equal roots and an empty proof. From an empty log nothing can be shown: false, unless both are empty and say so.
    /// </remarks>
    public static bool VerifyConsistency(long from, Digest fromRoot, long to, Digest toRoot, IReadOnlyList<Digest> proof)
    {
        if (from < 0 || from > to)
            return false;
        if (from == to)
            return proof.Count == 0 && fromRoot == toRoot && (from > 0 || fromRoot == MerkleTree.EmptyRoot);
        if (from == 0 || proof.Count == 0)
            return false;

        var old = BitOperations.IsPow2(from);
        var first = old ? fromRoot : proof[0];
        var (fn, sn) = (from - 1, to - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var (fr, sr) = (first, first);
        for (var i = old ? 0 : 1; i < proof.Count; i++)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleTree.NodeHash(proof[i], fr);
                sr = MerkleTree.NodeHash(proof[i], sr);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = MerkleTree.NodeHash(sr, proof[i]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr == fromRoot && sr == toRoot;
    }

    // The root of the leaves start … start+count-1. The start is a multiple of the smallest power of two that holds the count.
    private static Digest Range(long start, long count, Func<int, long, Digest> node)
    {
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.TrailingZeroCount(count);
            return node(level, start >> level);
        }

        var left = LeftSize(count);
        return MerkleTree.NodeHash(Range(start, left, node), Range(start + left, count - left, node));
    }

    // The largest power of two below the count (RFC 6962 §2.1).
    private static long LeftSize(long count) => 1L << BitOperations.Log2((ulong)count - 1);
}
