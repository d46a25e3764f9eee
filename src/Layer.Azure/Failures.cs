using Layer.Azure.Http;
using Layer.Evidence;
using Layer.Evidence.Collecting;

namespace Layer.Azure;

/// <summary>Makes failures and the traces they leave in a reading.</summary>
internal static class Failures
{
    public static Failure Of(string code, params ReadOnlySpan<(string Name, string Value)> facts)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            named[name] = value;
        return new Failure(code, named);
    }

    /// <summary>Adds what every text of the catalog may name; facts of the failure itself win.</summary>
    public static Failure About(this Failure failure, AzureTarget target, AzureCredential credential)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["subscriptionId"] = target.SubscriptionId.ToString(),
            ["tenantId"] = target.TenantId.ToString(),
            ["clientId"] = credential.ClientId.ToString(),
            ["cloud"] = target.Cloud.ToString(),
            ["portal"] = CloudEndpoints.Of(target.Cloud).Portal,
        };
        foreach (var (name, value) in failure.Facts)
            facts[name] = value;
        return failure with { Facts = facts };
    }

    public static PageReading Page(Answer answer, int items) => new(
        answer.Status, answer.Body?.LongLength ?? 0, answer.Body is { } body ? Digest.Of(body) : null, items, answer.Date, answer.RequestId);
}
