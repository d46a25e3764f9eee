using Layer.Evidence;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

/// <summary>A log in memory that stores what a frontier says to store, and the definition of RFC 6962 §2.1 written out naively beside it.</summary>
internal sealed class MerkleLog
{
    private readonly Dictionary<(int, long), Digest> _nodes = [];
    private readonly List<Digest> _leaves = [];

    public Frontier Frontier { get; } = new();

    public int Asked { get; private set; }

    public IReadOnlyList<Digest> Leaves => _leaves;

    public static MerkleLog Of(int size)
    {
        var log = new MerkleLog();
        for (var i = 0; i < size; i++)
            log.Append(MerkleTree.LeafHash(BitConverter.GetBytes(i)));
        return log;
    }

    public void Append(Digest leaf)
    {
        var completed = new List<TreeNode>();
        Frontier.Append(leaf, completed);
        _leaves.Add(leaf);
        foreach (var node in completed)
            _nodes.Add((node.Level, node.Index), node.Hash);
    }

    public Digest Node(int level, long index)
    {
        Asked++;
        return _nodes[(level, index)];
    }

    public Digest Leaf(int index) => _leaves[index];

    public Digest NaiveRoot(int size) => NaiveRoot(0, size);

    public List<Digest> NaiveInclusion(int index, int start, int size)
    {
        if (size == 1)
            return [];
        var split = Split(size);
        return index < split
            ? [.. NaiveInclusion(index, start, split), NaiveRoot(start + split, size - split)]
            : [.. NaiveInclusion(index - split, start + split, size - split), NaiveRoot(start, split)];
    }

    public List<Digest> NaiveConsistency(int from, int start, int size, bool whole)
    {
        if (from == size)
            return whole ? [] : [NaiveRoot(start, size)];
        var split = Split(size);
        return from <= split
            ? [.. NaiveConsistency(from, start, split, whole), NaiveRoot(start + split, size - split)]
            : [.. NaiveConsistency(from - split, start + split, size - split, whole: false), NaiveRoot(start, split)];
    }

    private readonly Dictionary<(int, int), Digest> _roots = [];

    private Digest NaiveRoot(int start, int size)
    {
        if (size == 0)
            return MerkleTree.EmptyRoot;
        if (size == 1)
            return _leaves[start];
        if (_roots.TryGetValue((start, size), out var known))
            return known;
        var split = Split(size);
        return _roots[(start, size)] = MerkleTree.NodeHash(NaiveRoot(start, split), NaiveRoot(start + split, size - split));
    }

    private static int Split(int size)
    {
        var split = 1;
        while (split * 2 < size)
            split *= 2;
        return split;
    }
}
