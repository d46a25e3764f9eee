using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary>A workspace's log from its first leaf to its last, and what it speaks of, in one snapshot: what is computed from it is what a bundle would say.</summary>
internal sealed class WholeLog : IAsyncDisposable
{
    private readonly AuditDatabase _database;
    private readonly AuditLog _connected = new();

    private WholeLog(AuditDatabase database) => _database = database;

    /// <summary>The facts of every leaf.</summary>
    public AuditLog Log { get; } = new();

    /// <summary>How many leaves: every index is below it.</summary>
    public long Size => _database.Head.Size;

    /// <summary>The UTC day of the first leaf.</summary>
    public DateOnly FirstDay { get; private set; }

    /// <exception cref="Operations.RefusedException">LOG_BROKEN: a leaf is missing or damaged.</exception>
    public static async Task<WholeLog> OpenAsync(LayerDatabase database, Workspace workspace, CancellationToken cancellationToken)
    {
        var whole = new WholeLog(await AuditDatabase.OpenAsync(database, workspace, cancellationToken));
        try
        {
            foreach (var (index, leaf) in whole._database.Leaves(0, whole.Size))
                whole.Add(index, leaf);
            return whole;
        }
        catch
        {
            await whole.DisposeAsync();
            throw;
        }
    }

    /// <summary>Populations and observations of a window.</summary>
    public IAuditSource SourceOf(AuditWindow window) => new AuditSource(_database, Log, window, Size);

    /// <summary>The subscriptions with a connection that stood in a window, whatever anybody stated about it; ascending.</summary>
    public IReadOnlyList<Guid> ConnectedIn(AuditWindow window) => AuditScope.Of(_connected, window, Size).Subscriptions;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private void Add(long index, Leaf leaf)
    {
        if (index == 0)
            FirstDay = DateOnly.FromDateTime(leaf.At.UtcDateTime);
        Log.Add(index, leaf);
        if (leaf.Body is ConnectionLeaf)
            _connected.Add(index, leaf);
    }
}
