using System.Data.Common;
using System.Security.Cryptography;
using Layer.Evidence;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Operations.Backups;

/// <summary>Puts a backup into an empty database of either engine, and takes nothing of it on trust: all or nothing is committed.</summary>
/// <remarks>
/// In this order: sums of the file; its key; an empty database; rows stored and read back, so that both engines hold the same; migrations; guards; every seal
/// opened as far as its data key; every log verified from its first leaf; the commit.
/// </remarks>
internal sealed class BackupRestore(BackupFile file, TimeProvider clock)
{
    /// <summary>Asked last, before the commit; what it throws keeps the database empty.</summary>
    public Func<Task>? BeforeCommit { get; init; }

    private readonly List<RestoredLog> _logs = [];

    private BackupManifest Manifest => file.Manifest;

    /// <summary>Restores.</summary>
    /// <param name="address">An empty database; a file of SQLite is made.</param>
    /// <param name="keys">The folder of the keys that must open what is sealed; null: nobody has to.</param>
    /// <param name="cancellationToken">Stops it; nothing was changed.</param>
    /// <exception cref="RefusedException">BACKUP_DAMAGED, BACKUP_NEWER, BACKUP_KEY_MISSING, BACKUP_NOT_PROVEN, DATABASE_NOT_EMPTY: nothing was changed.</exception>
    public async Task<IReadOnlyList<RestoredLog>> RunAsync(DatabaseAddress address, string? keys, CancellationToken cancellationToken)
    {
        file.CheckSums();
        if (keys is not null)
            CheckKeys(keys, []);
        await using var engine = StorageEngine.Of(address);
        var schema = new Schema(engine);
        if (Manifest.Schema > schema.Newest)
            throw new RefusedException("BACKUP_NEWER", ("file", file.Path), ("version", Manifest.Version), ("schema", $"{Manifest.Schema}"), ("newest", $"{schema.Newest}"));
        var tables = FitTables(schema);
        await using var database = await LayerDatabase.FillAsync(
            address, Manifest.Schema, (filling, connection) => FillAsync(filling.Engine, connection, tables, cancellationToken),
            async (filled, connection) =>
            {
                if (keys is not null)
                    CheckKeys(keys, await SealedColumn.ReadAllAsync(filled.Engine, connection, cancellationToken));
                await VerifyAsync(filled, connection, cancellationToken);
                await (BeforeCommit?.Invoke() ?? Task.CompletedTask);
            }, cancellationToken);
        return _logs;
    }

    /// <summary>Restores into a file that is thrown away: what holds there holds anywhere.</summary>
    /// <exception cref="RefusedException">BACKUP_DAMAGED, BACKUP_NEWER, BACKUP_NOT_PROVEN.</exception>
    public async Task<IReadOnlyList<RestoredLog>> RehearseAsync(CancellationToken cancellationToken)
    {
        // Made for this user alone.
        var folder = Directory.CreateTempSubdirectory("layer-verify-");
        try
        {
            return await RunAsync(new DatabaseAddress.Sqlite(Path.Combine(folder.FullName, "layer.db")), keys: null, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private List<TableShape> FitTables(Schema schema)
    {
        if (Manifest.Schema < 1 || schema.NameOf(Manifest.Schema) != Manifest.SchemaName)
            throw file.Damaged($"there is no schema {Manifest.Schema} of the name it says");
        var shapes = schema.Tables(Manifest.Schema).ToDictionary(shape => shape.Name, StringComparer.Ordinal);
        if (Manifest.Tables.Count != shapes.Count || Manifest.Tables.DistinctBy(table => table.Name).Count() != shapes.Count)
            throw file.Damaged("its tables are not those of its schema");
        return [.. Manifest.Tables.Select(table =>
            shapes.TryGetValue(table.Name, out var shape) && table.Fits(shape) ? shape : throw file.Damaged($"{table.File} has other columns than its schema"))];
    }

    private async Task FillAsync(StorageEngine engine, DbConnection connection, IReadOnlyList<TableShape> tables, CancellationToken cancellationToken)
    {
        foreach (var (table, shape) in Manifest.Tables.Zip(tables))
        {
            var rows = new TableRows(engine, shape);
            try
            {
                await rows.InsertAsync(connection, file.Lines(table), cancellationToken);
            }
            catch (FormatException wrong)
            {
                throw new RefusedException(file.Damaged(wrong.Message.TrimEnd('.')).Failure, wrong);
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await foreach (var line in rows.ReadAsync(connection, cancellationToken))
                hash.AppendData(line.Span);
            if (new Digest(hash.GetHashAndReset()) != table.Sha256)
                throw file.Damaged($"{table.File} reads otherwise from the database than from the file");
        }
    }

    private void CheckKeys(string folder, IReadOnlyCollection<byte[]> sealedValues)
    {
        using var ring = OpenRing(folder);
        try
        {
            foreach (var key in Manifest.Keys)
                ring.Get(key);
            ring.Check(sealedValues);
        }
        catch (RefusedException refused) when (refused.Failure.Code is "KEYRING_LOST" or "KEYRING_WRONG")
        {
            throw KeyMissing(folder, refused);
        }
    }

    private KeyRing OpenRing(string folder)
    {
        try
        {
            return KeyRing.Open(folder, clock);
        }
        catch (RefusedException unreadable)
        {
            throw KeyMissing(folder, unreadable);
        }
    }

    private RefusedException KeyMissing(string folder, RefusedException refused)
    {
        var reason = refused.Failure.Code == "KEYRING_LOST" ? "there is no key" : $"{refused.Failure.Facts.GetValueOrDefault("keyId", "one")} is missing, damaged or another one under its name";
        return new RefusedException(new("BACKUP_KEY_MISSING", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["file"] = file.Path, ["keys"] = string.Join(", ", Manifest.Keys), ["folder"] = folder, ["reason"] = reason,
        }), refused);
    }

    private async Task VerifyAsync(LayerDatabase database, DbConnection connection, CancellationToken cancellationToken)
    {
        var workspaces = new List<Workspace>();
        await foreach (var row in connection.QueryAsync("SELECT id, name, origin, sample, created_at FROM workspace ORDER BY origin", cancellationToken))
        {
            workspaces.Add(new Workspace
            {
                Id = database.Engine.ReadId(row, 0), Name = row.GetString(1), Origin = row.GetString(2), Sample = row.GetBoolean(3),
                CreatedAt = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
            });
        }

        // checkpoints.log of this machine says nothing about the backup: whether it is the newest there was is told after the commit.
        var nowhere = new DataFolder(Path.Combine(Path.GetTempPath(), $"layer-none-{Guid.CreateVersion7(clock.GetUtcNow()):n}"));
        foreach (var workspace in workspaces)
        {
            var found = await LogVerification.RunAsync(database, connection, nowhere, workspace, cancellationToken);
            if (found.Verdict.Problem is { } problem)
                throw new RefusedException("BACKUP_NOT_PROVEN", ("file", file.Path), ("log", workspace.Origin), ("reason", $"{problem}".TrimEnd('.')));
            if (!Manifest.Logs.Any(log => log.Origin == workspace.Origin && log.Size == found.Leaves))
                throw file.Damaged($"its manifest tells another size of the log {workspace.Origin} than its {found.Leaves} entries");
            _logs.Add(new RestoredLog(workspace.Name, workspace.Origin, found));
        }

        if (_logs.Count != Manifest.Logs.Count)
            throw file.Damaged("its manifest names other logs than it holds");
    }
}

/// <summary>A log of a backup, verified.</summary>
internal sealed record RestoredLog(string Workspace, string Origin, LogVerdict Found);
