using Layer.Evidence;

namespace Layer.Ledger;

/// <summary>A distinct observation, kept once for the whole workspace. The extracted columns are for queries; <see cref="Bytes"/> is what was sealed.</summary>
internal sealed class ObservationRow
{
    public required Guid Workspace { get; init; }

    public required Digest Digest { get; init; }

    public required string Type { get; init; }

    public required string Key { get; init; }

    public required byte[] Bytes { get; init; }

    public string? Name { get; init; }

    public string? Scope { get; init; }

    public string? RoleGuid { get; init; }

    public string? PrincipalId { get; init; }
}

/// <summary>For which syncs of a connection an observation held: from <see cref="FromSeq"/> until just before <see cref="ToSeq"/>.</summary>
internal sealed class ObservationVersion
{
    public required Guid Workspace { get; init; }

    public required Guid Connection { get; init; }

    public required string Type { get; init; }

    public required Digest Digest { get; init; }

    public required long FromSeq { get; init; }

    /// <summary>The first complete sync that no longer saw it; null while it holds.</summary>
    public long? ToSeq { get; init; }

    public required DateTimeOffset FromAt { get; init; }

    /// <summary>The object's id exactly as the source wrote it at <see cref="FromSeq"/>. It is not sealed, and an id that later changes its case only
    /// changes nothing here: an unchanged sync writes no row.</summary>
    public required string SourceId { get; init; }

    public DateTimeOffset? ToAt { get; init; }
}

/// <summary>The root and count of a type from <see cref="Seq"/> on, until the next row; an unchanged sync adds none.</summary>
internal sealed class PopulationRow
{
    public required Guid Workspace { get; init; }

    public required Guid Connection { get; init; }

    public required string Type { get; init; }

    public required long Seq { get; init; }

    public required int Count { get; init; }

    public required Digest Root { get; init; }
}

/// <summary>The bytes of one answer, gzipped; kept only when the sync that read it changed that type.</summary>
internal sealed class PageRow
{
    public required Guid Workspace { get; init; }

    public required Digest Sha256 { get; init; }

    /// <summary>Leaf index of the manifest of the sync that kept it.</summary>
    public required long Manifest { get; init; }

    public required byte[] Gzip { get; init; }
}
