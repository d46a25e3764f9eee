using System.Data.Common;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Connections;

/// <summary>The connections of a workspace. Each change is a row and a leaf in one transaction.</summary>
internal sealed class ConnectionStore(LayerDatabase database, EvidenceLedger ledger, CredentialStore credentials, TimeProvider clock)
{
    private StorageEngine Engine => database.Engine;

    /// <summary>All, disconnected ones included, in order of name.</summary>
    public Task<List<Connection>> ListAsync(Guid workspace, CancellationToken cancellationToken) =>
        ReadAsync("workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace)));

    /// <summary>One that is not disconnected comes before its predecessors of the same name.</summary>
    /// <exception cref="RefusedException">CONNECTION_NOT_FOUND.</exception>
    public async Task<Connection> GetAsync(Guid workspace, string name, CancellationToken cancellationToken)
    {
        var all = await ListAsync(workspace, cancellationToken);
        return all.Where(c => c.Name == name).MaxBy(c => (c.State != ConnectionState.Disconnected, c.CreatedAt))
            ?? throw new RefusedException("CONNECTION_NOT_FOUND", ("connection", name),
                ("known", CredentialStore.Names(all.Where(c => c.State != ConnectionState.Disconnected).Select(c => c.Name))));
    }

    public async Task<Connection> GetAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync("id = @id", cancellationToken, ("@id", Engine.Id(id)))).Single();

    /// <summary>Those that sign in with a credential and are not disconnected.</summary>
    public Task<List<Connection>> ListUsersAsync(Credential credential, CancellationToken cancellationToken) =>
        ReadAsync("credential = @credential AND state <> 'disconnected'", cancellationToken, ("@credential", Engine.Id(credential.Id)));

    /// <summary>Refuses what <see cref="CreateAsync"/> would refuse, before anything is asked of Azure.</summary>
    /// <exception cref="RefusedException">CONNECTION_EXISTS, CONNECTION_NAME_TAKEN.</exception>
    public async Task CheckFreeAsync(Guid workspace, string name, Guid subscriptionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await RefuseTakenAsync(connection, workspace, name, subscriptionId, cancellationToken);
    }

    /// <summary>Saves a connection, with the credential it needs when that is not there yet.</summary>
    /// <exception cref="RefusedException">CONNECTION_EXISTS, CONNECTION_NAME_TAKEN.</exception>
    public async Task<Connection> CreateAsync(
        Guid workspace, string name, ConnectRequest request, Guid tenantId, string actor, CancellationToken cancellationToken)
    {
        Connection? created = null;
        await ledger.AppendAsync(workspace, async (log, connection) =>
        {
            await RefuseTakenAsync(connection, workspace, name, request.SubscriptionId, cancellationToken);
            var credential = await credentials.GetOrCreateAsync(connection, workspace, request, tenantId, cancellationToken);
            var earlier = await connection.ConnectionsAsync(
                Engine, "workspace = @workspace AND subscription_id = @subscription", cancellationToken,
                ("@workspace", Engine.Id(workspace)), ("@subscription", Engine.Id(request.SubscriptionId)));
            created = new Connection
            {
                Id = Guid.CreateVersion7(log.At), Workspace = workspace, Name = name, SubscriptionId = request.SubscriptionId, TenantId = tenantId,
                Cloud = CloudName.Of(request.Cloud), Credential = credential.Id, State = ConnectionState.Waiting, Since = log.At, CreatedAt = log.At,
                Predecessor = earlier.MaxBy(c => c.DisconnectedAt)?.Id,
            };
            await connection.InsertAsync(Engine, created, cancellationToken);
            log.Add(LeafOf(created, credential, ConnectionChange.Created, actor));
        }, cancellationToken);
        return created!; // AppendAsync returns only after it was made
    }

