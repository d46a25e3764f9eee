namespace Layer.Connections;

/// <summary>An app registration, shared by any number of connections.</summary>
internal sealed class Credential
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    public required string Name { get; set; }

    public required CredentialKind Kind { get; set; }

    /// <summary><c>public</c>, <c>usgov</c> or <c>china</c>.</summary>
    public required string Cloud { get; set; }

    public required Guid TenantId { get; set; }

    public required Guid ClientId { get; set; }

    /// <summary>The secret, certificate or token path, sealed; null when the kind has none.</summary>
    public byte[]? Secret { get; set; }

    /// <summary>Entra's hint: the first characters of the secret, which tell which one it is.</summary>
    public string? SecretHint { get; set; }

    /// <summary>Null when unknown, which is not the same as never.</summary>
    public DateTimeOffset? SecretExpiresAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RotatedAt { get; set; }
}
