using Azure.Core.Pipeline;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.SignIn;

/// <summary>Finds the tenant of a subscription: ARM names it when it refuses a call without a token (azure-wire 2).</summary>
internal sealed class TenantDiscovery(HttpPipelineTransport transport, Peers peers, AzureConnectorOptions options)
{
    private readonly Rest _rest = new(HttpPipelineBuilder.Build(new ArmOptions(transport)), peers, options);

    /// <summary>The tenant, or why it is not known.</summary>
    public async Task<(Guid? Tenant, Failure? Failure, Answer Answer)> FindAsync(AzureCloud cloud, Guid subscription, CancellationToken cancellationToken)
    {
        var call = Subscription.Call(CloudEndpoints.Of(cloud), subscription);
        var answer = await _rest.GetAsync(call.First, cancellationToken);
        // Only the GUID counts: the host before it is login.windows.net, and a proxy may have written the header.
        if (answer is { Status: 401, Failure: null } && Guid.TryParse(ArmFailure.FindTenant(answer.Challenge), out var tenant) && tenant != Guid.Empty)
            return (tenant, null, answer);
        var facts = new Dictionary<string, string>(AzureFacts.Of(cloud), StringComparer.Ordinal) { ["subscriptionId"] = subscription.ToString() };
        var failure = answer.Failure?.With(facts)
            ?? (answer.Status is 200 or 401
                ? Failures.Of(SubscriptionErrors.TenantNotRevealed, ("host", answer.Uri.Host)).With(facts)
                : Failures.Refused(answer, call.Type, call.Action, facts));
        return (null, failure, answer);
    }
}
