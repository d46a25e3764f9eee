using System.Numerics;

namespace Layer.Evidence.Log;

/// <summary>The right edge of a log's tree: all that is needed to append and to know the root, at most 63 hashes.</summary>
/// <remarks>Not safe for use by several threads at once. A log is appended to inside a transaction that read its size, so nobody keeps one of these for long.</remarks>
public sealed class Frontier
{
    // Entry i is the root of the complete subtree of 2^i leaves at the right edge; it counts only where bit i of the size is set.
    private readonly Digest[] _edge = new Digest[63];

    /// <summary>The frontier of an empty log.</summary>
    public Frontier()
    {
    }

    /// <summary>Rebuilds the frontier of a log of <paramref name="size"/> leaves from its stored nodes; <paramref name="node"/> is asked at most 63 times.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public Frontier(long size, Func<int, long, Digest> node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        Size = size;
        foreach (var (level, index) in NodesOf(size))
            _edge[level] = node(level, index);
    }

    /// <summary>How many leaves the log has.</summary>
    public long Size { get; private set; }

    /// <summary>The RFC 6962 root; <see cref="MerkleTree.EmptyRoot"/> of an empty log.</summary>
    public Digest Root
    {
        get
        {
            if (Size == 0)
                return MerkleTree.EmptyRoot;
            var level = BitOperations.TrailingZeroCount(Size);
            var root = _edge[level];
            for (var rest = Size >> (level + 1) << (level + 1); rest != 0; rest &= rest - 1)
                root = MerkleTree.NodeHash(_edge[BitOperations.TrailingZeroCount(rest)], root);
            return root;
        }
    }

    /// <summary>The level and index of the nodes that make the frontier of a log of <paramref name="size"/> leaves, from the right edge leftwards.</summary>
    public static IEnumerable<(int Level, long Index)> NodesOf(long size)
    {
        for (var rest = size; rest != 0; rest &= rest - 1)
        {
            var level = BitOperations.TrailingZeroCount(rest);
            yield return (level, (rest >> level) - 1);
        }
    }

    /// <summary>Appends a leaf.</summary>
    /// <param name="leaf">SHA-256(0x00 ‖ bytes of the leaf).</param>
    /// <param name="completed">Receives the nodes that became complete, the leaf's own first: store all of them, each is new. Null when nobody stores.</param>
    public void Append(Digest leaf, ICollection<TreeNode>? completed = null)
    {
        var node = leaf;
        var level = 0;
        completed?.Add(new TreeNode(0, Size, node));
        for (; (Size >> level & 1) == 1; level++)
        {
            node = MerkleTree.NodeHash(_edge[level], node);
            completed?.Add(new TreeNode(level + 1, Size >> (level + 1), node));
        }

        _edge[level] = node;
        Size++;
    }

    /// <summary>Appends a complete subtree of 2^<paramref name="level"/> leaves of which only the root is known.</summary>
    /// <exception cref="InvalidOperationException">The size is no multiple of 2^<paramref name="level"/>, or would be too large.</exception>
    public void AppendSubtree(int level, Digest root)
    {
        var leaves = 1L << level;
        if (level is < 0 or > 61 || (Size & (leaves - 1)) != 0 || Size > long.MaxValue / 2 - leaves)
            throw new InvalidOperationException($"A subtree of level {level} cannot follow {Size} leaves.");
        var at = level;
        for (; (Size >> at & 1) == 1; at++)
            root = MerkleTree.NodeHash(_edge[at], root);
        _edge[at] = root;
        Size += leaves;
    }
}
