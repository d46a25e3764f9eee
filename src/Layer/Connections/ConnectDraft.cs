namespace Layer.Connections;

/// <summary>What somebody typed at Connect and did not finish. It is kept for a day; the secret is sealed and never shown again.</summary>
internal sealed class ConnectDraft
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    /// <summary>Whose draft it is.</summary>
    public required Guid Person { get; init; }

    /// <summary>JSON of the fields that are no secret.</summary>
    public required string Fields { get; set; }

    /// <summary>The sealed client secret; null when none was typed yet.</summary>
    public byte[]? Secret { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
