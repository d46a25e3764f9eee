using System.Text.Json.Nodes;
using Layer.Access;
using Layer.Azure;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Secrets;
using Layer.Serving;

namespace Layer.Connections.Web;

/// <summary>The long work behind the pages of integrations: each tells its steps and ends with what it came to.</summary>
internal sealed class ConnectWork(Installation layer, OperationRunner operations, ConnectDrafts drafts, AfterSync afterSync)
{
    public const string Check = "check";
    public const string Connect = "connect";
    public const string Sync = "sync";
    public const string Rotate = "rotate";
    public const string Add = "add";

    /// <summary>Tries what stands in the form; while a role may be spreading it is tried again for half an hour.</summary>
    public Task<Guid> CheckAsync(Viewer viewer, ConnectRequest request, CancellationToken cancellationToken) => operations.StartAsync(
        viewer.Workspace.Id, Check, request.SubscriptionId.ToString(), viewer.Actor, async (progress, stopping) =>
        {
            using var credential = OpenCredential.Of(request.ClientId, request.SignIn);
            var tenant = request.TenantId ?? await layer.Connector.FindTenantAsync(request.Cloud, request.SubscriptionId, stopping);
            await CheckAsync(new AzureTarget(request.Cloud, request.SubscriptionId, tenant), credential.Azure, PropagationWait.Longest, progress, stopping);
            return new JsonObject { ["tenantId"] = tenant.ToString() };
        }, cancellationToken);

    /// <summary>Connects what stands in the form: checked once more, saved, read for the first time.</summary>
    public Task<Guid> ConnectAsync(Viewer viewer, string name, ConnectRequest request, CancellationToken cancellationToken) => ConnectAsync(viewer, name, request, saveAnyway: false, PropagationWait.Longest, cancellationToken);

    /// <summary>As <see cref="ConnectAsync(Viewer, string, ConnectRequest, CancellationToken)"/>, with a say in how long a role may take to spread and in what is saved all the same.</summary>
    public Task<Guid> ConnectAsync(Viewer viewer, string name, ConnectRequest request, bool saveAnyway, TimeSpan patience, CancellationToken cancellationToken) => operations.StartAsync(
        viewer.Workspace.Id, Connect, name, viewer.Actor, async (progress, stopping) =>
        {
            var options = new ConnectOptions(name, saveAnyway, patience, viewer.Actor);
            var outcome = await layer.Connecting.RunAsync(viewer.Workspace.Id, request, options, happened => Tell(progress, happened), stopping);
            if (outcome.Sync is { } synced)
                progress.Tell("synced", new JsonObject { ["sync"] = synced.Describe() });
            if (outcome.Failure is { } failure)
                throw new RefusedException(failure);
            await drafts.DeleteAsync(viewer.Workspace.Id, viewer.Person, stopping);
            if (outcome.Connection is { } connected)
                await afterSync.RunAsync(viewer.Workspace, [connected], stopping);
            return outcome.Sync?.Describe();
        }, cancellationToken);

    /// <summary>Checks a connection as it is stored.</summary>
    /// <exception cref="RefusedException">SAMPLE_NOT_READ.</exception>
    public Task<Guid> CheckAsync(Viewer viewer, Connection connection, CancellationToken cancellationToken) => RefuseSample(viewer).StartAsync(
        viewer.Workspace.Id, Check, connection.Name, viewer.Actor, async (progress, stopping) =>
        {
            var stored = await layer.Credentials.GetAsync(connection.Credential, stopping);
            using var credential = layer.Credentials.Open(stored);
            var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
            var found = await CheckAsync(target, credential.Azure, TimeSpan.Zero, progress, stopping);
            await layer.Credentials.KeepAsync(stored, found.Secret, stopping);
            return null;
        }, cancellationToken);

    /// <summary>Reads a connection now.</summary>
    /// <exception cref="RefusedException">SAMPLE_NOT_READ.</exception>
    public Task<Guid> SyncAsync(Viewer viewer, Connection connection, CancellationToken cancellationToken) => RefuseSample(viewer).StartAsync(
        viewer.Workspace.Id, Sync, connection.Name, viewer.Actor, async (progress, stopping) =>
        {
            progress.Tell("reading", new JsonObject { ["connection"] = connection.Name });
            var result = (await layer.Syncs.RunAsync([connection], Ledger.SyncTrigger.Manual, viewer.Actor, done => progress.Tell("synced", new JsonObject { ["sync"] = done.Describe() }), stopping))[0];
            if (result.Failure is { } failure)
                throw new RefusedException(failure);
            await afterSync.RunAsync(viewer.Workspace, [connection], stopping);
            return result.Describe();
        }, cancellationToken);

