using Layer.Azure;
using Layer.Evidence.Collecting;
using Layer.Ledger;
using Layer.Operations;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary>Connects a subscription: finds its tenant, checks, saves, syncs once.</summary>
internal sealed class ConnectFlow(
    ConnectionStore connections, CredentialStore credentials, ConnectionCheck check, SyncRun sync, AzureConnector connector, TimeProvider clock)
{
    /// <exception cref="RefusedException">CONNECTION_EXISTS, CONNECTION_NAME_TAKEN, CERTIFICATE_UNREADABLE: nothing was asked of Azure.</exception>
    public async Task<ConnectOutcome> RunAsync(
        Guid workspace, ConnectRequest request, ConnectOptions options, Action<ConnectEvent> told, CancellationToken cancellationToken)
    {
        await connections.CheckFreeAsync(workspace, options.Name, request.SubscriptionId, cancellationToken);
        using var credential = OpenCredential.Of(request.ClientId, request.SignIn);
        var wait = new PropagationWait(clock, options.Wait);

        var (tenantId, failure) = await FindTenantAsync(request, told, cancellationToken);
        // Without a tenant there is nothing that could be saved, not even anyway.
        if (failure is not null)
            return new ConnectOutcome(null, failure, null);
        var target = new AzureTarget(request.Cloud, request.SubscriptionId, tenantId);
        var found = await check.RunAsync(target, credential.Azure, step => told(new ConnectEvent.Checked(step)), cancellationToken);
        while (found.Failure is { } missing && await wait.AgainAsync(missing, left => told(new ConnectEvent.Waiting(missing, left)), cancellationToken))
            found = await check.RunAsync(target, credential.Azure, step => told(new ConnectEvent.Checked(step)), cancellationToken);
        failure = found.Failure;
        if (failure is not null && !options.SaveAnyway)
            return new ConnectOutcome(null, failure, null);

        var saved = await connections.CreateAsync(workspace, options.Name, request, target.TenantId, options.Actor, cancellationToken);
        await credentials.KeepAsync(await credentials.GetAsync(saved.Credential, cancellationToken), found.Secret, cancellationToken);
        told(new ConnectEvent.Saved(saved));
        var result = await SyncAsync(saved, options.Actor, cancellationToken);
        // Lists may lag behind the rights that the check has just proven.
        while (failure is null && result.Failure is { } late && await wait.AgainAsync(late, left => told(new ConnectEvent.Waiting(late, left)), cancellationToken))
            result = await SyncAsync(saved, options.Actor, cancellationToken);
        return new ConnectOutcome(await connections.GetAsync(saved.Id, CancellationToken.None), failure ?? result.Failure, result);
    }

    private async Task<(Guid TenantId, Failure? Failure)> FindTenantAsync(
        ConnectRequest request, Action<ConnectEvent> told, CancellationToken cancellationToken)
    {
        if (request.TenantId is { } typed)
            return (typed, null);
        try
        {
            var tenant = await connector.FindTenantAsync(request.Cloud, request.SubscriptionId, cancellationToken);
            told(new ConnectEvent.TenantFound(tenant));
            return (tenant, null);
        }
        catch (CollectionFailedException failed)
        {
            return (default, failed.Failure);
        }
    }

    private async Task<SyncResult> SyncAsync(Connection connection, string actor, CancellationToken cancellationToken) =>
        (await sync.RunAsync([connection], SyncTrigger.Manual, actor, done: null, cancellationToken))[0];
}

/// <summary>How to connect.</summary>
internal sealed record ConnectOptions(string Name, bool SaveAnyway, TimeSpan Wait, string Actor);

/// <summary>What happens on the way, in order; a step that is tried again is told again.</summary>
internal abstract record ConnectEvent
{
    private ConnectEvent()
    {
    }

    public sealed record TenantFound(Guid TenantId) : ConnectEvent;

    public sealed record Checked(CheckStep Step) : ConnectEvent;

    /// <summary>The failure may pass when the role has spread.</summary>
    public sealed record Waiting(Failure Failure, TimeSpan Left) : ConnectEvent;

    public sealed record Saved(Connection Connection) : ConnectEvent;
}

/// <summary>What connecting came to: a null connection was not saved; a failure stands even when it was saved anyway.</summary>
internal sealed record ConnectOutcome(Connection? Connection, Failure? Failure, SyncResult? Sync)
{
    public int ExitCode => Failure is null ? 0 : (int)ErrorCatalog.Get(Failure.Code).Kind;
}
