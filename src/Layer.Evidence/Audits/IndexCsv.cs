using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Writes <c>index.csv</c>: one row for each disclosed leaf (docs/evidence-format.md §8.4).</summary>
public static class IndexCsv
{
    /// <summary>The header line.</summary>
    public static IReadOnlyList<string> Header { get; } = ["leaf", "at", "kind", "connection", "seq", "what", "hash"];

    /// <summary>Writes the row of a leaf.</summary>
    public static void Write(CsvWriter csv, long index, Leaf leaf)
    {
        var (connection, seq, what) = Describe(leaf.Body);
        csv.Row(index.ToString(), Instant.Format(leaf.At), leaf.Kind, connection?.ToString("D"), seq?.ToString(), what, leaf.Hash.ToString());
    }

    private static (Guid? Connection, long? Seq, string? What) Describe(LeafBody body) => body switch
    {
        SyncManifest sync => (sync.Connection, sync.Seq, sync.Code is null ? sync.Status : $"{sync.Status} {sync.Code}"),
        EvidenceRecord record => (record.Connection, record.Seq, record.Type),
        ConnectionLeaf connection => (connection.Connection, null, connection.Change),
        ExceptionLeaf exception => (exception.Connection, exception.Seq, exception.Code),
        VisibleLeaf visible => (visible.Connection, visible.Seq, null),
        KeyLeaf key => (null, null, key.Change),
        AuditLeaf audit => (null, null, audit.Action),
        SampleLeaf sample => (null, null, sample.Population),
        MappingLeaf mapping => (null, null, mapping.Mapping),
        _ => (null, null, null),
    };
}
