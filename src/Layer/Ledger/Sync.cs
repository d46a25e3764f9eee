namespace Layer.Ledger;

/// <summary>One attempt to read a connection. The id is made before anything is read, so that a lost answer can be decided by it.</summary>
internal sealed class Sync
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    public required Guid Connection { get; init; }

    /// <summary>Gapless within the connection; the first is 1.</summary>
    public required long Seq { get; init; }

    public required SyncTrigger Trigger { get; init; }

    public required string Actor { get; init; }

    public required string Node { get; init; }

    public required SyncStatus Status { get; init; }

    /// <summary>Code in the error catalog; null when complete.</summary>
    public string? Code { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Azure's Date of the first answer, UTC; null when none came.</summary>
    public DateTimeOffset? ObservedFrom { get; init; }

    public DateTimeOffset? ObservedTo { get; init; }

    /// <summary>UTC day it belongs to: of <see cref="ObservedFrom"/>, else of <see cref="StartedAt"/>.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Index of its leaf.</summary>
    public required long Leaf { get; init; }

    /// <summary>Index of the leaf that carries its setting: its own, or an earlier manifest's when nothing of it changed.</summary>
    public required long Setting { get; init; }

    public required int Added { get; init; }

    public required int Changed { get; init; }

    public required int Removed { get; init; }

    public required int Anomalies { get; init; }
}

internal enum SyncStatus
{
    Complete,
    Failed,
    Cancelled,
}

internal enum SyncTrigger
{
    First,
    Scheduled,
    Manual,
    CatchUp,
    Retry,
}
