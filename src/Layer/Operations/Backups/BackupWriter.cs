using System.Data.Common;
using System.IO.Compression;
using System.Security.Cryptography;
using Layer.Evidence;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Operations.Backups;

/// <summary>Writes every table of a database, as one moment saw them, into one file. What is sealed stays sealed, and the keys stay where they are.</summary>
internal sealed class BackupWriter(StorageEngine engine, TimeProvider clock)
{
    // A zip file knows no time before it; ours say nothing, createdAt does.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes what the connection's open transaction sees.</summary>
    /// <param name="connection">In a transaction whose reads all see one moment.</param>
    /// <param name="version">The version of the schema that the database has.</param>
    /// <param name="output">Only written to, from its beginning to its end.</param>
    /// <param name="cancellationToken">Stops it; what was written is of no use then.</param>
    public async Task<BackupManifest> WriteAsync(DbConnection connection, int version, Stream output, CancellationToken cancellationToken)
    {
        var schema = new Schema(engine);
        var now = clock.GetUtcNow();
        var (tables, keys) = (new List<BackupTable>(), new SortedSet<Guid>());
        await using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var shapes = schema.Tables(version);
        foreach (var shape in shapes)
        {
            tables.Add(await WriteAsync(connection, shape, zip, cancellationToken));
            foreach (var column in SealedColumn.All.Where(column => column.Table == shape.Name && shape.Columns.Any(each => each.Name == column.Column)))
            {
                await foreach (var (_, value) in column.ReadAsync(engine, connection, cancellationToken))
                    keys.Add(SealedBlob.Read(value).KeyEncryptionKeyId);
            }
        }

        var manifest = new BackupManifest(
            now, Cli.VersionCommand.Text, engine is SqliteEngine ? "sqlite" : "postgres", version, schema.NameOf(version), [.. keys], await LogsAsync(connection, cancellationToken), tables);
        await using var file = Entry(zip, BackupManifest.FileName);
        manifest.Write(file);
        return manifest;
    }

    private async Task<BackupTable> WriteAsync(DbConnection connection, TableShape shape, ZipArchive zip, CancellationToken cancellationToken)
    {
        var table = new BackupTable(shape.Name, [.. shape.Columns.Select(column => (column.Name, column.Kind))], 0, Digest.Of([]));
        var rows = 0L;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = Entry(zip, table.File);
        await foreach (var line in new TableRows(engine, shape).ReadAsync(connection, cancellationToken))
        {
            hash.AppendData(line.Span);
            await file.WriteAsync(line, cancellationToken);
            rows++;
        }

        return table with { Rows = rows, Sha256 = new Digest(hash.GetHashAndReset()) };
    }

    private static Stream Entry(ZipArchive zip, string name)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = NoTime;
        return entry.Open();
    }

    private static async Task<List<BackupLog>> LogsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var logs = new List<BackupLog>();
        await foreach (var row in connection.QueryAsync(
            "SELECT w.origin, h.size, h.root FROM workspace w JOIN log_head h ON h.workspace = w.id ORDER BY w.origin", cancellationToken))
            logs.Add(new BackupLog(row.GetString(0), row.GetInt64(1), new Digest(row.GetFieldValue<byte[]>(2))));
        return [.. logs.OrderBy(log => log.Origin, StringComparer.Ordinal)];
    }
}
