using System.Runtime.CompilerServices;
using Layer.Azure.Collecting;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.SignIn;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Checking;

/// <summary>The check: a collection that is thrown away, told step by step. Where it passes, a sync would have sealed.</summary>
internal sealed class CheckRun(
    AppSession session, AzureTarget target, AzureCredential credential, TenantDiscovery discovery, BuiltInCache cache, Peers peers, AzureConnectorOptions options)
{
    private readonly IReadOnlyDictionary<string, string> _facts = AzureFacts.Of(target, credential.ClientId);

    public async IAsyncEnumerable<CheckStep> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = options.Clock.GetTimestamp();
        var finding = discovery.FindAsync(target.Cloud, target.SubscriptionId, cancellationToken);
        var (token, refused) = await SignInAsync(cancellationToken);
        var signedIn = Milliseconds(options.Clock.GetElapsedTime(started));
        var (tenant, unfound, answer) = await finding;

        var unreachable = new[] { answer.Failure, refused }.OfType<Failure>().FirstOrDefault(IsOfNetwork)?.With(_facts);
        var asked = Milliseconds(answer.Elapsed);
        yield return unreachable is null
            ? StepKind.Reach.Passed(asked, [.. Hosts()]) : StepKind.Reach.Failed(asked, unreachable);
        yield return TenantStep(asked, tenant, unfound, answer);
        if (token is null)
        {
            yield return IsOfNetwork(refused!) ? StepKind.SignIn.NotRun() : StepKind.SignIn.Failed(signedIn, refused!.With(_facts)); // no token, so a reason
            foreach (var kind in StepKind.AfterSignIn)
                yield return kind.NotRun();
            yield break;
        }

        yield return StepKind.SignIn.Passed(
            signedIn, ("tenantId", token.TenantId?.ToString() ?? ""), ("objectId", token.ObjectId?.ToString() ?? ""), ("clientId", credential.ClientId.ToString()));
        var names = token.ObjectId is { } me ? NamesCheck.CheckAsync(session, me, _facts, cancellationToken) : Task.FromResult(StepKind.Names.NotRun());
        var expiry = new SecretExpiry(session, credential, _facts, options.Clock).CheckAsync(cancellationToken);
        var run = new CollectionRun(session, target, credential, peers, cache, options);
        var failure = await run.TryAsync(cancellationToken);
        var known = new Dictionary<string, string>(_facts, StringComparer.Ordinal) { ["objectId"] = token.ObjectId?.ToString() ?? "not named" };
        foreach (var step in new ListSteps(run, failure, known).All())
            yield return step;
        yield return await names;
        yield return await expiry;
    }

    /// <summary>What was typed cannot work, so nothing is sent.</summary>
    public static async IAsyncEnumerable<CheckStep> RefusedAsync(Failure failure)
    {
        await Task.CompletedTask;
        foreach (var kind in StepKind.BeforeSignIn)
            yield return kind.NotRun();
        yield return StepKind.SignIn.Failed(0, failure);
        foreach (var kind in StepKind.AfterSignIn)
            yield return kind.NotRun();
    }

    private async Task<(TokenIdentity? Token, Failure? Refused)> SignInAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await session.SignInAsync(cancellationToken), null);
        }
        catch (SignInException refused)
        {
            return (null, refused.Failure);
        }
    }

    private CheckStep TenantStep(long milliseconds, Guid? tenant, Failure? unfound, Answer answer)
    {
        if (answer.Failure is not null)
            return StepKind.Tenant.NotRun();
        if (tenant is null)
            return unfound!.Code == SubscriptionErrors.TenantNotRevealed.Code // no tenant, so a reason
                ? StepKind.Tenant.Warned(milliseconds, unfound.With(_facts)) : StepKind.Tenant.Failed(milliseconds, unfound.With(_facts));
        return tenant == target.TenantId
            ? StepKind.Tenant.Passed(milliseconds, ("tenantId", tenant.Value.ToString()))
            : StepKind.Tenant.Failed(
                milliseconds, Failures.Of(SubscriptionErrors.WrongTenant, ("tenantFromAzure", tenant.Value.ToString())).With(_facts),
                ("tenantId", tenant.Value.ToString()));
    }

    private IEnumerable<(string, string)> Hosts() =>
        new[] { session.Cloud.Login, session.Cloud.Arm }.Select(host => (host.Host, peers.Find(host, options.Clock.GetUtcNow())?.Issuer ?? ""));

    private static bool IsOfNetwork(Failure failure) =>
        NetworkErrors.All.Any(e => e.Code == failure.Code) && failure.Code != NetworkErrors.Throttled.Code;

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
