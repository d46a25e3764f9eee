using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>The subscription is not the one that was meant, or not there.</summary>
internal static class SubscriptionErrors
{
    // ARM 404 SubscriptionNotFound, and no complete sync before
    public static ErrorEntry NotFound { get; } = new()
    {
        Code = "SUBSCRIPTION_NOT_FOUND",
        Title = "No subscription with this ID in {cloud}",
        Why = "Azure knows no subscription {subscriptionId}. The ID is mistyped, or the subscription is in another Azure cloud.",
        DoThis = ["Compare the ID with the command's list.", "Check the cloud: public, US government or China."],
        Commands = ["az account list --all --query \"[].{name:name,subscriptionId:id,state:state}\" -o table"],
        Link = Portal.Subscriptions,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // ARM 404 SubscriptionNotFound on a connection that has read it before, or state Deleted
    public static ErrorEntry Deleted { get; } = new()
    {
        Code = "SUBSCRIPTION_DELETED",
        Title = "Azure no longer has this subscription",
        Why = "Azure says that subscription {subscriptionId} is gone. It was deleted, or cancelled long enough ago that Azure removed it.",
        DoThis =
        [
            "Ask the account owner whether this was intended.",
            "If it was, say so in Layer: a person's sealed statement ends the expectation of daily evidence.",
        ],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Subscriptions,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = "Evidence sealed so far stays. Days from now on count as failed until a person states that the subscription is gone.",
    };

    // ARM 400 InvalidSubscriptionId, and the check before any request
    public static ErrorEntry IdMalformed { get; } = new()
    {
        Code = "SUBSCRIPTION_ID_MALFORMED",
        Title = "This is not a subscription ID",
        Why = "“{subscriptionId}” is not a GUID. A subscription ID looks like 00000000-0000-0000-0000-000000000000; names and paths are not accepted.",
        DoThis = ["Copy the ID from the command's list."],
        Commands = ["az account list --all --query \"[].{name:name,subscriptionId:id,state:state}\" -o table"],
        Link = Portal.Subscriptions,
        Kind = FailureKind.Usage,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // A notice: reading goes on (azure-wire: a disabled subscription stays readable)
    public static ErrorEntry Disabled { get; } = new()
    {
        Code = "SUBSCRIPTION_DISABLED",
        Title = "The subscription is {state} in Azure",
        Why = "Azure stopped the subscription's services, but its groups and role assignments can still be read. Layer keeps taking evidence and records the state.",
        DoThis = ["If this is a surprise, ask the account owner; payment is the usual reason."],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Subscription,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    // ARM 401 InvalidAuthenticationTokenTenant, the unauthenticated challenge, or the subscription's own tenantId; no complete sync before
    public static ErrorEntry WrongTenant { get; } = new()
    {
        Code = "WRONG_TENANT",
        Title = "The subscription is in another tenant",
        Why = "The connection names tenant {tenantId}; Azure says subscription {subscriptionId} belongs to {tenantFromAzure}. An app can read only subscriptions of its own tenant.",
        DoThis = ["Use tenant {tenantFromAzure}, with an app of that tenant.", "If the subscription was transferred within the last hour, wait: Azure may still be moving it."],
        Commands = [Commands.ShowSubscription, "az login --tenant {tenantFromAzure}"],
        Link = Portal.Subscriptions,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // The same on a connection that has read the subscription in its tenant before
    public static ErrorEntry Transferred { get; } = new()
    {
        Code = "SUBSCRIPTION_TRANSFERRED",
        Title = "The subscription moved to another tenant",
        Why = "Until {lastRead} subscription {subscriptionId} was in tenant {tenantId}; Azure now names {tenantFromAzure}. A transfer deletes every role assignment, so the app in the old tenant can read nothing any more.",
        DoThis =
        [
            "Ask the account owner whether the transfer was intended.",
            "Create an app in the new tenant and assign Reader to it.",
            "Connect the subscription again with the new tenant.",
        ],
        Commands = ["az login --tenant {tenantFromAzure}", "layer azure setup --subscription {subscriptionId}"],
        Link = Portal.Subscriptions,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = "Evidence up to {lastRead} is sealed and stays with the old tenant. Nothing of the new tenant was mixed into it.",
    };

    // The body names another subscription than the one asked for
    public static ErrorEntry Mismatch { get; } = new()
    {
        Code = "SUBSCRIPTION_MISMATCH",
        Title = "The answer is about another subscription",
        Why = "Layer asked {host} for subscription {subscriptionId} and the answer names {subscriptionFromAzure}. A cache or a proxy in between is the likely cause.",
        DoThis = ["Ask whoever runs the proxy to pass {host} through without caching.", "Check again with the command."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // The unauthenticated challenge came without a tenant
    public static ErrorEntry TenantNotRevealed { get; } = new()
    {
        Code = "TENANT_NOT_REVEALED",
        Title = "The tenant could not be found",
        Why = "Layer asked {host} which tenant owns subscription {subscriptionId}, and the answer did not say. A proxy that removes the WWW-Authenticate header is one cause; Azure does not promise this answer.",
        DoThis = ["Read the tenant ID with the command.", "Give it to Layer: set AZURE_TENANT_ID."],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Tenant,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = "The secret was not used, and nothing was saved.",
        SafeOnSync = Safe.SealedStays,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
        [NotFound, Deleted, IdMalformed, Disabled, WrongTenant, Transferred, Mismatch, TenantNotRevealed];
}