    /// <summary>Connects several subscriptions with a stored credential, one after another. One that is refused is told and keeps none of the others.</summary>
    public Task<Guid> AddAsync(Viewer viewer, Credential credential, IReadOnlyList<(Guid Subscription, string Name)> chosen, CancellationToken cancellationToken) => operations.StartAsync(
        viewer.Workspace.Id, Add, credential.Name, viewer.Actor, async (progress, stopping) =>
        {
            var connected = new List<Connection>();
            foreach (var (subscription, name) in chosen)
            {
                progress.Tell("adding", new JsonObject { ["connection"] = name });
                var failure = await AddAsync(viewer, layer.Credentials.RequestFor(credential, subscription), name, connected, stopping);
                progress.Tell("added", new JsonObject { ["connection"] = name, ["failure"] = failure is null ? null : FailureJson.Describe(failure) });
            }

            if (connected.Count > 0)
                await afterSync.RunAsync(viewer.Workspace, connected, stopping);
            return new JsonObject { ["connections"] = connected.Count, ["refused"] = chosen.Count - connected.Count };
        }, cancellationToken);

    private async Task<Failure?> AddAsync(Viewer viewer, ConnectRequest request, string name, List<Connection> connected, CancellationToken cancellationToken)
    {
        using var secret = request.SignIn.Value;
        try
        {
            var outcome = await layer.Connecting.RunAsync(
                viewer.Workspace.Id, request, new ConnectOptions(name, SaveAnyway: false, TimeSpan.Zero, viewer.Actor), static _ => { }, cancellationToken);
            if (outcome.Connection is { } made)
                connected.Add(made);
            return outcome.Failure;
        }
        catch (RefusedException refused)
        {
            return refused.Failure;
        }
    }

    /// <summary>Tries a new secret on every connection of an app registration, then swaps; the subject is what the person named.</summary>
    public Task<Guid> RotateAsync(Viewer viewer, string subject, Credential credential, SecretText secret, CancellationToken cancellationToken) => operations.StartAsync(
        viewer.Workspace.Id, Rotate, subject, viewer.Actor, async (progress, stopping) =>
        {
            using var given = secret;
            var outcome = await layer.Rotation.RunAsync(credential, new RotationRequest(new SignIn(CredentialKind.Secret, given)), viewer.Actor, stopping);
            foreach (var (tried, failure) in outcome.Tried)
                progress.Tell("tried", new JsonObject { ["connection"] = tried.Name, ["code"] = failure?.Code, ["failure"] = failure is null ? null : FailureJson.Describe(failure) });
            if (outcome.Tried.Select(t => t.Failure).FirstOrDefault(f => f is not null) is { } first)
                throw new RefusedException(first);
            await layer.Ledger.SignCheckpointAsync(viewer.Workspace.Id, stopping);
            return new JsonObject { ["connections"] = outcome.Tried.Count };
        }, cancellationToken);

    // A made-up company would be looked for in Microsoft's own Azure, and be sealed as not found.
    private OperationRunner RefuseSample(Viewer viewer) => viewer.Workspace.Sample && !layer.AzureIsMadeUp ? throw new RefusedException(Syncing.SyncErrors.SampleNotRead) : operations;

    private async Task<CheckOutcome> CheckAsync(AzureTarget target, AzureCredential credential, TimeSpan patience, OperationProgress progress, CancellationToken cancellationToken)
    {
        var wait = new PropagationWait(layer.Clock, patience);
        while (true)
        {
            var found = await layer.Check.RunAsync(target, credential, step => Tell(progress, new ConnectEvent.Checked(step)), cancellationToken);
            if (found.Failure is not { } failure)
                return found;
            if (!await wait.AgainAsync(failure, left => Tell(progress, new ConnectEvent.Waiting(failure, left)), cancellationToken))
                throw new RefusedException(failure);
        }
    }

    private void Tell(OperationProgress progress, ConnectEvent happened)
    {
        switch (happened)
        {
            case ConnectEvent.TenantFound found:
                progress.Tell("tenant", new JsonObject { ["tenantId"] = found.TenantId.ToString() });
                break;
            case ConnectEvent.Checked checkedStep:
                progress.Tell("checked", CheckStepJson.Describe(checkedStep.Step));
                break;
            case ConnectEvent.Waiting waiting:
                progress.Tell("waiting", new JsonObject { ["failure"] = FailureJson.Describe(waiting.Failure), ["until"] = (layer.Clock.GetUtcNow() + waiting.Left).ToString("O") });
                break;
            case ConnectEvent.Saved saved:
                progress.Tell("saved", new JsonObject { ["connection"] = saved.Connection.Name });
                break;
        }
    }
}
