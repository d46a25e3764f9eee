using Layer.Evidence;

namespace Layer.Inventory;

/// <summary>One sealed name record with the salt that opens its commitment. Erasable: the commitment in the leaf stays, and then says nothing.</summary>
internal sealed class NameRecordRow
{
    public required Guid Workspace { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>The object id, in lower case.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>SHA-256 of salt and bytes, as the leaf holds it.</summary>
    public required Digest Commitment { get; init; }

    /// <summary>16 bytes, drawn for this record alone.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>The canonical bytes of an <see cref="Evidence.Audits.NameRecord"/>.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Index of the leaf of kind <c>names</c>.</summary>
    public required long Leaf { get; init; }

    /// <summary>When it was sealed.</summary>
    public required DateTimeOffset At { get; init; }
}
