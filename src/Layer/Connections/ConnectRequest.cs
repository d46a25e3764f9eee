using Layer.Azure;
using Layer.Secrets;

namespace Layer.Connections;

/// <summary>
/// A subscription to connect and how to sign in to it. A null tenant is found from the subscription; the client id is <see cref="Guid.Empty"/> for
/// the system-assigned managed identity.
/// </summary>
internal sealed record ConnectRequest(AzureCloud Cloud, Guid SubscriptionId, Guid? TenantId, Guid ClientId, SignIn SignIn);

/// <summary>How an app registration proves who it is: by a secret, or by the path of a certificate or token; a managed identity has no value.</summary>
internal sealed record SignIn(CredentialKind Kind, SecretText? Value);

internal enum CredentialKind
{
    Secret,
    Certificate,
    Federated,
    ManagedIdentity,
}
