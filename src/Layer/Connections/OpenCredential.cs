using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.Operations;

namespace Layer.Connections;

/// <summary>A credential ready to sign in. Held for one run, then disposed.</summary>
internal sealed class OpenCredential : IDisposable
{
    private readonly X509Certificate2? _certificate;

    private OpenCredential(AzureCredential azure, X509Certificate2? certificate = null)
    {
        Azure = azure;
        _certificate = certificate;
    }

    public AzureCredential Azure { get; }

    /// <exception cref="RefusedException">CERTIFICATE_UNREADABLE.</exception>
    public static OpenCredential Of(Guid clientId, SignIn signIn)
    {
        switch (signIn)
        {
            case { Kind: CredentialKind.Secret, Value: { } secret }:
                return new OpenCredential(new ClientSecret(clientId, secret.Reveal()));
            case { Kind: CredentialKind.Certificate, Value: { } path }:
                var certificate = ReadCertificate(clientId, path.Reveal());
                return new OpenCredential(new ClientCertificate(clientId, certificate), certificate);
            case { Kind: CredentialKind.Federated, Value: { } path }:
                return new OpenCredential(new FederatedToken(clientId, path.Reveal()));
            case { Kind: CredentialKind.ManagedIdentity }:
                return new OpenCredential(new ManagedIdentity(clientId));
            default:
                throw new InvalidOperationException($"A credential of kind {signIn.Kind} has no value.");
        }
    }

    public void Dispose() => _certificate?.Dispose();

    // PEM holds certificate and key in one file; anything else is taken as PKCS #12 without a password.
    private static X509Certificate2 ReadCertificate(Guid clientId, string path)
    {
        try
        {
            return File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromPemFile(path)
                : X509CertificateLoader.LoadPkcs12FromFile(path, password: null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RefusedException("CERTIFICATE_UNREADABLE", ("path", path), ("clientId", clientId.ToString()), ("reason", unreadable.Message));
        }
    }
}
