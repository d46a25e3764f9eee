using Layer.Azure.Errors;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Subscriptions;

/// <summary>Whether the subscription that answered is the one that is pinned, and in a state that can be read.</summary>
internal static class SubscriptionIdentity
{
    /// <param name="subscription">What Azure says.</param>
    /// <param name="target">What the connection is pinned to; the token is of its tenant.</param>
    /// <returns>Null when nothing stands against it.</returns>
    public static Failure? Refuse(Subscription subscription, AzureTarget target)
    {
        if (subscription.Id != target.SubscriptionId)
            return Failures.Of(SubscriptionErrors.Mismatch, ("subscriptionFromAzure", subscription.Id.ToString()));
        // A token of another tenant reads it only through a delegation, whose grants ARM does not list.
        if (subscription.TenantId != target.TenantId)
            return Failures.Of(
                subscription.ManagedByTenants.Contains(target.TenantId) ? RightErrors.Lighthouse : SubscriptionErrors.WrongTenant,
                ("tenantFromAzure", subscription.TenantId.ToString()));
        return subscription.State.Equals("Deleted", StringComparison.OrdinalIgnoreCase)
            ? Failures.Of(SubscriptionErrors.Deleted, ("state", subscription.State)) : null;
    }

    /// <summary>Disabled, warned and past-due subscriptions are still readable.</summary>
    public static bool IsEnabled(Subscription subscription) => subscription.State.Equals("Enabled", StringComparison.OrdinalIgnoreCase);
}
