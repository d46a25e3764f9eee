using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>What a leaf says. Each kind is a record with a writer and a reader; a reader takes exactly the properties its writer writes.</summary>
public abstract record LeafBody
{
    /// <summary>One of <see cref="LeafKind"/>.</summary>
    public abstract string Kind { get; }

    /// <summary>The same, with <paramref name="standing"/> as the newest standing leaf before it; kinds that name none are returned as they are.</summary>
    /// <remarks>To be called by whoever appends a leaf, and by nobody else: only there is the index known.</remarks>
    public virtual LeafBody After(long standing) => this;

    /// <summary>Writes the properties in ascending order, without the braces.</summary>
    internal abstract void WriteTo(CanonicalWriter writer);

    /// <summary>Reads the body of a kind.</summary>
    /// <exception cref="FormatException">The kind is unknown or the body is not its.</exception>
    internal static LeafBody Read(string kind, Fields body) => kind switch
    {
        LeafKind.Genesis => GenesisLeaf.Read(body),
        LeafKind.Sync => SyncManifest.Read(body),
        LeafKind.Evidence => EvidenceRecord.Read(body),
        LeafKind.Connection => ConnectionLeaf.Read(body),
        LeafKind.Exception => ExceptionLeaf.Read(body),
        LeafKind.Mapping => MappingLeaf.Read(body),
        LeafKind.Audit => AuditLeaf.Read(body),
        LeafKind.Key => KeyLeaf.Read(body),
        LeafKind.Epoch => EpochLeaf.Read(body),
        LeafKind.Timestamp => TimestampLeaf.Read(body),
        LeafKind.Scope => ScopeLeaf.Read(body),
        LeafKind.Visible => VisibleLeaf.Read(body),
        LeafKind.Sample => SampleLeaf.Read(body),
        LeafKind.Names => NamesLeaf.Read(body),
        _ => throw new FormatException($"'{kind}' is not a kind of leaf."),
    };
}
