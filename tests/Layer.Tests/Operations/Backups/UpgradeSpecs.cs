using Layer.Cli;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Storage;
using Layer.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Operations.Backups;

public sealed class UpgradeOnSqliteSpecs(PostgresCluster cluster) : UpgradeSpecs(Engine.Sqlite, cluster);

public sealed class UpgradeOnPostgresSpecs(PostgresCluster cluster) : UpgradeSpecs(Engine.Postgres, cluster);

public abstract class UpgradeSpecs(Engine engine, PostgresCluster cluster)
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A database as the first version left it, with somebody's name in it.</summary>
    private async Task<TestDatabase> CreateOldAsync()
    {
        var old = await TestDatabase.CreateAsync(engine, cluster);
        await using var storage = StorageEngine.Of(old.Address);
        await using var connection = await storage.OpenAsync(Cancellation);
        if (engine == Engine.Sqlite)
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", Cancellation);
        await new Schema(storage).MigrateAsync(connection, 0, 1, Cancellation);
        await storage.InsertAsync(connection, "principal_name", ["workspace", "tenant_id", "principal_id", "state", "name", "first_looked_up_at", "last_looked_up_at"],
            [[storage.Id(Guid.NewGuid()), storage.Id(Guid.NewGuid()), "ada", "resolved", "Ada Lovelace", 1L, 2L]], Cancellation);
        return old;
    }

    private Task<LayerDatabase> OpenAsync(TestDatabase test) =>
        LayerDatabase.OpenAsync(test.Address, new MigrationBackup(test.Folder, test.Address, _clock).MakeAsync, Cancellation);

    private string[] Copies(TestDatabase test) => engine == Engine.Sqlite
        ? Directory.GetFiles(test.Folder.Path, "layer.db.before-*")
        : Directory.Exists(Path.Combine(test.Folder.Path, "backups")) ? Directory.GetFiles(Path.Combine(test.Folder.Path, "backups")) : [];

    [Fact]
    public async Task Before_it_is_migrated_a_database_is_copied_as_it_was()
    {
        await using var test = await CreateOldAsync();

        await using (var database = await OpenAsync(test))
        {
            Assert.Equal(Assert.Single(Copies(test)), database.BackedUpTo);
            await AssertOldAsync(test, database.BackedUpTo!);
        }

        await using var again = await OpenAsync(test);
        Assert.Null(again.BackedUpTo);
        Assert.Single(Copies(test));
    }

    [Fact]
    public async Task A_new_database_has_nothing_to_be_copied()
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await OpenAsync(test);

        Assert.Null(database.BackedUpTo);
        Assert.Empty(Copies(test));
    }

    [Fact]
    public async Task Of_four_nodes_one_copies_and_migrates_and_the_others_wait()
    {
        await using var test = await CreateOldAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenAsync(test))));

        Assert.Equal([Assert.Single(Copies(test))], opened.Select(database => database.BackedUpTo).OfType<string>());
        foreach (var database in opened)
            await database.DisposeAsync();
        await AssertOldAsync(test, Copies(test)[0]);
    }

    [Fact]
    public async Task Without_a_copy_nothing_is_migrated()
    {
        await using var test = await CreateOldAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => LayerDatabase.OpenAsync(test.Address, _ => throw new RefusedException("FILE_UNWRITABLE"), Cancellation));

        Assert.Equal("FILE_UNWRITABLE", refused.Failure.Code);
        await using var storage = StorageEngine.Of(test.Address);
        await using var connection = await storage.OpenAsync(Cancellation);
        Assert.Equal(1, await new Schema(storage).ReadAsync(connection, Cancellation));
    }

    [Fact]
    public async Task The_check_says_what_would_be_done_and_does_nothing()
    {
        await using var test = await CreateOldAsync();

        var (code, told, _) = await CheckAsync(test);

        Assert.Equal(0, code);
        await using var storage = StorageEngine.Of(test.Address);
        var newest = new Schema(storage).Newest;
        Assert.Contains($"1; this version works with {newest}", told, StringComparison.Ordinal);
        Assert.Contains("KeyRetirement, VisibleSubscriptions", told, StringComparison.Ordinal);
        Assert.Contains("none was made", told, StringComparison.Ordinal);
        Assert.Contains($"Safe to start: {newest - 1} migrations run", told, StringComparison.Ordinal);
        Assert.Empty(Copies(test));
        await using var connection = await storage.OpenAsync(Cancellation);
        Assert.Equal(1, await new Schema(storage).ReadAsync(connection, Cancellation));
    }

    [Fact]
    public async Task When_all_is_done_the_check_says_so_and_of_a_newer_database_that_it_is_one()
    {
        await using var test = await CreateOldAsync();
        await using (var database = await OpenAsync(test))
        {
            Assert.Contains("Nothing has to be done", (await CheckAsync(test)).Output, StringComparison.Ordinal);
            await using var connection = await database.ConnectAsync(Cancellation);
            await connection.ExecuteAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29991231000000_Later', '99.0')", Cancellation);
        }

        var (code, _, error) = await CheckAsync(test);

        Assert.Equal(1, code);
        Assert.Contains("DATABASE_NEWER", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> CheckAsync(TestDatabase test)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var variables = new Dictionary<string, string>
        {
            ["LAYER_DATA"] = test.Folder.Path, ["Layer__Database"] = test.Address is DatabaseAddress.Postgres postgres ? postgres.ConnectionString : "",
        };
        var code = await new LayerApp(new Terminal { In = TextReader.Null, Out = output, Error = error, Environment = variables }, _clock).RunAsync(["upgrade", "check"], Cancellation);
        return (code, output.ToString(), error.ToString());
    }

    // What an older version does with it: opens the file, or restores the backup.
    private async Task AssertOldAsync(TestDatabase test, string copy)
    {
        DatabaseAddress address = new DatabaseAddress.Sqlite(copy);
        if (engine == Engine.Postgres)
        {
            using var backup = BackupFile.Open(copy);
            Assert.Equal(1, backup.Manifest.Schema);
            address = new DatabaseAddress.Sqlite(Path.Combine(test.Folder.Path, "restored.db"));
            await new BackupRestore(backup, _clock).RunAsync(address, keys: null, Cancellation);
        }

        await using var storage = StorageEngine.Of(address);
        await using var connection = await storage.OpenAsync(Cancellation);
        Assert.Equal("Ada Lovelace", await connection.ScalarAsync("SELECT name FROM principal_name", Cancellation));
        if (engine != Engine.Sqlite)
            return;
        Assert.Equal(1, await new Schema(storage).ReadAsync(connection, Cancellation));
        Assert.Equal("wal", await connection.ScalarAsync("PRAGMA journal_mode", Cancellation));
    }
}
