using Layer.Evidence;

namespace Layer.Ledger;

/// <summary>One evidence record; its leaf is the truth, these columns find it.</summary>
internal sealed class EvidenceRow
{
    public required Guid Workspace { get; init; }

    /// <summary>Leaf index.</summary>
    public required long Index { get; init; }

    /// <summary>The leaf's hash.</summary>
    public required Digest Id { get; init; }

    public required Guid Connection { get; init; }

    /// <summary>E.g. <c>azure.rbac-role-assignments</c>.</summary>
    public required string Type { get; init; }

    public required long Seq { get; init; }

    /// <summary>Leaf index of the sync manifest.</summary>
    public required long Manifest { get; init; }

    /// <summary>Leaf index of the record before it for this connection and type; null for the first.</summary>
    public long? Previous { get; init; }

    public required Digest Root { get; init; }

    public required int Count { get; init; }

    public required DateTimeOffset ObservedFrom { get; init; }

    public required DateTimeOffset ObservedTo { get; init; }

    public required int Anomalies { get; init; }
}

/// <summary>A second thought about an earlier record, sealed as an <c>exception</c> leaf: the record stays and is marked wherever it is shown.</summary>
internal sealed class ExceptionRow
{
    public required Guid Workspace { get; init; }

    /// <summary>Leaf index.</summary>
    public required long Index { get; init; }

    public required Guid Connection { get; init; }

    /// <summary><c>reappeared</c> or <c>seen-late</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Key of the assignment.</summary>
    public required string Key { get; init; }

    /// <summary>Leaf index of the first evidence record that lacks it; those after it do too, until <see cref="Seq"/>.</summary>
    public required long Record { get; init; }

    /// <summary>The sync that noticed.</summary>
    public required long Seq { get; init; }
}
