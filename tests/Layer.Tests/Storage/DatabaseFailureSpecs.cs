using System.Net;
using System.Net.Sockets;
using Layer.Operations;
using Layer.Storage;
using Layer.Tests.Cli;
using Layer.Tests.Ledger;
using Microsoft.Data.Sqlite;

namespace Layer.Tests.Storage;

public sealed class DatabaseFailureSpecs(PostgresCluster cluster)
{
    private const string Canary = "canary~Q8vT1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_does_not_answer_is_unreachable_and_its_password_is_not_told()
    {
        using var layer = new LayerProcess();
        layer.Variables["Layer__Database"] = $"postgres://layer:{Canary}@127.0.0.1:{ClosedPort()}/layer";

        var outcome = await layer.RunAsync("connections");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("DATABASE_UNREACHABLE", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("PostgreSQL 127.0.0.1:", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpectedly", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_on_the_server_is_unreachable()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Postgres, cluster);
        var missing = new Npgsql.NpgsqlConnectionStringBuilder(((DatabaseAddress.Postgres)test.Address).ConnectionString) { Database = "nowhere" };

        await RefusedAsync("DATABASE_UNREACHABLE", () => LayerDatabase.OpenAsync(new DatabaseAddress.Postgres(missing.ConnectionString), Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_not_opened_as_one()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Sqlite, cluster);
        await File.WriteAllTextAsync(test.Folder.Database, new string('x', 4096), Cancellation);

        await RefusedAsync("DATABASE_UNREACHABLE", test.OpenAsync);
        Assert.Equal(4096, new FileInfo(test.Folder.Database).Length);
    }

    [Fact]
    public async Task A_writer_that_does_not_end_is_named_after_the_wait()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Sqlite, cluster);
        await using var database = await LayerDatabase.OpenAsync(new DatabaseAddress.Sqlite(test.Folder.Database) { BusySeconds = 1 }, Cancellation);
        await using var other = new SqliteConnection($"Data Source={test.Folder.Database};Pooling=false");
        await other.OpenAsync(Cancellation);
        await using var held = other.BeginTransaction(deferred: false);
        await using var connection = await database.ConnectAsync(Cancellation);

        var refused = await RefusedAsync("DATABASE_LOCKED", () => database.Engine.BeginWriteAsync(connection, Cancellation));

        Assert.Equal(test.Folder.Database, refused.Failure.Facts["database"]);
        Assert.Equal("1", refused.Failure.Facts["seconds"]);
        await held.RollbackAsync(Cancellation);
        await using var free = await database.Engine.BeginWriteAsync(connection, Cancellation);
    }

    [Fact]
    public async Task A_writer_holds_up_the_first_start_no_longer_than_that()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Sqlite, cluster);
        await using var other = new SqliteConnection($"Data Source={test.Folder.Database};Pooling=false");
        await other.OpenAsync(Cancellation);
        await using var held = other.BeginTransaction(deferred: false);

        await RefusedAsync("DATABASE_LOCKED", () => LayerDatabase.OpenAsync(new DatabaseAddress.Sqlite(test.Folder.Database) { BusySeconds = 1 }, Cancellation));
    }

    [Theory]
    [InlineData("connections")]
    [InlineData("sync")]
    public async Task A_data_folder_that_is_a_file_is_neither_written_nor_called_empty(string verb)
    {
        using var layer = new LayerProcess();
        await File.WriteAllTextAsync(layer.DataFolder, "", Cancellation);

        var outcome = await layer.RunAsync(verb == "sync" ? ["sync", "--all"] : [verb]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("DATA_FOLDER_UNWRITABLE", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(layer.DataFolder, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_database_that_cannot_be_written_is_the_data_folder_s_fault()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Sqlite, cluster);
        Directory.CreateDirectory(test.Folder.Database);

        await RefusedAsync("DATA_FOLDER_UNWRITABLE", test.OpenAsync);
    }

    [Fact]
    public async Task A_signature_that_cannot_be_written_leaves_what_was_sealed_and_is_made_up_for()
    {
        await using var world = await LedgerWorld.StartAsync(Engine.Sqlite, cluster);
        await world.SyncAsync();
        var file = Path.Combine(world.Folder.Keys, "checkpoints.log");
        Directory.CreateDirectory(file);
        var leaves = await world.CountAsync("log_leaf");

        await RefusedAsync("DATA_FOLDER_UNWRITABLE", world.SignAsync);
        Assert.Equal((leaves, 0L), (await world.CountAsync("log_leaf"), await world.CountAsync("checkpoint")));

        Directory.Delete(file);
        await world.SignAsync();
        Assert.Equal(1, await world.CountAsync("checkpoint"));
    }

    [Fact]
    public async Task A_first_key_that_cannot_be_written_is_refused()
    {
        await using var test = await TestDatabase.CreateAsync(Engine.Sqlite, cluster);
        Directory.Delete(test.Folder.Keys);
        await File.WriteAllTextAsync(test.Folder.Keys, "", Cancellation);
        using var ring = Layer.Secrets.KeyRing.Open(test.Folder.Keys, TimeProvider.System);
        ring.Check([]);

        await RefusedAsync("DATA_FOLDER_UNWRITABLE", () => Task.FromResult(ring.GetCurrent()));
    }

    [Fact]
    public async Task A_guard_that_was_missing_is_told_loudly_by_the_command_that_finds_it_gone()
    {
        using var layer = new LayerProcess();
        Assert.Equal(1, (await layer.RunAsync("sync", "--all")).ExitCode);
        await DropAsync(layer);

        var outcome = await layer.RunAsync("connections", "-o", "json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("GUARDS_MISSING", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("guard_log_leaf_update", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("GUARDS_MISSING", (await layer.RunAsync("connections")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task A_guard_that_was_missing_is_a_remark_of_verify(Engine engine)
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        var guard = engine == Engine.Sqlite ? "guard_log_leaf_update" : "guard_log_leaf_change";
        await world.ExecuteAsync(engine == Engine.Sqlite ? $"DROP TRIGGER {guard}" : $"DROP TRIGGER {guard} ON log_leaf");

        await using var again = await world.OpenAgainAsync();
        var found = await Layer.Ledger.LogVerification.RunAsync(again, world.Folder, world.Workspace, null, Cancellation);

        Assert.Equal(1, found.Verdict.ExitCode);
        Assert.Contains(found.Verdict.Remarks, remark => remark.Contains(guard, StringComparison.Ordinal));
    }

    private static async Task DropAsync(LayerProcess layer)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(layer.DataFolder, "layer.db")};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await connection.ExecuteAsync("DROP TRIGGER guard_log_leaf_update", Cancellation);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<RefusedException> RefusedAsync(string code, Func<Task> act)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(act);
        Assert.Equal(code, refused.Failure.Code);
        var card = ErrorCatalog.Card(refused.Failure, connecting: false);
        Assert.DoesNotContain('<', string.Join(' ', [card.Why, .. card.DoThis, .. card.Commands]));
        return refused;
    }
}