    public Task<Connection> RenameAsync(Connection connection, string name, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(connection, ConnectionChange.Changed, actor, reason: null, cancellationToken, async (database, now) =>
        {
            await RefuseTakenNameAsync(database, now.Workspace, name, cancellationToken);
            now.Name = name;
            await database.ExecuteAsync("UPDATE connection SET name = @name WHERE id = @id", cancellationToken, ("@name", name), ("@id", Engine.Id(now.Id)));
        });

    /// <exception cref="RefusedException">CONNECTION_PAUSED: it is already, and who paused it stays on record. CONNECTION_DISCONNECTED.</exception>
    public Task<Connection> PauseAsync(Connection connection, string actor, string? reason, CancellationToken cancellationToken) =>
        ChangeAsync(connection, ConnectionChange.Paused, actor, reason, cancellationToken, (database, now) =>
        {
            if (now.State == ConnectionState.Paused)
                throw ConnectionErrors.Paused(now);
            (now.PausedBy, now.PausedBecause) = (actor, reason);
            return SetStateAsync(database, now, ConnectionState.Paused, cancellationToken);
        });

    /// <summary>Resumes waiting for its next sync, which tells how it is.</summary>
    /// <exception cref="RefusedException">CONNECTION_NOT_PAUSED, CONNECTION_DISCONNECTED.</exception>
    public Task<Connection> ResumeAsync(Connection connection, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(connection, ConnectionChange.Resumed, actor, reason: null, cancellationToken, async (database, now) =>
        {
            if (now.State != ConnectionState.Paused)
                throw new RefusedException("CONNECTION_NOT_PAUSED", ("connection", now.Name));
            (now.PausedBy, now.PausedBecause) = (null, null);
            var complete = await database.ScalarAsync(
                "SELECT 1 FROM sync WHERE connection = @connection AND status = 'complete' LIMIT 1", cancellationToken, ("@connection", Engine.Id(now.Id)));
            await SetStateAsync(database, now, complete is null ? ConnectionState.Waiting : ConnectionState.Connected, cancellationToken);
        });

    /// <summary>Ends it for good. Evidence, history and credential stay; days without a reading go on being gaps of the log.</summary>
    /// <exception cref="RefusedException">CONNECTION_DISCONNECTED: it was ended before.</exception>
    public Task<Connection> DisconnectAsync(Connection connection, string actor, string? reason, CancellationToken cancellationToken) =>
        EndAsync(connection, ConnectionChange.Disconnected, code: null, actor, reason, cancellationToken);

    /// <summary>Seals a person's word that Azure no longer has the subscription, and ends the connection: from that day on nothing is expected.</summary>
    /// <exception cref="RefusedException">CONNECTION_DISCONNECTED: it was ended before.</exception>
    public Task<Connection> EndGoneAsync(Connection connection, string actor, string reason, CancellationToken cancellationToken) =>
        EndAsync(connection, ConnectionChange.SubscriptionGone, Connection.GoneCode, actor, reason, cancellationToken);

    private Task<Connection> EndAsync(
        Connection connection, string change, string? code, string actor, string? reason, CancellationToken cancellationToken) =>
        ChangeAsync(connection, change, actor, reason, cancellationToken, (database, now) =>
        {
            (now.DisconnectedAt, now.PausedBy, now.PausedBecause) = (clock.GetUtcNow(), null, null);
            return SetStateAsync(database, now, ConnectionState.Disconnected, cancellationToken, code);
        });

    public static ConnectionLeaf LeafOf(Connection connection, Credential credential, string change, string actor, string? reason = null) => new()
    {
        Actor = actor,
        Change = change,
        Connection = connection.Id,
        Name = connection.Name,
        Cloud = connection.Cloud,
        Subscription = connection.SubscriptionId,
        Tenant = connection.TenantId,
        Client = credential.ClientId,
        SignIn = KebabCaseText.Of(credential.Kind),
        Reason = reason,
        Predecessor = connection.Predecessor,
    };

    // The row is read again under the log's lock: what the caller holds may be old.
    private async Task<Connection> ChangeAsync(
        Connection connection, string change, string actor, string? reason, CancellationToken cancellationToken, Func<DbConnection, Connection, Task> write)
    {
        var now = connection;
        await ledger.AppendAsync(connection.Workspace, async (log, database) =>
        {
            now = (await database.ConnectionsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(connection.Id)))).Single();
            RefuseDisconnected(now);
            await write(database, now);
            var credential = (await database.CredentialsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(now.Credential)))).Single();
            log.Add(LeafOf(now, credential, change, actor, reason));
        }, cancellationToken);
        return now;
    }

    // The fence grows with it: a sync that is under way must not commit to a connection that was paused or ended meanwhile.
    private Task SetStateAsync(DbConnection database, Connection connection, ConnectionState state, CancellationToken cancellationToken, string? code = null)
    {
        (connection.State, connection.StateCode, connection.Since) = (state, code, clock.GetUtcNow());
        return database.ExecuteAsync(
            """
            UPDATE connection SET state = @state, state_code = @code, since = @since, paused_by = @by, paused_because = @because, disconnected_at = @ended,
                fence = fence + 1, lease_holder = NULL, lease_until = NULL
            WHERE id = @id
            """,
            cancellationToken,
            ("@state", KebabCaseText.Of(state)), ("@code", code), ("@since", connection.Since.UtcTicks), ("@by", connection.PausedBy), ("@because", connection.PausedBecause),
            ("@ended", connection.DisconnectedAt?.UtcTicks), ("@id", Engine.Id(connection.Id)));
    }

    private static void RefuseDisconnected(Connection connection)
    {
        if (connection.State == ConnectionState.Disconnected)
            throw new RefusedException("CONNECTION_DISCONNECTED", ("connection", connection.Name), ("day", $"{connection.DisconnectedAt:yyyy-MM-dd}"));
    }

    private async Task RefuseTakenAsync(DbConnection database, Guid workspace, string name, Guid subscriptionId, CancellationToken cancellationToken)
    {
        var same = await database.ConnectionsAsync(
            Engine, "workspace = @workspace AND subscription_id = @subscription AND state <> 'disconnected'", cancellationToken,
            ("@workspace", Engine.Id(workspace)), ("@subscription", Engine.Id(subscriptionId)));
        if (same is [var existing, ..])
        {
            var credential = (await database.CredentialsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(existing.Credential)))).Single();
            throw new RefusedException("CONNECTION_EXISTS", ("connection", existing.Name), ("credential", credential.Name), ("subscriptionId", subscriptionId.ToString()));
        }

        await RefuseTakenNameAsync(database, workspace, name, cancellationToken);
    }

    private async Task RefuseTakenNameAsync(DbConnection database, Guid workspace, string name, CancellationToken cancellationToken)
    {
        var named = await database.ConnectionsAsync(
            Engine, "workspace = @workspace AND name = @name AND state <> 'disconnected'", cancellationToken, ("@workspace", Engine.Id(workspace)), ("@name", name));
        if (named is [var existing, ..])
            throw new RefusedException("CONNECTION_NAME_TAKEN", ("connection", name), ("subscriptionId", existing.SubscriptionId.ToString()));
    }

    private async Task<List<Connection>> ReadAsync(string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return await connection.ConnectionsAsync(Engine, where, cancellationToken, parameters);
    }
}
