using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Evidence.Collecting;
using Microsoft.Identity.Client;

namespace Layer.Azure.SignIn;

/// <summary>One app registration, signed in: its token is shared by all connections that use it. Safe for use by several syncs at once.</summary>
internal sealed class AppSession : IDisposable
{
    private readonly AzureCredential _credential;
    private readonly Guid _tenantId;
    private readonly IReadOnlyDictionary<string, string> _facts;
    private readonly HttpPipelineTransport _transport;
    private readonly Peers _peers;
    private readonly AzureConnectorOptions _options;
    private readonly SemaphoreSlim _oneSignIn = new(1);
    private volatile Signed _signed;
    private volatile TokenOrigin? _origin;

    public AppSession(AzureCredential credential, Guid tenantId, AzureCloud cloud, HttpPipelineTransport transport, Peers peers, AzureConnectorOptions options)
    {
        (_credential, _tenantId, Cloud, _transport, _peers, _options) = (credential, tenantId, CloudEndpoints.Of(cloud), transport, peers, options);
        _facts = AzureFacts.Of(cloud);
        _signed = NewSignIn();
    }

    public CloudEndpoints Cloud { get; }

    /// <summary>Signs in, or uses the token that is there.</summary>
    /// <exception cref="SignInException">Entra or the network said no.</exception>
    public async Task<TokenIdentity> SignInAsync(CancellationToken cancellationToken)
    {
        var asked = _options.Clock.GetUtcNow();
        var token = await GetTokenAsync(Cloud.ArmScope, cancellationToken);
        if (_origin?.Token != token)
            _origin = new TokenOrigin(token, FindLoginHost(asked));
        return TokenIdentity.Find(token) ?? throw new SignInException(Failures.Of(SignInErrors.SignInMalformed, ("host", Cloud.Login.Host), ("status", "200")));
    }

    /// <summary>The host the token in use came from, also when an earlier run fetched it; null for a managed identity, whose token comes from the machine.</summary>
    /// <param name="since">When this run began; without any token, who refused it.</param>
    public HostReading? FindTokenHost(DateTimeOffset since) => _origin is { } origin ? origin.Host : FindLoginHost(since);

    /// <summary>A token for Graph; issued even when the app has no permission there.</summary>
    /// <exception cref="SignInException">Entra or the network said no.</exception>
    public Task<string> GetGraphTokenAsync(CancellationToken cancellationToken) => GetTokenAsync(Cloud.GraphScope, cancellationToken);

    /// <summary>GETs from ARM. A token that expired on the way is renewed once.</summary>
    public async Task<Answer> GetAsync(Uri uri, CancellationToken cancellationToken)
    {
        var signed = _signed;
        var answer = await GetAsync(signed, uri, cancellationToken);
        if (answer.Status != 401 || MicrosoftError.Read(answer.Body).Code != "ExpiredAuthenticationToken")
            return answer;
        Interlocked.CompareExchange(ref _signed!, NewSignIn(), signed);
        return await GetAsync(_signed, uri, cancellationToken);
    }

    /// <summary>GETs from Graph.</summary>
    public Task<Answer> GetFromGraphAsync(Uri uri, CancellationToken cancellationToken) => GuardAsync(uri, rest => rest.GetAsync(uri, cancellationToken));

    /// <summary>POSTs a question to Graph.</summary>
    public Task<Answer> PostToGraphAsync(Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        GuardAsync(uri, rest => rest.PostAsync(uri, json, cancellationToken));

    public void Dispose() => _oneSignIn.Dispose();

    private HostReading? FindLoginHost(DateTimeOffset since) => _credential is ManagedIdentity ? null : _peers.Find(Cloud.Login, since);

    private Task<Answer> GetAsync(Signed signed, Uri uri, CancellationToken cancellationToken) =>
        GuardAsync(uri, _ => signed.Arm.GetAsync(uri, cancellationToken));

    // The token may be renewed within any call, and refused then.
    private async Task<Answer> GuardAsync(Uri uri, Func<Rest, Task<Answer>> send)
    {
        try
        {
            return await send(_signed.Graph);
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            return new Answer(uri) { Failure = Explain(refused) };
        }
    }

    private async Task<string> GetTokenAsync(string scope, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.CallDeadline, _options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await _oneSignIn.WaitAsync(cancellationToken);
        try
        {
            var token = await _signed.Credential.GetTokenAsync(new TokenRequestContext([scope], isCaeEnabled: true), either.Token);
            return token.Token;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SignInException(Unreachable.TimedOut(Cloud.Login, _peers, _options.CallDeadline));
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            throw new SignInException(Explain(refused));
        }
        finally
        {
            _oneSignIn.Release();
        }
    }

    // HTML with status 200 surfaces as a bare JsonException.
    private static bool IsRefusal(Exception exception) => exception is AuthenticationFailedException or MsalException or RequestFailedException
        or JsonException or FederatedTokenUnreadableException or HttpRequestException or IOException;

    private Failure Explain(Exception refused)
    {
        if (_credential is ManagedIdentity)
            return ManagedIdentityFailure.Classify(refused, _facts);
        for (Exception? cause = refused; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case FederatedTokenUnreadableException unreadable:
                    return Failures.Of(SignInErrors.FederatedTokenUnreadable, ("reason", unreadable.InnerException!.Message)).With(_facts); // always given
                case MsalServiceException service:
                    return Explain(service);
            }
        }

        return Unreachable.Find(refused, Cloud.Login, _peers) ?? SignInFailure.Classify(200, default, null, _facts);
    }

    private Failure Explain(MsalServiceException service)
    {
        // After a 429 or 5xx MSAL answers in Entra's place for a while, without a body.
        var status = service is MsalThrottledServiceException ? 429 : service.StatusCode;
        var body = Encoding.UTF8.GetBytes(service.ResponseBody ?? "");
        return SignInFailure.Classify(status, body, service.Headers?.RetryAfter?.Delta, _facts);
    }

    private Signed NewSignIn()
    {
        var credential = Credentials.Create(_credential, _tenantId, Cloud, _transport, _options);
        var pipeline = HttpPipelineBuilder.Build(
            new ArmOptions(_transport), new BearerTokenAuthenticationPolicy(credential, Cloud.ArmScope));
        var graph = HttpPipelineBuilder.Build(
            new ArmOptions(_transport), new BearerTokenAuthenticationPolicy(credential, Cloud.GraphScope));
        return new Signed(credential, new Rest(pipeline, _peers, _options), new Rest(graph, _peers, _options));
    }

    private sealed record TokenOrigin(string Token, HostReading? Host);

    private sealed record Signed(TokenCredential Credential, Rest Arm, Rest Graph);
}

/// <summary>No token.</summary>
internal sealed class SignInException(Failure failure) : Exception(failure.Code)
{
    public Failure Failure { get; } = failure;
}
