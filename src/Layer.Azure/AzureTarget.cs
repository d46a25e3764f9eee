namespace Layer.Azure;

/// <summary>The subscription to read, and the tenant it is pinned to.</summary>
/// <param name="Cloud">The cloud of both.</param>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="TenantId">The tenant Azure must name for the subscription and for the token; another one fails the sync.</param>
public sealed record AzureTarget(AzureCloud Cloud, Guid SubscriptionId, Guid TenantId);
