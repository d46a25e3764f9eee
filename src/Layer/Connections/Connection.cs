namespace Layer.Connections;

/// <summary>One subscription of a workspace. Never deleted: evidence outlives it.</summary>
internal sealed class Connection
{
    /// <summary>State code of a disconnected connection whose subscription is gone by a person's word: nothing is expected of it any more.</summary>
    public const string GoneCode = "SUBSCRIPTION_DELETED";

    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    public required string Name { get; set; }

    public required Guid SubscriptionId { get; init; }

    /// <summary>Pinned when connecting; another tenant needs another connection that names this one as its predecessor.</summary>
    public required Guid TenantId { get; init; }

    /// <summary><c>public</c>, <c>usgov</c> or <c>china</c>.</summary>
    public required string Cloud { get; init; }

    public required Guid Credential { get; set; }

    public required ConnectionState State { get; set; }

    /// <summary>Code in the error catalog of what put it into this state; null when nothing did.</summary>
    public string? StateCode { get; set; }

    /// <summary>Since when it is in this state, UTC.</summary>
    public required DateTimeOffset Since { get; set; }

    public string? PausedBy { get; set; }

    public string? PausedBecause { get; set; }

    /// <summary>Grows with every lease taken. A commit that carries an older number is refused.</summary>
    public long Fence { get; set; }

    /// <summary>Who reads now; null when nobody does.</summary>
    public string? LeaseHolder { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Sequence number of the next sync; gapless, the first is 1.</summary>
    public long NextSeq { get; set; } = 1;

    /// <summary>The connection this one continues; null for a first one.</summary>
    public Guid? Predecessor { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DisconnectedAt { get; set; }
}

internal enum ConnectionState
{
    /// <summary>Saved, not yet read once: the role may still be on its way.</summary>
    Waiting,

    /// <summary>The last sync was complete.</summary>
    Connected,

    /// <summary>The last sync failed.</summary>
    Failing,

    /// <summary>A person stopped it for a while; its days are not covered.</summary>
    Paused,

    /// <summary>Ended. What was sealed stays.</summary>
    Disconnected,
}
