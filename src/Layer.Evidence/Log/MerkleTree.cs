using System.Security.Cryptography;

namespace Layer.Evidence.Log;

/// <summary>Hashes of RFC 6962 §2.1: leaves are prefixed with 0x00, nodes with 0x01, and the split is the largest power of two below the size.</summary>
public static class MerkleTree
{
    /// <summary>The root of no leaves: SHA-256 of nothing.</summary>
    public static Digest EmptyRoot { get; } = Digest.Of([]);

    /// <summary>SHA-256(0x00 ‖ bytes).</summary>
    public static Digest LeafHash(ReadOnlySpan<byte> bytes)
    {
        const int OnStack = 2048;
        Span<byte> hash = stackalloc byte[Digest.Size];
        if (bytes.Length < OnStack)
        {
            Span<byte> prefixed = stackalloc byte[bytes.Length + 1];
            prefixed[0] = 0;
            bytes.CopyTo(prefixed[1..]);
            SHA256.HashData(prefixed, hash);
        }
        else
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sha.AppendData([0]);
            sha.AppendData(bytes);
            sha.GetHashAndReset(hash);
        }

        return new Digest(hash);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Digest NodeHash(Digest left, Digest right)
    {
        Span<byte> node = stackalloc byte[1 + 2 * Digest.Size];
        node[0] = 1;
        left.CopyTo(node[1..]);
        right.CopyTo(node[(1 + Digest.Size)..]);
        return Digest.Of(node);
    }

    /// <summary>The root over leaf hashes in order; <see cref="EmptyRoot"/> of none.</summary>
    public static Digest Root(IReadOnlyList<Digest> leaves)
    {
        // One stack of complete subtrees: entry i is the root of 2^level leaves, levels strictly falling.
        var subtrees = new Stack<(Digest Root, int Level)>();
        foreach (var leaf in leaves)
        {
            var (root, level) = (leaf, 0);
            while (subtrees.TryPeek(out var left) && left.Level == level)
            {
                subtrees.Pop();
                (root, level) = (NodeHash(left.Root, root), level + 1);
            }

            subtrees.Push((root, level));
        }

        if (!subtrees.TryPop(out var right))
            return EmptyRoot;
        while (subtrees.TryPop(out var left))
            right = (NodeHash(left.Root, right.Root), left.Level + 1);
        return right.Root;
    }
}
