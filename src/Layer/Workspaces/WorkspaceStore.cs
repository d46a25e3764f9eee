using Layer.Evidence.Canonical;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Workspaces;

/// <summary>Makes workspaces and finds them. An installation has one unless somebody makes more.</summary>
internal sealed class WorkspaceStore(LayerDatabase database, Seal seal, TimeProvider clock)
{
    public const string DefaultName = "main";

    /// <summary>The workspace of this name; null when there is none yet.</summary>
    public Task<Workspace?> FindAsync(string name, CancellationToken cancellationToken) => FindAsync("name", name, cancellationToken);

    /// <summary>The workspace of this id; null when there is none.</summary>
    public Task<Workspace?> FindAsync(Guid id, CancellationToken cancellationToken) => FindAsync("id", database.Engine.Id(id), cancellationToken);

    /// <summary>All of them, in order of name.</summary>
    public Task<List<Workspace>> ListAsync(CancellationToken cancellationToken) => ReadAsync("", cancellationToken);

    private async Task<Workspace?> FindAsync(string column, object value, CancellationToken cancellationToken) =>
        (await ReadAsync($" WHERE {column} = @value", cancellationToken, ("@value", value))).SingleOrDefault();

    private async Task<List<Workspace>> ReadAsync(string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var found = new List<Workspace>();
        await foreach (var row in connection.QueryAsync($"SELECT id, name, origin, sample, created_at FROM workspace{where} ORDER BY name", cancellationToken, parameters))
        {
            found.Add(new Workspace
            {
                Id = database.Engine.ReadId(row, 0), Name = row.GetString(1), Origin = row.GetString(2), Sample = row.GetBoolean(3),
                CreatedAt = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
            });
        }

        return found;
    }

    /// <summary>Finds the workspace, or makes it with its log: key, genesis leaf and head in one transaction.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="origin">The log's origin; null for <c>layer/&lt;workspace id&gt;</c>. Of a workspace that exists it is ignored: an origin is for good.</param>
    /// <param name="sample">True for the demo.</param>
    /// <param name="cancellationToken">Cancelled before the commit: nothing is stored.</param>
    public async Task<Workspace> GetOrCreateAsync(string name, string? origin, bool sample, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken) is { } existing)
            return existing;
        try
        {
            return await CreateAsync(name, origin, sample, cancellationToken);
        }
        catch (System.Data.Common.DbException)
        {
            // Another process was first: the name is unique, so ours was rolled back.
            if (await FindAsync(name, cancellationToken) is { } theirs)
                return theirs;
            throw;
        }
    }

    private async Task<Workspace> CreateAsync(string name, string? origin, bool sample, CancellationToken cancellationToken)
    {
        var now = Instant.Truncate(clock.GetUtcNow());
        var id = Guid.CreateVersion7(now);
        var workspace = new Workspace { Id = id, Name = name, Origin = origin ?? $"layer/{id}", Sample = sample, CreatedAt = now };
        var key = SigningKey.Create(workspace.Origin);
        var genesis = Leaf.Create(now, workspace.Origin, new GenesisLeaf(
            id, key.Public.ToString(), Limits.CurrentVersion, Mapping.CurrentVersion, EvidenceLedger.Product, sample));
        var frontier = new Frontier();
        frontier.Append(genesis.Hash);

        var engine = database.Engine;
        await using var connection = await engine.OpenAsync(cancellationToken);
        await using var transaction = await engine.BeginWriteAsync(connection, cancellationToken);
        await engine.InsertAsync(
            connection, "workspace", ["id", "name", "origin", "sample", "created_at"],
            [[engine.Id(id), name, workspace.Origin, engine.Flag(sample), now.UtcTicks]], cancellationToken);
        await SigningKeys.InsertAsync(engine, connection, seal, id, key, now, cancellationToken);
        await engine.InsertAsync(
            connection, "log_leaf", ["workspace", "idx", "kind", "at", "hash", "bytes"],
            [[engine.Id(id), 0L, genesis.Kind, genesis.At.UtcTicks, genesis.Hash.ToArray(), PackedBytes.Pack(genesis.Bytes.Span)]], cancellationToken);
        await engine.InsertAsync(
            connection, "log_head", ["workspace", "size", "root", "at", "standing"],
            [[engine.Id(id), frontier.Size, frontier.Root.ToArray(), now.UtcTicks, 0L]], cancellationToken);
        // A crash before this leaves nothing but, at most, a key in the key ring that seals nothing.
        await transaction.CommitAsync(cancellationToken);
        return workspace;
    }
}
