using Layer.Storage;
using Microsoft.Data.Sqlite;

namespace Layer.Tests.Storage;

public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>A database of its own for one test, and a data folder beside it; both are gone afterwards.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresCluster _cluster;

    private TestDatabase(Engine engine, string folder, DatabaseAddress address, PostgresCluster cluster)
    {
        Engine = engine;
        _folder = folder;
        _cluster = cluster;
        Address = address;
        Folder = new DataFolder(folder);
        Folder.Create();
    }

    public Engine Engine { get; }

    public DatabaseAddress Address { get; }

    public DataFolder Folder { get; }

    public static async Task<TestDatabase> CreateAsync(Engine engine, PostgresCluster cluster)
    {
        if (engine == Engine.Postgres && !PostgresCluster.IsInstalled)
            SkipOrFail("PostgreSQL 15 is not installed: what must hold on both databases was not tried on it.");
        var folder = Directory.CreateTempSubdirectory("layer-db-").FullName;
        var address = engine == Engine.Sqlite
            ? new DatabaseAddress.Sqlite(Path.Combine(folder, "layer.db"))
            : DatabaseAddress.Parse(await cluster.CreateDatabaseAsync());
        return new TestDatabase(engine, folder, address, cluster);
    }

    private static void SkipOrFail(string missing)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Assert.Fail(missing);
        Assert.Skip(missing);
    }

    public Task<LayerDatabase> OpenAsync() => LayerDatabase.OpenAsync(Address, TestContext.Current.CancellationToken);

    /// <summary>Copies the database, without the folder beside it. Nobody may have it open, now or when the copy is put back.</summary>
    /// <returns>Puts the copy in the place of the database.</returns>
    public async Task<Func<Task>> BackUpAsync()
    {
        if (Address is DatabaseAddress.Postgres postgres)
            return await _cluster.BackUpAsync(postgres.ConnectionString);
        var file = ((DatabaseAddress.Sqlite)Address).File;
        var copy = Path.Combine(_folder, $"backup-{Guid.NewGuid():n}.db");
        RefuseOpen();
        File.Copy(file, copy);
        return () =>
        {
            RefuseOpen();
            File.Copy(copy, file, overwrite: true);
            return Task.CompletedTask;
        };

        // The last connection that closes writes SQLite's own log back into the file.
        void RefuseOpen() => Assert.False(File.Exists(file + "-wal"), "Somebody has the database open.");
    }

    public ValueTask DisposeAsync()
    {
        if (Address is DatabaseAddress.Sqlite sqlite)
            SqliteConnection.ClearPool(new SqliteConnection($"Data Source={sqlite.File}"));
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
