using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Evidence.Verification;

/// <summary>
/// Reads a whole log from its first leaf and trusts nothing but the bytes: it recomputes hashes and roots and follows every chain.
/// Memory grows with connections and records, not with leaves' bytes. After the first problem nothing more is read.
/// </summary>
/// <remarks>
/// Give it the leaves in order with <see cref="Feed"/>, before that the checkpoints to compare with <see cref="Expect"/>, at the end <see cref="Finish"/>.
/// It checks no signature: the caller has done so for each checkpoint it expects.
/// </remarks>
/// <param name="origin">The log's name, which every leaf must carry.</param>
public sealed class LogReplay(string origin)
{
    private readonly Frontier _frontier = new();
    private readonly SortedDictionary<long, List<Checkpoint>> _expected = [];
    private readonly SortedDictionary<string, long> _kinds = new(StringComparer.Ordinal);
    private readonly LeafChains _chains = new();
    private readonly SortedDictionary<long, List<Checkpoint>> _losable = [];
    private readonly HashSet<Checkpoint> _lost = [];

    /// <summary>How many leaves were read.</summary>
    public long Size => _frontier.Size;

    /// <summary>Root of the leaves read.</summary>
    public Digest Root => _frontier.Root;

    /// <summary>The first problem; null when there is none.</summary>
    public LogProblem? Problem { get; private set; }

    /// <summary>The leaf read last; null before the first.</summary>
    public Leaf? Last { get; private set; }

    /// <summary>The genesis leaf; null before it was read.</summary>
    public GenesisLeaf? Genesis => _chains.Genesis;

    /// <summary>Index of the newest standing leaf (<see cref="LeafKind.Standing"/>).</summary>
    public long Standing => _chains.Standing;

    /// <summary>How many leaves of each kind.</summary>
    public IReadOnlyDictionary<string, long> Kinds => _kinds;

    /// <summary>The keys that the log itself names, oldest first, retired ones included. That they stand there proves nothing.</summary>
    public IReadOnlyList<LogKey> Keys => _chains.Keys;

    /// <summary>Checkpoints given to <see cref="ExpectUnlessLost"/> that the tree does not extend. Complete after <see cref="Finish"/>.</summary>
    public IReadOnlyCollection<Checkpoint> Lost => _lost;

    /// <summary>How many records were read from servers whose trust anchor is not public.</summary>
    public long RecordsWithoutPublicTrust => _chains.RecordsWithoutPublicTrust;

    /// <summary>How often an operator went on after signed leaves were lost.</summary>
    public long Epochs => _kinds.GetValueOrDefault(LeafKind.Epoch);

    /// <summary>The tree at the checkpoint's size must have its root. Checkpoints at or below <see cref="Size"/> come too late.</summary>
    /// <exception cref="InvalidOperationException">That many leaves were read already.</exception>
    public void Expect(Checkpoint checkpoint) => Add(_expected, checkpoint);

    /// <summary>As <see cref="Expect"/>, but a tree that says otherwise, or never gets there, is no problem: the checkpoint is <see cref="Lost"/> then.</summary>
    /// <remarks>Only for what was signed up to a checkpoint that an epoch leaf names as lost; <see cref="SignedHistory"/> says which those are.</remarks>
    /// <exception cref="InvalidOperationException">That many leaves were read already.</exception>
    public void ExpectUnlessLost(Checkpoint checkpoint) => Add(_losable, checkpoint);

    /// <summary>Reads the next leaf. False when there is a problem, now or before.</summary>
    /// <param name="index">The index it is stored under.</param>
    /// <param name="bytes">Its exact bytes; they are not kept.</param>
    /// <param name="hash">The hash it is stored with.</param>
    public bool Feed(long index, ReadOnlyMemory<byte> bytes, Digest hash)
    {
        if (Problem is not null)
            return false;
        if (index != Size)
            return Refuse(Size, index > Size ? $"it is missing; the next one is {index}." : $"index {index} comes again.");
        Leaf leaf;
        try
        {
            leaf = Leaf.Parse(bytes);
        }
        catch (FormatException malformed)
        {
            return Refuse(index, malformed.Message);
        }

        if (leaf.Hash != hash)
            return Refuse(index, $"its bytes have the hash {leaf.Hash}, and {hash} is stored.");
        if (leaf.Log != origin)
            return Refuse(index, $"it belongs to the log {leaf.Log}, not to {origin}.");
        if (_chains.Follow(index, leaf) is { } sentence)
            return Refuse(index, sentence);

        Last = leaf;
        _kinds[leaf.Kind] = _kinds.GetValueOrDefault(leaf.Kind) + 1;
        _frontier.Append(leaf.Hash);
        return CompareRoot();
    }

    /// <summary>No more leaves come. False when there is a problem.</summary>
    public bool Finish()
    {
        if (Problem is not null)
            return false;
        if (_expected.Count > 0)
        {
            var size = _expected.Keys.Last();
            return Refuse(Size, $"it is missing: a checkpoint of {size} leaves was signed.");
        }

        _lost.UnionWith(_losable.Values.SelectMany(same => same));
        _losable.Clear();
        return _chains.FindUnfinished() is not var (manifest, sentence) || Refuse(manifest, sentence);
    }

    private void Add(SortedDictionary<long, List<Checkpoint>> to, Checkpoint checkpoint)
    {
        if (checkpoint.Size < Size)
            throw new InvalidOperationException($"{Size} leaves were read already; a checkpoint of {checkpoint.Size} comes too late.");
        if (!to.TryGetValue(checkpoint.Size, out var same))
            to.Add(checkpoint.Size, same = []);
        same.Add(checkpoint);
        if (checkpoint.Size == Size)
            CompareRoot();
    }

    private bool CompareRoot()
    {
        if (_losable.Remove(Size, out var losable))
            _lost.UnionWith(losable.Where(c => c.Root != Root));
        if (!_expected.Remove(Size, out var checkpoints))
            return true;
        var root = Root;
        return checkpoints.All(c => c.Origin == origin && c.Root == root)
            || Refuse(Size, $"the first {Size} leaves have the root {root.ToBase64()}, and a checkpoint of that size says otherwise.");
    }

    private bool Refuse(long index, string sentence)
    {
        Problem = new LogProblem(index, sentence);
        return false;
    }
}
