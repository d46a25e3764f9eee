using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>
/// Appends leaves to a workspace's log inside a write transaction of the caller. The head is read under a lock, so that two writers queue and never fork;
/// nobody keeps the tree between transactions.
/// </summary>
internal sealed class LogAppend
{
    /// <summary>How far the clock may stand behind the last leaf before it is refused rather than waited for.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly StorageEngine _engine;
    private readonly DbConnection _connection;
    private readonly Guid _workspace;
    private readonly Frontier _frontier;
    private readonly List<Leaf> _leaves = [];
    private readonly List<TreeNode> _nodes = [];

    private LogAppend(StorageEngine engine, DbConnection connection, Guid workspace, string origin, Frontier frontier, long standing, DateTimeOffset at)
    {
        _engine = engine;
        _connection = connection;
        _workspace = workspace;
        Origin = origin;
        _frontier = frontier;
        Standing = standing;
        At = at;
    }

    public string Origin { get; }

    /// <summary>When the leaves of this transaction are recorded: now, and never before the last leaf.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Index of the next leaf.</summary>
    public long Size => _frontier.Size;

    /// <summary>Index of the newest standing leaf, those of this transaction included.</summary>
    public long Standing { get; private set; }

    /// <summary>Locks the log until the transaction ends. Other rows are locked after it, everywhere, so that two writers cannot wait for each other.</summary>
    /// <exception cref="RefusedException">CLOCK_BEHIND_LOG: the clock is more than five seconds behind the last leaf. LOG_BROKEN: the head or a node is missing.</exception>
    public static async Task<LogAppend> BeginAsync(
        StorageEngine engine, DbConnection connection, Guid workspace, TimeProvider clock, CancellationToken cancellationToken)
    {
        var id = engine.Id(workspace);
        (long Size, DateTimeOffset At, long Standing)? head = null;
        // The origin is asked for apart: a join would lock the workspace's row as well.
        var heads = connection.QueryAsync(
            $"SELECT size, at, standing FROM log_head WHERE workspace = @workspace{engine.ForUpdate}", cancellationToken, ("@workspace", id));
        await foreach (var row in heads)
            head = (row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), row.GetInt64(2));
        if (await connection.ScalarAsync("SELECT origin FROM workspace WHERE id = @id", cancellationToken, ("@id", id)) is not string origin)
            throw new InvalidOperationException($"There is no workspace {workspace}.");
        // Made with the workspace, and moved since: that it is not there is no empty log.
        if (head is not { } last)
            throw new RefusedException("LOG_BROKEN", ("item", "the head"));

        var now = Instant.Truncate(clock.GetUtcNow());
        if (now < last.At - ClockTolerance)
            throw new RefusedException("CLOCK_BEHIND_LOG", ("machineTime", Instant.Format(now)), ("logTime", Instant.Format(last.At)));
        var frontier = await ReadFrontierAsync(engine, connection, workspace, last.Size, cancellationToken);
        return new LogAppend(engine, connection, workspace, origin, frontier, last.Standing, now < last.At ? last.At : now);
    }

    /// <summary>The frontier of the first <paramref name="size"/> leaves, from the stored nodes.</summary>
    public static async Task<Frontier> ReadFrontierAsync(
        StorageEngine engine, DbConnection connection, Guid workspace, long size, CancellationToken cancellationToken)
    {
        var edge = new Dictionary<(int, long), Digest>();
        foreach (var (level, index) in Frontier.NodesOf(size))
            edge[(level, index)] = await StoredNodes.GetAsync(engine, connection, workspace, level, index, cancellationToken);

        return new Frontier(size, (level, index) => edge[(level, index)]);
    }

    /// <summary>Adds a leaf; it is written by <see cref="WriteLeavesAsync"/>. Which standing leaf it names is filled in here, whatever the body says.</summary>
    /// <returns>The leaf and its index.</returns>
    public (Leaf Leaf, long Index) Add(LeafBody body)
    {
        var leaf = Leaf.Create(At, Origin, body.After(Standing));
        var index = _frontier.Size;
        if (body is StandingLeaf)
            Standing = index;
        _leaves.Add(leaf);
        _frontier.Append(leaf.Hash, _nodes);
        return (leaf, index);
    }

    public async Task WriteLeavesAsync(CancellationToken cancellationToken)
    {
        var workspace = _engine.Id(_workspace);
        var first = _frontier.Size - _leaves.Count;
        await _engine.InsertAsync(
            _connection, "log_leaf", ["workspace", "idx", "kind", "at", "hash", "bytes"],
            _leaves.Select((leaf, i) => new object?[] { workspace, first + i, leaf.Kind, leaf.At.UtcTicks, leaf.Hash.ToArray(), PackedBytes.Pack(leaf.Bytes.Span) }),
            cancellationToken);
        await _engine.InsertAsync(
            _connection, "log_node", ["workspace", "level", "idx", "hash"],
            // Level 0 stands in log_leaf.
            _nodes.Where(node => node.Level > 0).Select(node => new object?[] { workspace, node.Level, node.Index, node.Hash.ToArray() }),
            cancellationToken);
    }

    public async Task MoveHeadAsync(CancellationToken cancellationToken)
    {
        // The head is dated by its last leaf; rows alone do not move it.
        if (_leaves.Count == 0)
            return;
        var before = _frontier.Size - _leaves.Count;
        // Compare and swap: even without the lock a second writer could not move a head it has not read.
        var moved = await _connection.ExecuteAsync(
            "UPDATE log_head SET size = @size, root = @root, at = @at, standing = @standing WHERE workspace = @workspace AND size = @before", cancellationToken,
            ("@size", _frontier.Size), ("@root", _frontier.Root.ToArray()), ("@at", At.UtcTicks), ("@standing", Standing),
            ("@workspace", _engine.Id(_workspace)), ("@before", before));
        if (moved != 1)
            throw new InvalidOperationException("The log's head moved under a lock.");
    }
}
