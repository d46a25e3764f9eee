using System.Collections.Concurrent;
using Azure.Core.Pipeline;
using Layer.Azure.Checking;
using Layer.Azure.Collecting;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.Names;
using Layer.Azure.SignIn;
using Layer.Evidence.Collecting;

namespace Layer.Azure;

/// <summary>Reads Azure subscriptions: signs in, reads every list to its end and proves the right to have read it. It only ever reads.</summary>
/// <remarks>Safe for use by several syncs at once; connections and tokens are shared between them.</remarks>
public sealed class AzureConnector : IAsyncDisposable
{
    /// <summary>Name of the <see cref="System.Diagnostics.Metrics.Meter"/> that counts requests and waiting.</summary>
    public const string MeterName = AzureMeter.Name;

    private readonly AzureConnectorOptions _options;
    private readonly Outbound _outbound;
    private readonly HttpClient _client;
    private readonly HttpClientTransport _transport;
    private readonly TenantDiscovery _discovery;
    private readonly ConcurrentDictionary<(AzureCloud, Guid, Guid, string), AppSession> _sessions = new();
    private readonly ConcurrentDictionary<(AzureCloud, Guid, Guid), BuiltInCache> _builtIn = new();

    /// <summary>Opens nothing yet.</summary>
    public AzureConnector(AzureConnectorOptions options)
    {
        _options = options;
        _outbound = new Outbound(options);
        // Deadlines are per call and per sync, on the options' clock.
        _client = new HttpClient(_outbound) { Timeout = Timeout.InfiniteTimeSpan };
        _transport = new HttpClientTransport(_client);
        _discovery = new TenantDiscovery(_transport, _outbound.Peers, options);
    }

    /// <summary>Reads the subscription, its resource groups, its role assignments (inherited ones included) and the definitions of the roles in use.</summary>
    /// <exception cref="CollectionFailedException">What was read cannot be evidence; nothing of it may be sealed.</exception>
    public Task<Collection> CollectAsync(AzureTarget target, AzureCredential credential, CancellationToken cancellationToken = default) =>
        CollectAsync(target, credential, wantsVisible: null, cancellationToken);

    /// <summary>As the other one, and lists in parallel what the app registration can see, when the caller wants that of the application id the token names.</summary>
    /// <remarks>Nothing that goes wrong with that list fails the collection: see <see cref="Collection.Visible"/>.</remarks>
    /// <exception cref="CollectionFailedException">What was read cannot be evidence; nothing of it may be sealed.</exception>
    public async Task<Collection> CollectAsync(
        AzureTarget target, AzureCredential credential, Func<Guid, bool>? wantsVisible, CancellationToken cancellationToken)
    {
        if (TypedInput.Refuse(target, credential) is { } failure)
            throw new CollectionFailedException(failure, reading: null);
        return await new CollectionRun(Session(target, credential), target, credential, _outbound.Peers, Cache(target, credential), _options, wantsVisible)
            .CollectAsync(cancellationToken);
    }

    /// <summary>Finds the tenant a subscription belongs to, without signing in.</summary>
    /// <exception cref="CollectionFailedException">There is no such subscription in the cloud, it cannot be reached, or Azure does not tell: then the tenant must be typed.</exception>
    public async Task<Guid> FindTenantAsync(AzureCloud cloud, Guid subscriptionId, CancellationToken cancellationToken = default)
    {
        var (tenant, failure, _) = await _discovery.FindAsync(cloud, subscriptionId, cancellationToken);
        return tenant ?? throw new CollectionFailedException(failure!, reading: null); // no tenant, so a reason
    }

    /// <summary>Asks Azure Resource Manager one thing without signing in: whether it is reached from here, and what time it is there.</summary>
    /// <param name="cloud">Whose.</param>
    /// <param name="subscriptionId">Any; the answer to it does not matter.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <remarks>It throws only when cancelled.</remarks>
    public async Task<AzureReach> ReachAsync(AzureCloud cloud, Guid subscriptionId, CancellationToken cancellationToken = default)
    {
        var (_, _, answer) = await _discovery.FindAsync(cloud, subscriptionId, cancellationToken);
        return new AzureReach(answer.Uri.Host, answer.Failure, answer.Date is { } date ? answer.ReceivedAt - date : null);
    }

    /// <summary>Tries everything a sync needs, and what is good to have, and tells each step in order as it ends.</summary>
    /// <remarks>Where no step fails, a sync at the same moment would have been sealed. It throws only when cancelled.</remarks>
    public IAsyncEnumerable<CheckStep> CheckAsync(AzureTarget target, AzureCredential credential, CancellationToken cancellationToken = default)
    {
        return TypedInput.Refuse(target, credential) is { } failure
            ? CheckRun.RefusedAsync(failure)
            : new CheckRun(Session(target, credential), target, credential, _discovery, Cache(target, credential), _outbound.Peers, _options)
                .CheckAsync(cancellationToken);
    }

    /// <summary>Asks Microsoft Graph for the names of principals: optional, and never evidence.</summary>
    /// <remarks>It throws only when cancelled: what could not be asked is told in the result.</remarks>
    public async Task<NamesFound> FindNamesAsync(
        AzureTarget target, AzureCredential credential, IEnumerable<NamelessPrincipal> principals, CancellationToken cancellationToken = default) =>
        await new GraphNames(Session(target, credential), AzureFacts.Of(target, credential.ClientId)).FindAsync(principals, cancellationToken);

    /// <summary>Forgets all tokens: the next call signs in again.</summary>
    public void ForgetTokens() => _sessions.Clear();

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private BuiltInCache Cache(AzureTarget target, AzureCredential credential) =>
        _builtIn.GetOrAdd((target.Cloud, target.TenantId, credential.ClientId), static _ => new BuiltInCache());

    private AppSession Session(AzureTarget target, AzureCredential credential) => _sessions.GetOrAdd(
        (target.Cloud, target.TenantId, credential.ClientId, Credentials.Fingerprint(credential)),
        static (key, made) => new AppSession(made.credential, key.Item2, key.Item1, made._transport, made.Peers, made._options),
        (credential, _transport, _outbound.Peers, _options));
}
