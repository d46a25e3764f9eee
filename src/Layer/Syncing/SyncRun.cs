using System.Data.Common;
using Layer.Azure;
using Layer.Azure.Errors;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Syncing;

/// <summary>Reads connections and seals what was read: lease, collect, commit, and one signature over all of it.</summary>
internal sealed class SyncRun(
    LayerDatabase database, EvidenceLedger ledger, CredentialStore credentials, SyncLeases leases, AzureConnector connector, InFlight inFlight, TimeProvider clock)
{
    // After Ctrl-C: time enough to record that it was, too short to be pressed again.
    private static readonly TimeSpan RecordingDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Syncs the connections, several at once. One that fails does not keep the others from being sealed.</summary>
    /// <returns>In the order of <paramref name="connections"/>, also after a cancellation: what was not begun is a cancelled attempt without a row.</returns>
    /// <exception cref="RefusedException">The log may not be signed: LOG_ROLLED_BACK, LOG_BROKEN, KEYRING_LOST, KEYRING_WRONG. What was read is stored.</exception>
    public async Task<IReadOnlyList<SyncResult>> RunAsync(
        IReadOnlyList<Connection> connections, SyncTrigger trigger, string actor, Action<SyncResult>? done, CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(connections.Select(async connection =>
        {
            var result = await QueueAsync(connection, trigger, actor, fence: null, cancellationToken);
            done?.Invoke(result);
            return result;
        }));
        await SignAsync(connections.Select(c => c.Workspace).Distinct(), cancellationToken);
        return results;
    }

    /// <summary>Syncs one connection as it was planned: refused as SYNC_RUNNING when anybody has read it, or begun to, since its row was read.</summary>
    /// <exception cref="RefusedException">As above.</exception>
    public async Task<SyncResult> RunPlannedAsync(Connection planned, SyncTrigger trigger, string actor, CancellationToken cancellationToken)
    {
        var result = await QueueAsync(planned, trigger, actor, planned.Fence, cancellationToken);
        if (result.Sync is not null)
            await SignAsync([planned.Workspace], cancellationToken);
        return result;
    }

    private async Task<SyncResult> QueueAsync(Connection connection, SyncTrigger trigger, string actor, long? fence, CancellationToken cancellationToken)
    {
        using var place = await inFlight.EnterAsync(connection, cancellationToken);
        return place is null
            ? SyncResult.Refused(connection.Name, Cancelled(connection)) with { Status = SyncStatus.Cancelled }
            : await SyncAsync(connection, trigger, actor, fence, cancellationToken);
    }

    // One signature covers all commits; a crash before it leaves sealed leaves that the next signature covers.
    private async Task SignAsync(IEnumerable<Guid> workspaces, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(RecordingDeadline, clock);
        foreach (var workspace in workspaces)
            await ledger.SignCheckpointAsync(workspace, cancellationToken.IsCancellationRequested ? deadline.Token : cancellationToken);
    }

    private async Task<SyncResult> SyncAsync(Connection connection, SyncTrigger trigger, string actor, long? fence, CancellationToken cancellationToken)
    {
        SyncLease lease;
        try
        {
            lease = await leases.TakeAsync(connection.Id, fence, cancellationToken);
        }
        catch (RefusedException refused)
        {
            return SyncResult.Refused(connection.Name, refused.Failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return SyncResult.Refused(connection.Name, Cancelled(connection)) with { Status = SyncStatus.Cancelled };
        }

        // From here on the connection is ours; only a crash leaves the lease to run out.
        connection = lease.Connection;
        var attempt = new SyncAttempt(
            Guid.CreateVersion7(clock.GetUtcNow()), connection.Workspace, connection.Id, lease.Fence,
            connection.NextSeq == 1 ? SyncTrigger.First : trigger, actor, Environment.MachineName, clock.GetUtcNow());
        var (state, code) = (connection.State, connection.StateCode);
        try
        {
            var result = await AttemptAsync(lease, attempt, cancellationToken);
            (state, code) = StateAfter(connection, result);
            return result;
        }
        finally
        {
            using var deadline = new CancellationTokenSource(RecordingDeadline, clock);
            await leases.ReleaseAsync(lease, state, code, deadline.Token);
        }
    }

    private async Task<SyncResult> AttemptAsync(SyncLease lease, SyncAttempt attempt, CancellationToken cancellationToken)
    {
        var connection = lease.Connection;
        CollectionFailedException failed;
        try
        {
            var collection = await CollectAsync(connection, cancellationToken);
            return SyncResult.Of(connection.Name, await CommitAsync(attempt, collection, cancellationToken), failure: null);
        }
        catch (CollectionFailedException failure)
        {
            failed = await WithHistoryAsync(connection, failure);
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
        {
            failed = new CollectionFailedException(Cancelled(connection), reading: null, cancelled);
        }
        catch (RefusedException refused) when (refused.Failure.Code == "LEASE_LOST")
        {
            return SyncResult.Refused(connection.Name, LeaseLost(connection));
        }

        try
        {
            using var deadline = new CancellationTokenSource(RecordingDeadline, clock);
            var token = cancellationToken.IsCancellationRequested ? deadline.Token : cancellationToken;
            return SyncResult.Of(connection.Name, await ledger.RecordFailureAsync(attempt, failed, token), failed.Failure);
        }
        catch (RefusedException refused) when (refused.Failure.Code == "LEASE_LOST")
        {
            return SyncResult.Refused(connection.Name, LeaseLost(connection));
        }
    }

    private async Task<Collection> CollectAsync(Connection connection, CancellationToken cancellationToken)
    {
        var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
        try
        {
            using var credential = credentials.Open(await credentials.GetAsync(connection.Credential, cancellationToken));
            var sealedToday = await ReadVisibleAsync(connection, cancellationToken);
            return await connector.CollectAsync(target, credential.Azure, wantsVisible: client => !sealedToday.Contains(client), cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw new CollectionFailedException(refused.Failure, reading: null, refused);
        }
    }

    // By this machine's clock: which day it really was is known when Azure has answered, and then the commit looks again.
    private async Task<HashSet<Guid>> ReadVisibleAsync(Connection connection, CancellationToken cancellationToken)
    {
        await using var read = await database.ConnectAsync(cancellationToken);
        return await new VisibleDays(database.Engine, read, connection.Workspace, connection.Cloud, connection.TenantId)
            .ReadAsync(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), cancellationToken);
    }

    // The answer of a commit can be lost after the database has stored it; asked again with the same attempt, the ledger tells.
    private async Task<CommitOutcome> CommitAsync(SyncAttempt attempt, Collection collection, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.CommitAsync(attempt, collection, cancellationToken);
        }
        catch (DbException)
        {
            return await ledger.CommitAsync(attempt, collection, cancellationToken);
        }
    }

    // Not cancelled: it is one read of an index, and the failure must be recorded in either case.
    private async Task<CollectionFailedException> WithHistoryAsync(Connection connection, CollectionFailedException failure)
    {
        await using var read = await database.ConnectAsync(CancellationToken.None);
        var last = await read.ScalarAsync(
            "SELECT MAX(observed_from) FROM sync WHERE connection = @connection AND status = 'complete'", CancellationToken.None,
            ("@connection", database.Engine.Id(connection.Id)));
        return last is long ticks
            ? new CollectionFailedException(
                AzureErrors.WithHistory(failure.Failure, new DateTimeOffset(ticks, TimeSpan.Zero)), failure.Reading, failure)
            : failure;
    }

    private static (ConnectionState State, string? Code) StateAfter(Connection connection, SyncResult result) => result switch
    {
        { Status: SyncStatus.Complete } => (ConnectionState.Connected, null),
        { Status: SyncStatus.Cancelled } or { Sync: null } => (connection.State, connection.StateCode),
        { Failure: { } failure } when connection.State == ConnectionState.Waiting
            && ErrorCatalog.Get(failure.Code).Persistence == Evidence.Errors.Persistence.Spreading => (ConnectionState.Waiting, failure.Code),
        _ => (ConnectionState.Failing, result.Failure?.Code),
    };

    private static Failure Cancelled(Connection connection) => Named("CANCELLED", connection);

    private Failure LeaseLost(Connection connection) => new("LEASE_LOST", new Dictionary<string, string>
    {
        ["connection"] = connection.Name, ["minutes"] = $"{leases.Duration.TotalMinutes:0.#}",
    });

    private static Failure Named(string code, Connection connection) => new(code, new Dictionary<string, string> { ["connection"] = connection.Name });
}
