using System.Collections.Concurrent;
using Azure.Core.Pipeline;
using Layer.Azure.Collecting;
using Layer.Azure.Http;
using Layer.Azure.SignIn;
using Layer.Evidence.Collecting;

namespace Layer.Azure;

/// <summary>Reads Azure subscriptions: signs in, reads every list to its end and proves the right to have read it. It only ever reads.</summary>
/// <remarks>Safe for use by several syncs at once; connections and tokens are shared between them.</remarks>
public sealed class AzureConnector : IAsyncDisposable
{
    private readonly AzureConnectorOptions _options;
    private readonly Outbound _outbound;
    private readonly HttpClient _client;
    private readonly HttpClientTransport _transport;
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
    }

    /// <summary>Reads the subscription, its resource groups, its role assignments (inherited ones included) and the definitions of the roles in use.</summary>
    /// <exception cref="CollectionFailedException">What was read cannot be evidence; nothing of it may be sealed.</exception>
    public async Task<Collection> CollectAsync(AzureTarget target, AzureCredential credential, CancellationToken cancellationToken = default)
    {
        var session = Session(target, credential);
        var cache = _builtIn.GetOrAdd((target.Cloud, target.TenantId, credential.ClientId), static _ => new BuiltInCache());
        return await new CollectionRun(session, target, credential, _outbound.Peers, cache, _options).CollectAsync(cancellationToken);
    }

    /// <summary>Forgets all tokens: the next call signs in again.</summary>
    public void ForgetTokens() => _sessions.Clear();

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private AppSession Session(AzureTarget target, AzureCredential credential) => _sessions.GetOrAdd(
        (target.Cloud, target.TenantId, credential.ClientId, Credentials.Fingerprint(credential)),
        static (key, made) => new AppSession(made.credential, key.Item2, key.Item1, made._transport, made.Peers, made._options),
        (credential, _transport, _outbound.Peers, _options));
}
