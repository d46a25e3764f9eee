using Layer.Access;
using Layer.Evidence.Collecting;
using Layer.Ledger;
using Layer.Operations;
using Layer.Syncing;
using Microsoft.EntityFrameworkCore;

namespace Layer.Connections.Web;

/// <summary>Connections as pages show them.</summary>
internal sealed class ConnectionViews(Installation layer, CurrentViewer viewers)
{
    private const int NewestSyncs = 30;

    /// <summary>All of the workspace: failing ones first, disconnected ones last.</summary>
    public async Task<IReadOnlyList<ConnectionLine>> ListAsync(CancellationToken cancellationToken)
    {
        var workspace = viewers.Viewer.Workspace.Id;
        var connections = await layer.Connections.ListAsync(workspace, cancellationToken);
        var credentials = (await layer.Credentials.ListAsync(workspace, cancellationToken)).ToDictionary(credential => credential.Id);
        await using var db = layer.Database.CreateContext();
        var last = await db.Syncs.Where(sync => sync.Workspace == workspace && sync.Status == SyncStatus.Complete).GroupBy(sync => sync.Connection)
            .Select(syncs => new { syncs.Key, At = syncs.Max(sync => sync.EndedAt) }).ToDictionaryAsync(each => each.Key, each => each.At, cancellationToken);
        return
        [
            .. connections.Select(connection => new ConnectionLine(
                    connection, credentials[connection.Credential], last.TryGetValue(connection.Id, out var at) ? at : null, connections.Count(other => other.Credential == connection.Credential && other.State != ConnectionState.Disconnected)))
                .OrderBy(line => line.Connection.State switch { ConnectionState.Failing => 0, ConnectionState.Waiting => 1, ConnectionState.Disconnected => 3, _ => 2 }).ThenBy(line => line.Connection.Name, StringComparer.Ordinal),
        ];
    }

    /// <exception cref="RefusedException">NOT_FOUND: not in this workspace.</exception>
    public async Task<Connection> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await layer.Connections.ListAsync(viewers.Viewer.Workspace.Id, cancellationToken)).Find(connection => connection.Id == id) ?? throw new RefusedException("NOT_FOUND");

    /// <summary>One connection with its newest syncs.</summary>
    public async Task<ConnectionModel> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(id, cancellationToken);
        var credential = await layer.Credentials.GetAsync(connection.Credential, cancellationToken);
        var users = await layer.Connections.ListUsersAsync(credential, cancellationToken);
        await using var db = layer.Database.CreateContext();
        var syncs = await db.Syncs.AsNoTracking().Where(sync => sync.Connection == id).OrderByDescending(sync => sync.Seq).Take(NewestSyncs).ToListAsync(cancellationToken);
        var lastGood = await db.Syncs.Where(sync => sync.Connection == id && sync.Status == SyncStatus.Complete).MaxAsync(sync => (DateTimeOffset?)sync.EndedAt, cancellationToken);
        return new ConnectionModel(connection, credential, [.. users.Select(user => user.Name).Where(name => name != connection.Name)], syncs, lastGood, await NextAsync(connection, cancellationToken), FailureOf(connection, credential));
    }

    // Null while it is paused, once it is ended, and of a sample.
    private async Task<DateTimeOffset?> NextAsync(Connection connection, CancellationToken cancellationToken) =>
        await new PlannedConnections(layer.Database).FindAsync(connection.Id, cancellationToken) is { } planned ? DailySchedule.Next(planned) : null;

    /// <summary>What keeps a connection from being read, as far as its state tells.</summary>
    public static Failure? FailureOf(Connection connection, Credential credential) => connection is { State: ConnectionState.Failing, StateCode: { } code }
        ? new Failure(code, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["connection"] = connection.Name, ["subscriptionId"] = connection.SubscriptionId.ToString(), ["tenantId"] = connection.TenantId.ToString(),
            ["clientId"] = credential.ClientId.ToString(), ["credential"] = credential.Name,
        })
        : null;
}

/// <summary>One connection in the list.</summary>
internal sealed record ConnectionLine(Connection Connection, Credential Credential, DateTimeOffset? LastComplete, int SharedBy);

/// <summary>What the list of integrations shows.</summary>
internal sealed record IntegrationsModel(IReadOnlyList<ConnectionLine> Connections);

/// <summary>What the page of one connection shows.</summary>
internal sealed record ConnectionModel(
    Connection Connection, Credential Credential, IReadOnlyList<string> SharedWith, IReadOnlyList<Sync> Syncs, DateTimeOffset? LastComplete, DateTimeOffset? Next, Failure? Failure, string? Problem = null);

/// <summary>What the page of a rotation shows.</summary>
internal sealed record RotateModel(ConnectionModel Connection, IReadOnlyList<string> Problems, Failure? Failure = null);
