using System.Security.Cryptography.X509Certificates;

namespace Layer.Azure;

/// <summary>How an app registration or managed identity signs in. Its text never holds the secret.</summary>
/// <param name="ClientId">The application (client) id.</param>
public abstract record AzureCredential(Guid ClientId)
{
    /// <summary>The kind and the client id.</summary>
    public sealed override string ToString() => $"{GetType().Name} of {ClientId}";
}

/// <summary>A client secret: its value, not its id.</summary>
/// <param name="ClientId">The application (client) id.</param>
/// <param name="Secret">The value.</param>
public sealed record ClientSecret(Guid ClientId, string Secret) : AzureCredential(ClientId);

/// <summary>A certificate registered with the app.</summary>
/// <param name="ClientId">The application (client) id.</param>
/// <param name="Certificate">With its private key; the caller disposes it.</param>
public sealed record ClientCertificate(Guid ClientId, X509Certificate2 Certificate) : AzureCredential(ClientId);

/// <summary>A token of another issuer that the app registration trusts (workload identity federation).</summary>
/// <param name="ClientId">The application (client) id.</param>
/// <param name="TokenFile">The file that holds the token; read again for each sign-in, because its owner renews it.</param>
public sealed record FederatedToken(Guid ClientId, string TokenFile) : AzureCredential(ClientId);

/// <summary>The identity Azure gives the machine Layer runs on.</summary>
/// <param name="ClientId">The client id of a user-assigned identity; <see cref="Guid.Empty"/> means the system-assigned one.</param>
public sealed record ManagedIdentity(Guid ClientId) : AzureCredential(ClientId);
