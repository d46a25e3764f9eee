using System.IO.Compression;
using Layer.Ledger;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Storage;
using Layer.Tests.Audits;
using Layer.Tests.Storage;

namespace Layer.Tests.Operations.Backups;

public sealed class BackupOfSqliteSpecs(PostgresCluster cluster) : BackupSpecs(Engine.Sqlite, cluster);

public sealed class BackupOfPostgresSpecs(PostgresCluster cluster) : BackupSpecs(Engine.Postgres, cluster);

/// <summary>Each is made on one engine and restored on the other.</summary>
public abstract class BackupSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<BackupWorld> StartAsync() => BackupWorld.StartAsync(engine, cluster);

    [Fact]
    public async Task Restored_on_the_other_engine_every_row_is_the_same_the_log_verifies_and_an_old_bundle_still_does()
    {
        await using var world = await StartAsync();
        var bundle = await world.Audit.BuildAsync(AuditWorld.Window(0, 3));
        var before = await world.SumsAsync(world.Ledger.Database);
        var backup = await world.BackUpAsync();

        var logs = await world.RestoreAsync(backup.File);

        await using var restored = await world.Target.OpenAsync();
        Assert.Equal(before, await world.SumsAsync(restored));
        Assert.Contains(before, table => table is { Table: "person_passkey", Rows: 1 });
        Assert.Contains(before, table => table is { Table: "log_leaf", Rows: > 10 });
        var found = await LogVerification.RunAsync(restored, world.Ledger.Folder, world.Ledger.Workspace, bundle.Made.Keys[0], Cancellation);
        Assert.Null(found.Verdict.Problem);
        Assert.Equal((found.Leaves, found.Records), (Assert.Single(logs).Found.Leaves, logs[0].Found.Records));
        Assert.Null(bundle.Verify().Verdict.Problem);
    }

    [Fact]
    public async Task The_restored_log_goes_on_and_extends_what_was_signed_before()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        await world.RestoreAsync(backup.File);
        await using var restored = await world.Target.OpenAsync();
        var ledger = new EvidenceLedger(restored, world.Ledger.Folder, world.Ledger.Seal, world.Ledger.Clock);

        await ledger.CommitAsync(world.Ledger.Attempt(), world.Ledger.Azure.At(world.Ledger.Clock.GetUtcNow()), Cancellation);
        var signed = await ledger.SignCheckpointAsync(world.Ledger.Workspace.Id, Cancellation);

        Assert.True(signed.Checkpoint.Size > backup.Manifest.Logs[0].Size);
        var found = await LogVerification.RunAsync(restored, world.Ledger.Folder, world.Ledger.Workspace, pinned: null, Cancellation);
        Assert.Null(found.Verdict.Problem);
        // The one it was made of does not hold what was signed since: it must not go on as if nothing had happened.
        Assert.Equal("LOG_ROLLED_BACK", (await Assert.ThrowsAsync<RefusedException>(() => world.Ledger.SyncAsync())).Failure.Code);
    }

    [Fact]
    public async Task It_is_of_one_moment_whatever_is_written_meanwhile()
    {
        await using var world = await StartAsync();
        var storage = world.Ledger.Database.Engine;
        await using var connection = await storage.OpenAsync(Cancellation);
        await using var snapshot = await storage.BeginReadAsync(connection, Cancellation);
        var size = Convert.ToInt64(await connection.ScalarAsync("SELECT size FROM log_head", Cancellation));
        await world.Ledger.SyncAsync();

        var backup = await world.Store.CreateAsync(storage, connection, world.NewPath(), Cancellation);

        Assert.Equal(size, backup.Manifest.Logs[0].Size);
        Assert.Equal(size, Assert.Single(await world.RehearseAsync(backup.File)).Found.Leaves);
    }

    [Fact]
    public async Task A_row_that_was_altered_or_cut_shows_in_the_sums()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();

        foreach (var altered in new[]
        {
            world.Alter(backup.File, "tables/connection.jsonl", text => text.Replace("prod", "brod", StringComparison.Ordinal)),
            world.Alter(backup.File, "tables/log_leaf.jsonl", text => text[..(text.TrimEnd('\n').LastIndexOf('\n') + 1)]),
            world.Alter(backup.File, "tables/log_leaf.jsonl", text => text.TrimEnd('\n')),
        })
        {
            Assert.Equal("BACKUP_DAMAGED", (await Assert.ThrowsAsync<RefusedException>(() => world.RehearseAsync(altered))).Failure.Code);
            Assert.Equal("BACKUP_DAMAGED", (await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(altered))).Failure.Code);
        }

        await AssertEmptyAsync(world);
    }

    [Fact]
    public async Task Whoever_puts_the_sums_right_as_well_meets_the_log()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var altered = world.Alter(
            backup.File, "tables/log_leaf.jsonl", text => text.Replace("\"sync\"", "\"audit\"", StringComparison.Ordinal), withSum: true);

        Assert.Equal("BACKUP_NOT_PROVEN", (await Assert.ThrowsAsync<RefusedException>(() => world.RehearseAsync(altered))).Failure.Code);
        Assert.Equal("BACKUP_NOT_PROVEN", (await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(altered))).Failure.Code);

        await AssertEmptyAsync(world);
    }

    [Fact]
    public async Task A_log_that_was_cut_together_with_its_sums_does_not_verify()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var cut = world.Alter(backup.File, "tables/log_leaf.jsonl", text => text[..(text.TrimEnd('\n').LastIndexOf('\n') + 1)], withSum: true);
        var manifest = world.Alter(cut, "manifest.json", text => text.Replace(
            $"\"rows\": {backup.Manifest.Tables.First(table => table.Name == "log_leaf").Rows},", $"\"rows\": {backup.Manifest.Tables.First(table => table.Name == "log_leaf").Rows - 1},", StringComparison.Ordinal));

        Assert.Equal("BACKUP_NOT_PROVEN", (await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(manifest))).Failure.Code);

        await AssertEmptyAsync(world);
    }

    [Fact]
    public async Task Only_an_empty_database_is_restored_into()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var before = await world.SumsAsync(world.Ledger.Database);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(backup.File, world.Ledger.Address));

        Assert.Equal("DATABASE_NOT_EMPTY", refused.Failure.Code);
        Assert.Contains("log_leaf", refused.Failure.Facts["tables"], StringComparison.Ordinal);
        Assert.Equal(before, await world.SumsAsync(world.Ledger.Database));
        // Tables without rows are as good as none.
        await using (await world.Target.OpenAsync())
        {
        }

        Assert.Single(await world.RestoreAsync(backup.File));
    }

    [Fact]
    public async Task Without_its_key_it_is_refused_and_the_key_is_named()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var key = Assert.Single(backup.Manifest.Keys);
        var (none, other) = (Path.Combine(world.Target.Folder.Path, "none"), Path.Combine(world.Target.Folder.Path, "other"));
        using (var ring = Layer.Secrets.KeyRing.Open(other, world.Ledger.Clock))
            ring.Add();

        foreach (var keys in new[] { none, other })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(backup.File, keys: keys));
            Assert.Equal(("BACKUP_KEY_MISSING", key.ToString()), (refused.Failure.Code, refused.Failure.Facts["keys"]));
        }

        // Another key under its name is told from it, too.
        var impostor = Path.Combine(world.Target.Folder.Path, "impostor");
        Directory.CreateDirectory(impostor);
        await File.WriteAllTextAsync(Path.Combine(impostor, $"kek-{key}.key"), Layer.Secrets.KeyEncryptionKey.Create(key).ToFileText(), Cancellation);
        Assert.Equal("BACKUP_KEY_MISSING", (await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(backup.File, keys: impostor))).Failure.Code);
        await AssertEmptyAsync(world);
    }

    [Fact]
    public async Task The_keys_are_not_in_it()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var keys = Directory.GetFiles(world.Ledger.Folder.Keys, "*.key").Select(file => File.ReadAllText(file).Split(' ')[2]).ToArray();
        Assert.NotEmpty(keys);

        using var zip = ZipFile.OpenRead(backup.File);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            var text = await reader.ReadToEndAsync(Cancellation);
            Assert.All(keys, key => Assert.DoesNotContain(key, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task One_of_an_older_schema_is_restored_and_migrated()
    {
        await using var world = await StartAsync();
        await using var old = await TestDatabase.CreateAsync(engine, cluster);
        var path = world.NewPath();
        await using (var storage = StorageEngine.Of(old.Address))
        {
            var schema = new Schema(storage);
            await using var connection = await storage.OpenAsync(Cancellation);
            await schema.MigrateAsync(connection, 0, 1, Cancellation);
            await storage.InsertAsync(connection, "principal_name", ["workspace", "tenant_id", "principal_id", "state", "name", "first_looked_up_at", "last_looked_up_at"],
                [[storage.Id(world.Ledger.Workspace.Id), storage.Id(Guid.NewGuid()), "ada", "resolved", "Ada Lovelace", 1L, 2L]], Cancellation);
            Assert.Equal(1, (await world.Store.CreateAsync(storage, path, Cancellation)).Manifest.Schema);
        }

        await world.RestoreAsync(path);

        await using var restored = await world.Target.OpenAsync();
        await using var read = await restored.ConnectAsync(Cancellation);
        Assert.Equal("Ada Lovelace", await read.ScalarAsync("SELECT name FROM principal_name", Cancellation));
        Assert.Equal(new Schema(restored.Engine).Newest, await new Schema(restored.Engine).ReadAsync(read, Cancellation));
        Assert.Empty(restored.RestoredGuards);
    }

    [Fact]
    public async Task One_of_a_newer_schema_is_refused()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        var newer = world.Alter(backup.File, "manifest.json", text => text.Replace($"\"schema\": {backup.Manifest.Schema}", "\"schema\": 999", StringComparison.Ordinal));

        Assert.Equal("BACKUP_NEWER", (await Assert.ThrowsAsync<RefusedException>(() => world.RestoreAsync(newer))).Failure.Code);
    }

    [Fact]
    public async Task A_file_that_is_none_is_called_none()
    {
        await using var world = await StartAsync();
        var bundle = await world.Audit.BuildAsync(AuditWorld.Window(0, 3));
        var file = world.NewPath();
        await File.WriteAllBytesAsync(file, bundle.Bytes, Cancellation);

        Assert.Equal("BACKUP_UNREADABLE", Assert.Throws<RefusedException>(() => BackupFile.Open(file)).Failure.Code);
        await File.WriteAllTextAsync(file, "no zip", Cancellation);
        Assert.Equal("BACKUP_UNREADABLE", Assert.Throws<RefusedException>(() => BackupFile.Open(file)).Failure.Code);
    }

    [Fact]
    public async Task Moved_the_log_is_the_same_and_the_old_database_is_untouched()
    {
        await using var world = await StartAsync();
        var before = await world.SumsAsync(world.Ledger.Database);
        await world.Ledger.Database.DisposeAsync();

        var (backup, logs) = await new DatabaseMove(world.Ledger.Folder, world.Ledger.Clock).RunAsync(world.Ledger.Address, world.Target.Address, Cancellation);

        await using var moved = await world.Target.OpenAsync();
        Assert.Equal(before, await world.SumsAsync(moved));
        Assert.Single(logs);
        Assert.Null((await LogVerification.RunAsync(moved, world.Ledger.Folder, world.Ledger.Workspace, pinned: null, Cancellation)).Verdict.Problem);
        Assert.Equal(Path.Combine(world.Ledger.Folder.Path, "backups"), Path.GetDirectoryName(backup.File));
        await using var old = await world.Ledger.OpenAgainAsync();
        Assert.Equal(before, await world.SumsAsync(old));
    }

    [Fact]
    public async Task What_somebody_works_with_is_not_moved()
    {
        await using var world = await StartAsync();
        await using var connection = await world.Ledger.Database.ConnectAsync(Cancellation);
        await using var writing = engine == Engine.Postgres ? await world.Ledger.Database.Engine.BeginWriteAsync(connection, Cancellation) : null;
        // On SQLite it is enough that somebody has the file open: 'layer serve' will write some time.
        await connection.ExecuteAsync(engine == Engine.Postgres ? "UPDATE workspace SET name = 'main'" : "SELECT 1 FROM workspace", Cancellation);

        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => new DatabaseMove(world.Ledger.Folder, world.Ledger.Clock).RunAsync(world.Ledger.Address, world.Target.Address, Cancellation));

        Assert.Equal("DATABASE_IN_USE", refused.Failure.Code);
        await AssertEmptyAsync(world);
    }

    [Fact]
    public async Task What_is_thrown_last_leaves_the_database_empty()
    {
        await using var world = await StartAsync();
        var backup = await world.BackUpAsync();
        using var file = BackupFile.Open(backup.File);
        var restore = new BackupRestore(file, world.Ledger.Clock) { BeforeCommit = () => throw new RefusedException("DATABASE_IN_USE") };

        await Assert.ThrowsAsync<RefusedException>(() => restore.RunAsync(world.Target.Address, world.Ledger.Folder.Keys, Cancellation));

        await AssertEmptyAsync(world);
    }

    private static async Task AssertEmptyAsync(BackupWorld world)
    {
        if (world.Target.Address is DatabaseAddress.Sqlite sqlite)
        {
            Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(sqlite.File)!, "layer.db*"));
            return;
        }

        await using var storage = StorageEngine.Of(world.Target.Address);
        await using var connection = await storage.OpenAsync(Cancellation);
        Assert.Equal(0, await new Schema(storage).ReadAsync(connection, Cancellation));
        Assert.False(await storage.HasTableAsync(connection, "workspace", Cancellation));
    }
}
