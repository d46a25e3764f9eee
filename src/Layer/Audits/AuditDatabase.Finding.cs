using System.IO.Compression;
using System.Security.Cryptography;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Inventory;

namespace Layer.Audits;

// The columns find leaves; what is found is read from the leaf.
internal sealed partial class AuditDatabase
{
    /// <summary>Root of the first <paramref name="size"/> leaves, as the stored nodes give it.</summary>
    public Digest Root(long size) => new Frontier(size, Node).Root;

    /// <summary>Of each connection the newest manifest with an index less than <paramref name="below"/>.</summary>
    public IReadOnlyList<long> NewestManifests(long below) =>
        Indices("SELECT MAX(leaf) FROM sync WHERE workspace = @workspace AND leaf < @below GROUP BY connection", ("@below", below));

    /// <summary>Of each connection and type the newest evidence record with an index less than <paramref name="below"/>.</summary>
    public IReadOnlyList<long> NewestRecords(long below) =>
        Indices("SELECT MAX(idx) FROM evidence WHERE workspace = @workspace AND idx < @below GROUP BY connection, type", ("@below", below));

    /// <summary>Records of a connection and type, the newest first, at or before a sync, in which one of its populations may have changed.</summary>
    public IReadOnlyList<long> RecordsWithChanges(Guid connection, string type, long seq) => Indices(
        """
        SELECT e.idx FROM evidence e
        WHERE e.workspace = @workspace AND e.connection = @connection AND e.type = @type AND e.seq <= @seq
          AND EXISTS (SELECT 1 FROM population p WHERE p.connection = e.connection AND p.seq = e.seq)
        ORDER BY e.seq DESC
        """,
        ("@connection", _engine.Id(connection)), ("@type", type), ("@seq", seq));

    /// <summary>The evidence record at an index.</summary>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: there is none.</exception>
    public EvidenceRecord Record(long index) => Leaf(index).Body as EvidenceRecord ?? throw Broken($"leaf {index}");

    /// <summary>The manifest at an index.</summary>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: there is none.</exception>
    public SyncManifest Manifest(long index) => Leaf(index).Body as SyncManifest ?? throw Broken($"leaf {index}");

    /// <summary>The time stamp that was kept of a signed checkpoint; null when there is none, or one of another note of this size.</summary>
    public CheckpointStamp? FindStamp(SignedCheckpoint checkpoint)
    {
        CheckpointStamp? found = null;
        foreach (var row in Rows("SELECT token, authority FROM timestamp_token WHERE workspace = @workspace AND size = @size", ("@size", checkpoint.Checkpoint.Size)))
            found = CheckpointStamp.Of(row.GetFieldValue<byte[]>(0), row.GetString(1), System.Text.Encoding.UTF8.GetBytes(checkpoint.ToString()));
        return found;
    }

    /// <summary>The sealed name records that were not erased, in no order.</summary>
    public IEnumerable<StoredNameRecord> NameRecords()
    {
        var rows = Rows(
            """
            SELECT r.tenant_id, r.principal_id, r.salt, r.bytes, r.commitment, r.leaf, n.first_looked_up_at, n.last_looked_up_at
            FROM name_record r JOIN principal_name n ON n.workspace = r.workspace AND n.tenant_id = r.tenant_id AND n.principal_id = r.principal_id
            WHERE r.workspace = @workspace
            """);
        foreach (var row in rows)
        {
            yield return new StoredNameRecord(
                _engine.ReadId(row, 0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), new Digest(row.GetFieldValue<byte[]>(4)),
                row.GetInt64(5), new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero), new DateTimeOffset(row.GetInt64(7), TimeSpan.Zero));
        }
    }

    /// <summary>SHA-256 of every kept page, ascending.</summary>
    public IEnumerable<Digest> KeptPages()
    {
        foreach (var row in Rows("SELECT sha256 FROM page WHERE workspace = @workspace ORDER BY sha256"))
            yield return new Digest(row.GetFieldValue<byte[]>(0));
    }

    /// <summary>A kept page, gzipped as it is stored.</summary>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: it is missing, or what unpacks is not the page.</exception>
    public byte[] Page(Digest sha256)
    {
        var gzip = Scalar("SELECT gzip FROM page WHERE workspace = @workspace AND sha256 = @sha256", ("@sha256", sha256.ToArray())) as byte[];
        try
        {
            if (gzip is not null)
            {
                using var unpacked = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
                if (new Digest(SHA256.HashData(unpacked)) == sha256)
                    return gzip;
            }
        }
        catch (InvalidDataException)
        {
            // Damaged, which is said below.
        }

        throw Broken($"the page {sha256}");
    }

    private List<long> Indices(string sql, params (string Name, object? Value)[] parameters) => [.. Rows(sql, parameters).Select(row => row.GetInt64(0))];
}
