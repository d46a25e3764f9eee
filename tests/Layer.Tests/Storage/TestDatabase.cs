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

    private TestDatabase(Engine engine, string folder, DatabaseAddress address)
    {
        Engine = engine;
        _folder = folder;
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
        return new TestDatabase(engine, folder, address);
    }

    private static void SkipOrFail(string missing)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Assert.Fail(missing);
        Assert.Skip(missing);
    }

    public Task<LayerDatabase> OpenAsync() => LayerDatabase.OpenAsync(Address, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        if (Address is DatabaseAddress.Sqlite sqlite)
            SqliteConnection.ClearPool(new SqliteConnection($"Data Source={sqlite.File}"));
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
