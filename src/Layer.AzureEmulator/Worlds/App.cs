using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Layer.AzureEmulator.Worlds;

/// <summary>An app registration with what it can sign in with.</summary>
public sealed record App(Guid ClientId, Guid ObjectId, Guid TenantId, string Name)
{
    /// <summary>Object id of its service principal, or null when none was ever made (AADSTS7000229).</summary>
    public Guid? ServicePrincipalId { get; init; }

    /// <summary>False: AADSTS7000112.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The id of a policy that blocks it (AADSTS53003), or null.</summary>
    public Guid? BlockedByPolicy { get; init; }

    /// <summary>An AADSTS code with which every sign-in of this app ends, or null.</summary>
    public int? SignInError { get; init; }

    /// <summary>Client secrets.</summary>
    public IReadOnlyList<AppSecret> Secrets { get; init; } = [];

    /// <summary>Registered certificates.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; init; } = [];

    /// <summary>Federated identity credentials.</summary>
    public IReadOnlyList<FederatedIdentity> Federated { get; init; } = [];

    /// <summary>Graph application permissions with admin consent.</summary>
    public IReadOnlyList<string> GraphPermissions { get; init; } = [];

    /// <summary>The value of the newest secret. Throws when the app has none.</summary>
    public string Secret => Secrets.Count > 0 ? Secrets[^1].Value : throw new InvalidOperationException($"App '{Name}' has no secret.");

    /// <inheritdoc />
    public override string ToString() => $"App {Name} {ClientId}";
}

/// <summary>A client secret; times are UTC.</summary>
public sealed record AppSecret(Guid KeyId, string DisplayName, string Value, DateTimeOffset Starts, DateTimeOffset Expires)
{
    /// <summary>The first three characters, which is all that Graph tells (azure-wire §7).</summary>
    public string Hint => Value[..Math.Min(3, Value.Length)];

    /// <inheritdoc />
    public override string ToString() => $"AppSecret {KeyId} until {Expires:O}";
}

/// <summary>A federated identity credential, with the key of the issuer, which here is the emulator's world itself.</summary>
public sealed record FederatedIdentity(string Issuer, string Subject, string Audience, RSA SigningKey);
