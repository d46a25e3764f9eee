using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary>
/// A workspace's log and what it speaks of, as one audit reads it: everything in one snapshot, so that a sync beside it changes nothing. It holds no
/// observation for longer than it is looked at.
/// </summary>
/// <remarks>
/// Reads block: who asks for one leaf after another gains nothing by waiting in between. One reader at a time, because PostgreSQL answers one question on a
/// connection: what streams is read to its end, or disposed, before anything else is asked.
/// </remarks>
internal sealed partial class AuditDatabase : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _snapshot;
    private readonly StorageEngine _engine;
    private readonly Workspace _workspace;
    private readonly CancellationToken _cancellationToken;
    private DbCommand? _find;

    private AuditDatabase(DbConnection connection, DbTransaction snapshot, StorageEngine engine, Workspace workspace, CancellationToken cancellationToken)
    {
        _connection = connection;
        _snapshot = snapshot;
        _engine = engine;
        _workspace = workspace;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The tree as the snapshot has it; its root is what the stored nodes say.</summary>
    public Checkpoint Head { get; private set; } = null!; // set by OpenAsync before anyone sees it

    private object WorkspaceId => _engine.Id(_workspace.Id);

    /// <summary>Opens a snapshot.</summary>
    /// <param name="database">The open database.</param>
    /// <param name="workspace">Whose log.</param>
    /// <param name="cancellationToken">Stops whatever is read later as well.</param>
    /// <exception cref="RefusedException">LOG_BROKEN: the head is not what the nodes say.</exception>
    public static async Task<AuditDatabase> OpenAsync(LayerDatabase database, Workspace workspace, CancellationToken cancellationToken)
    {
        var connection = await database.ConnectAsync(cancellationToken);
        try
        {
            var opened = new AuditDatabase(connection, await database.Engine.BeginReadAsync(connection, cancellationToken), database.Engine, workspace, cancellationToken);
            opened.Head = opened.ReadHead();
            return opened;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every leaf by its columns, ascending: enough to find leaves, and never taken for what they say.</summary>
    public IEnumerable<(long Index, string Kind, DateTimeOffset At)> Outline()
    {
        foreach (var row in Rows("SELECT idx, kind, at FROM log_leaf WHERE workspace = @workspace ORDER BY idx"))
            yield return (row.GetInt64(0), row.GetString(1), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero));
    }

    /// <summary>The leaves from <paramref name="first"/> to just before <paramref name="end"/>, ascending, each parsed and hashed.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: one is missing, damaged, or not the one its hash was stored for.</exception>
    public IEnumerable<(long Index, Leaf Leaf)> Leaves(long first, long end)
    {
        var next = first;
        var rows = Rows(
            "SELECT idx, hash, bytes FROM log_leaf WHERE workspace = @workspace AND idx >= @first AND idx < @end ORDER BY idx", ("@first", first), ("@end", end));
        foreach (var row in rows)
        {
            if (row.GetInt64(0) != next)
                break;
            yield return (next, Parse(next, row));
            next++;
        }

        if (next < end)
            throw Broken($"leaf {next}");
    }

    /// <summary>The leaves of the given indices, which ascend.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: one is missing, damaged, or not the one its hash was stored for.</exception>
    public IEnumerable<(long Index, Leaf Leaf)> Leaves(IEnumerable<long> ascending)
    {
        (long First, long End)? run = null;
        foreach (var index in ascending)
        {
            if (run is { } open && open.End != index)
            {
                foreach (var leaf in Leaves(open.First, open.End))
                    yield return leaf;
                run = null;
            }

            run = (run?.First ?? index, index + 1);
        }

        if (run is { } last)
        {
            foreach (var leaf in Leaves(last.First, last.End))
                yield return leaf;
        }
    }

    /// <summary>One leaf, parsed and hashed.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: it is missing, damaged, or not the one its hash was stored for.</exception>
    public Leaf Leaf(long index)
    {
        foreach (var (_, leaf) in Leaves(index, index + 1))
            return leaf;
        throw Broken($"leaf {index}");
    }

    /// <summary>The stored hash of a complete subtree; level 0 are the leaves.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: it is missing.</exception>
    public Digest Node(int level, long index)
    {
        var sql = level == 0
            ? "SELECT hash FROM log_leaf WHERE workspace = @workspace AND idx = @idx"
            : $"SELECT hash FROM log_node WHERE workspace = @workspace AND level = {level} AND idx = @idx";
        return Scalar(sql, ("@idx", index)) is byte[] hash ? new Digest(hash) : throw Broken($"node {level}/{index}");
    }

    /// <summary>All signed checkpoints, ascending by size.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: one cannot be read.</exception>
    public IReadOnlyList<SignedCheckpoint> Checkpoints()
    {
        var signed = new List<SignedCheckpoint>();
        foreach (var row in Rows("SELECT size, text FROM checkpoint WHERE workspace = @workspace ORDER BY size"))
        {
            var text = System.Text.Encoding.UTF8.GetBytes(row.GetString(1));
            signed.Add(SignedCheckpoint.TryParse(text, out var checkpoint, out _) && checkpoint.Checkpoint.Size == row.GetInt64(0)
                ? checkpoint
                : throw Broken($"the checkpoint of size {row.GetInt64(0)}"));
        }

        return signed;
    }

    public async ValueTask DisposeAsync()
    {
        if (_find is not null)
            await _find.DisposeAsync();
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal static RefusedException Broken(string what) => new("LOG_BROKEN", ("item", what));

    private Checkpoint ReadHead()
    {
        (long Size, Digest Root)? head = null;
        foreach (var row in Rows("SELECT size, root FROM log_head WHERE workspace = @workspace"))
            head = (row.GetInt64(0), new Digest(row.GetFieldValue<byte[]>(1)));
        if (head is not { } found)
            throw Broken("the head");
        return Root(found.Size) == found.Root ? new Checkpoint(_workspace.Origin, found.Size, found.Root) : throw Broken("the head");
    }

    private Leaf Parse(long index, DbDataReader row)
    {
        try
        {
            var leaf = Evidence.Leaves.Leaf.Parse(PackedBytes.Unpack(row.GetFieldValue<byte[]>(2)));
            if (leaf.Hash == new Digest(row.GetFieldValue<byte[]>(1)) && leaf.Log == _workspace.Origin)
                return leaf;
        }
        catch (Exception changed) when (changed is InvalidDataException or FormatException)
        {
            throw new RefusedException(Broken($"leaf {index}").Failure, changed);
        }

        throw Broken($"leaf {index}");
    }

    private IEnumerable<DbDataReader> Rows(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = _connection.Command(sql, [("@workspace", WorkspaceId), .. parameters]);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            yield return reader;
        }
    }

    private object? Scalar(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = _connection.Command(sql, [("@workspace", WorkspaceId), .. parameters]);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }
}
