using Layer.Evidence;
using Layer.Secrets;

namespace Layer.Ledger;

/// <summary>One leaf of a workspace's log: its exact bytes, for good.</summary>
internal sealed class LogLeaf
{
    public required Guid Workspace { get; init; }

    public required long Index { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Digest Hash { get; init; }

    /// <summary>The exact bytes; packed in the database, see <see cref="Storage.PackedBytes"/>.</summary>
    public required byte[] Bytes { get; init; }
}

/// <summary>The root of a complete subtree of 2^Level leaves, Level at least 1; written once, when it becomes complete.</summary>
internal sealed class LogNode
{
    public required Guid Workspace { get; init; }

    public required int Level { get; init; }

    public required long Index { get; init; }

    public required Digest Hash { get; init; }
}

/// <summary>The tree as of the last commit. Locked by every append, so that two writers cannot fork the log.</summary>
internal sealed class LogHead
{
    public required Guid Workspace { get; init; }

    public required long Size { get; set; }

    public required Digest Root { get; set; }

    /// <summary>Of the last leaf; the next one may not be earlier.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>Index of the newest standing leaf; the next one names it.</summary>
    public required long Standing { get; set; }
}

/// <summary>A signed checkpoint, as it was also appended to checkpoints.log.</summary>
internal sealed class CheckpointRow
{
    public required Guid Workspace { get; init; }

    public required long Size { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset SignedAt { get; init; }
}

/// <summary>A token (RFC 3161) over a signed checkpoint; its leaf says so in the log.</summary>
internal sealed class TimestampTokenRow
{
    public required Guid Workspace { get; init; }

    /// <summary>Size of the checkpoint.</summary>
    public required long Size { get; init; }

    /// <summary>When it was stored, by this machine's clock; the authority's time is in the token.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The address that was asked.</summary>
    public required string Authority { get; init; }

    /// <summary>The token, DER.</summary>
    public required byte[] Token { get; init; }
}

/// <summary>An Ed25519 key of a log, its private half sealed.</summary>
internal sealed class SigningKeyRow
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    /// <summary>The C2SP verifier key: name, key id and public key.</summary>
    public required string Verifier { get; init; }

    public required byte[] PublicKey { get; init; }

    public required byte[] PrivateKey { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it signed for the last time; null while it signs.</summary>
    public DateTimeOffset? RetiredAt { get; set; }

    public static SealedPlace Place(Guid workspace, Guid id) => new(workspace, $"signing_key/{id}", "private_key");
}
