using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>The disclosed leaves of a bundle: steps 4 and 5 of docs/evidence-format.md §9.1. They are read once, and none is kept.</summary>
internal sealed class BundleLeaves
{
    private readonly BundleContainer _bundle;
    private readonly Frontier _frontier = new();
    private readonly LeafChains _chains;
    private readonly EarlierLeaves _earlier;
    private readonly ManifestPages? _pages;
    private (long Index, string Sentence)? _broken;

    private BundleLeaves(BundleContainer bundle)
    {
        _bundle = bundle;
        _chains = new LeafChains(bundle.Head.First);
        _earlier = new EarlierLeaves(bundle.Head);
        _pages = bundle.Head.Raw ? new ManifestPages() : null;
    }

    private BundleHead Head => _bundle.Head;

    /// <summary>What the derived files are made from.</summary>
    public AuditLog Log { get; } = new();

    /// <summary>How many leaves are disclosed.</summary>
    public long Count { get; private set; }

    /// <summary>Whether <c>index.csv</c> says what the leaves say.</summary>
    public bool IsIndexed { get; private set; }

    /// <summary>What the disclosed <c>names</c> leaves commit to; empty of a bundle without names.</summary>
    public Dictionary<long, NamesLeaf> Names { get; } = [];

    /// <summary>Which pages the manifests name; null of a bundle without pages.</summary>
    public ManifestPages? Pages => _pages;

    /// <summary>By which of their own assignments the readers had the right to read.</summary>
    public ManifestRights Rights { get; } = new();

    /// <summary>Earlier leaves of names that a row of <c>principals.csv</c> must have a commitment of.</summary>
    public IEnumerable<long> NamesToUse => _earlier.Names;

    /// <summary>Root of the tree at the size that was asked for, and the day of the leaf after it (null at the end); null when that size is not in the range.</summary>
    public (Digest Root, DateOnly? NextDay)? Asked { get; private set; }

    /// <summary>Reads the leaves and compares their root.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="checkpoint">The signed checkpoint.</param>
    /// <param name="askedSize">A size to note the root of; null when nobody needs one.</param>
    /// <param name="progress">Told how many leaves of how many were read.</param>
    public static BundleLeaves Read(BundleContainer bundle, Checkpoint checkpoint, long? askedSize, Action<long, long>? progress)
    {
        var leaves = new BundleLeaves(bundle);
        leaves.CheckNumbers();
        leaves.Read(BundleTiles.Read(bundle), askedSize, progress);
        return leaves._frontier.Root == checkpoint.Root
            ? leaves
            : throw BundleProblemException.Broken(BundleFiles.Checkpoint, $"The leaves and tiles have the root {leaves._frontier.Root.ToBase64()}, and it says otherwise.");
    }

    /// <summary>Follows the rules from leaf to leaf, and what the bundle says about its leaves.</summary>
    /// <param name="scope">The subscriptions in scope.</param>
    /// <param name="keys">The keys whose signatures count.</param>
    public void CheckRules(AuditScope scope, IReadOnlyList<VerificationKey> keys)
    {
        if ((_broken ?? _chains.FindUnfinished()) is var (index, sentence))
            throw BundleProblemException.Broken(BundleProblemException.Leaf(index), sentence);
        if (_earlier.FindProblem(Log, scope) is { } problem)
            throw BundleProblemException.Broken(BundleHead.Name, problem);
        var active = Log.KeysAt(Head.Checkpoint);
        if (keys.Concat(Head.Keys).FirstOrDefault(key => !active.Contains(key.ToString())) is { } stray)
            throw BundleProblemException.Broken(BundleFiles.Checkpoint, $"The key {stray} does not sign the log at {Head.Checkpoint} leaves.");
    }

    // The number first: what is enumerated below ends with the lines that are there.
    private void CheckNumbers()
    {
        var expected = Head.Earlier.Count + Head.Checkpoint - Head.First;
        var found = 0L;
        using var lines = _bundle.ReadLines(BundleFiles.Leaves);
        try
        {
            while (lines.Next())
                found++;
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(BundleFiles.Leaves, malformed.Message, malformed);
        }

        if (found != expected)
            throw BundleProblemException.Broken(BundleFiles.Leaves, $"It has {found} leaves, and {BundleHead.Name} discloses {expected}.");
        Count = found;
    }

    private void Read(IReadOnlyList<TreeNode> tiles, long? askedSize, Action<long, long>? progress)
    {
        using var lines = _bundle.ReadLines(BundleFiles.Leaves);
        using var comparer = new ContentComparer(_bundle.Zip.OpenEntry(BundleFiles.Index));
        using var csv = new CsvWriter(comparer);
        csv.Row([.. IndexCsv.Header]);
        var (read, tile) = (0L, 0);
        foreach (var index in Head.Disclosed)
        {
            for (; _frontier.Size < index; tile++)
                _frontier.AppendSubtree(tiles[tile].Level, tiles[tile].Hash);
            lines.Next(); // they were counted
            var leaf = Parse(index, lines.Current);
            if (index == askedSize && index >= Head.First)
                Asked = (_frontier.Root, DateOnly.FromDateTime(leaf.At.UtcDateTime));
            _frontier.Append(leaf.Hash);
            IndexCsv.Write(csv, index, leaf);
            Follow(index, leaf);
            progress?.Invoke(++read, Count);
        }

        for (; tile < tiles.Count; tile++)
            _frontier.AppendSubtree(tiles[tile].Level, tiles[tile].Hash);
        if (askedSize == Head.Checkpoint)
            Asked = (_frontier.Root, null);
        csv.Flush();
        IsIndexed = comparer.IsSame();
    }

    private Leaf Parse(long index, ReadOnlyMemory<byte> bytes)
    {
        var place = BundleProblemException.Leaf(index);
        try
        {
            var leaf = Leaf.Parse(bytes);
            return leaf.Log == Head.Origin ? leaf : throw BundleProblemException.Broken(place, $"It belongs to the log {leaf.Log}.");
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(place, malformed.Message, malformed);
        }
    }

    // A broken chain is told only when all leaves are read: that one is not what it says comes first.
    private void Follow(long index, Leaf leaf)
    {
        if (_broken is not null)
            return;
        if (_chains.Follow(index, leaf) is { } sentence)
        {
            _broken = (index, sentence);
            return;
        }

        _earlier.Add(index, leaf);
        Log.Add(index, leaf);
        if (leaf.Body is SyncManifest manifest)
        {
            _pages?.Add(index, manifest);
            Rights.Add(index, manifest);
        }

        if (Head.Names && leaf.Body is NamesLeaf names)
            Names.Add(index, names);
    }
}
