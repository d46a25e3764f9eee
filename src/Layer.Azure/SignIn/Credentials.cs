using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Layer.Azure.SignIn;

/// <summary>Turns our credentials into those of Azure.Identity.</summary>
internal static class Credentials
{
    public static TokenCredential Create(AzureCredential credential, Guid tenantId, CloudEndpoints cloud, HttpPipelineTransport transport, AzureConnectorOptions options)
    {
        var tenant = tenantId.ToString();
        var client = credential.ClientId.ToString();
        return credential switch
        {
            ClientSecret secret => new ClientSecretCredential(
                tenant, client, secret.Secret, Set(new ClientSecretCredentialOptions { DisableInstanceDiscovery = true })),
            ClientCertificate certificate => new ClientCertificateCredential(
                tenant, client, certificate.Certificate, Set(new ClientCertificateCredentialOptions { DisableInstanceDiscovery = true })),
            FederatedToken federated => new ClientAssertionCredential(
                tenant, client, cancellationToken => ReadTokenAsync(federated.TokenFile, cancellationToken),
                Set(new ClientAssertionCredentialOptions { DisableInstanceDiscovery = true })),
            ManagedIdentity identity => new ManagedIdentityCredential(Set(new ManagedIdentityCredentialOptions(
                identity.ClientId == Guid.Empty ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client)))),
            _ => throw new ArgumentException($"{credential} is no credential this connector knows.", nameof(credential)),
        };

        T Set<T>(T identity)
            where T : TokenCredentialOptions
        {
            identity.AuthorityHost = cloud.Login;
            identity.Transport = transport;
            identity.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan; // the call's own deadline ends it
            identity.RetryPolicy = new TransientRetry(options);
            return identity;
        }
    }

    /// <summary>Tells one credential from another without keeping the secret.</summary>
    public static string Fingerprint(AzureCredential credential) => credential switch
    {
        ClientSecret secret => Hash("secret", Encoding.UTF8.GetBytes(secret.Secret)),
        ClientCertificate certificate => Hash("certificate", certificate.Certificate.RawData),
        FederatedToken federated => Hash("federated", Encoding.UTF8.GetBytes(federated.TokenFile)),
        _ => "managed",
    };

    private static string Hash(string kind, byte[] bytes) => $"{kind}:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static async Task<string> ReadTokenAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FederatedTokenUnreadableException(unreadable);
        }
    }
}

/// <summary>The file with the other issuer's token cannot be read.</summary>
internal sealed class FederatedTokenUnreadableException(Exception cause) : Exception("The federated token file cannot be read.", cause);
