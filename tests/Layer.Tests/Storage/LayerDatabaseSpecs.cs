using System.Data.Common;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Layer.Tests.Storage;

public sealed class LayerDatabaseOnSqliteSpecs(PostgresCluster cluster) : LayerDatabaseSpecs(Engine.Sqlite, cluster);

public sealed class LayerDatabaseOnPostgresSpecs(PostgresCluster cluster) : LayerDatabaseSpecs(Engine.Postgres, cluster);

public abstract class LayerDatabaseSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<TestDatabase> CreateAsync() => TestDatabase.CreateAsync(engine, cluster);

    [Fact]
    public async Task Opening_makes_the_schema_and_opening_again_changes_nothing()
    {
        await using var test = await CreateAsync();
        await using (var first = await test.OpenAsync())
        {
            Assert.Empty(first.RestoredGuards);
        }

        await using var second = await test.OpenAsync();

        Assert.Empty(second.RestoredGuards);
        await using var context = second.CreateContext();
        Assert.False(await context.Workspaces.AnyAsync(Cancellation));
    }

    [Fact]
    public async Task The_migrations_hold_the_whole_model()
    {
        await using var test = await CreateAsync();
        await using var database = await test.OpenAsync();
        await using var context = database.CreateContext();

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Four_processes_may_open_a_new_database_at_once()
    {
        await using var test = await CreateAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(test.OpenAsync)));

        foreach (var database in opened)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task A_schema_that_a_newer_Layer_has_migrated_is_refused()
    {
        await using var test = await CreateAsync();
        await using (var database = await test.OpenAsync())
        {
            await using var connection = await database.ConnectAsync(Cancellation);
            await connection.ExecuteAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29991231000000_Later', '99.0')", Cancellation);
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(test.OpenAsync);

        Assert.Equal("DATABASE_NEWER", refused.Failure.Code);
    }

    [Fact]
    public async Task Both_engines_have_the_same_versions_with_the_same_tables()
    {
        await using var sqlite = StorageEngine.Of(new DatabaseAddress.Sqlite("/nonexistent/layer.db"));
        await using var postgres = StorageEngine.Of(DatabaseAddress.Parse("postgres://nobody@127.0.0.1:1/nothing"));
        var (one, other) = (new Schema(sqlite), new Schema(postgres));

        Assert.Equal(one.Newest, other.Newest);
        for (var version = 1; version <= one.Newest; version++)
        {
            Assert.Equal(one.NameOf(version), other.NameOf(version));
            Assert.Equal(one.Tables(version).Select(Neutral), other.Tables(version).Select(Neutral));
        }

        static string Neutral(TableShape table) => $"{table.Name} {string.Join(' ', table.Columns.Select(column => $"{column.Name}:{column.Kind}"))} {string.Join(' ', table.Key)}";
    }

    [Fact]
    public async Task A_database_of_the_first_version_is_migrated_with_its_rows_and_all_guards()
    {
        await using var test = await CreateAsync();
        await using (var storage = StorageEngine.Of(test.Address))
        {
            await using var context = storage.CreateContext();
            var script = context.GetService<IMigrator>().GenerateScript(Migration.InitialDatabase, "Initial", MigrationsSqlGenerationOptions.NoTransactions);
            await using var connection = await storage.OpenAsync(Cancellation);
            await connection.ExecuteAsync(script, Cancellation);
            await connection.ExecuteAsync(
                $"INSERT INTO signing_key (id, workspace, verifier, public_key, private_key, created_at) VALUES ({Id(storage)}, {Id(storage)}, 'a', {Bytes}, {Bytes}, 1)", Cancellation);
        }

        await using var database = await test.OpenAsync();

        Assert.Empty(database.RestoredGuards);
        await using var migrated = database.CreateContext();
        Assert.Null((await migrated.SigningKeys.SingleAsync(Cancellation)).RetiredAt);
        await using var again = await database.ConnectAsync(Cancellation);
        var standing = await database.Engine.ReadGuardsAsync(again, Cancellation);
        Assert.All(database.Engine.Guards, guard => Assert.Equal(guard.Definition, standing[guard.Name]));
    }

    [Fact]
    public async Task Ids_and_times_read_the_same_through_EF_and_through_SQL()
    {
        await using var test = await CreateAsync();
        await using var database = await test.OpenAsync();
        var workspace = new Workspace
        {
            Id = Guid.Parse("0193AAAA-BBBB-7CCC-8DDD-EEEEFFFF0001"), Name = "main", Origin = "layer/test", Sample = false,
            CreatedAt = new DateTimeOffset(2026, 11, 23, 8, 0, 0, 123, TimeSpan.FromHours(2)),
        };
        await using (var context = database.CreateContext())
        {
            context.Workspaces.Add(workspace);
            await context.SaveChangesAsync(Cancellation);
        }

        await using var connection = await database.ConnectAsync(Cancellation);
        var rows = connection.QueryAsync("SELECT id, created_at FROM workspace WHERE id = @id", Cancellation, ("@id", database.Engine.Id(workspace.Id)));
        var found = new List<(Guid, long)>();
        await foreach (var row in rows)
            found.Add((database.Engine.ReadId(row, 0), row.GetInt64(1)));

        Assert.Equal([(workspace.Id, workspace.CreatedAt.UtcTicks)], found);
        await using var again = database.CreateContext();
        Assert.Equal(workspace.CreatedAt, (await again.Workspaces.SingleAsync(w => w.Id == workspace.Id, Cancellation)).CreatedAt);
    }

    [Fact]
    public async Task What_was_sealed_cannot_be_updated_deleted_replaced_or_truncated()
    {
        await using var test = await CreateAsync();
        await using var database = await test.OpenAsync();
        await using var connection = await database.ConnectAsync(Cancellation);
        var id = Id(database.Engine);
        await connection.ExecuteAsync($"INSERT INTO workspace (id, name, origin, sample, created_at) VALUES ({id}, 'main', 'layer/x', {(engine == Engine.Sqlite ? "0" : "false")}, 1)", Cancellation);
        await connection.ExecuteAsync(
            $"INSERT INTO credential (id, workspace, name, kind, cloud, tenant_id, client_id, created_at) VALUES ({id}, {id}, 'a', 'b', 'public', {id}, {id}, 1)",
            Cancellation);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO connection (id, workspace, name, subscription_id, tenant_id, cloud, credential, state, since, fence, next_seq, created_at)
            VALUES ({id}, {id}, 'a', {id}, {id}, 'public', {id}, 'connected', 1, 0, 1, 1)
            """,
            Cancellation);
        foreach (var (table, columns, values) in Rows(database.Engine))
            await connection.ExecuteAsync($"INSERT INTO \"{table}\" ({columns}) VALUES ({values})", Cancellation);
        Assert.Equal(GuardedTable.All.Select(table => table.Name).Order(), Rows(database.Engine).Select(row => row.Table).Order());

        foreach (var (table, columns, values) in Rows(database.Engine))
        {
            var column = columns.Split(", ")[0];
            await RefusedAsync(connection, $"UPDATE \"{table}\" SET {column} = {column}", table);
            await RefusedAsync(connection, $"DELETE FROM \"{table}\"", table);
            if (engine == Engine.Postgres)
            {
                await RefusedAsync(connection, $"TRUNCATE \"{table}\"", table);
            }
            else
            {
                await RefusedAsync(connection, $"REPLACE INTO \"{table}\" ({columns}) VALUES ({values})", table);
                await connection.ExecuteAsync("PRAGMA recursive_triggers = OFF", Cancellation);
                await RefusedAsync(connection, $"REPLACE INTO \"{table}\" ({columns}) VALUES ({values})", table);
                await connection.ExecuteAsync("PRAGMA recursive_triggers = ON", Cancellation);
            }

            Assert.Equal(1L, Convert.ToInt64(await connection.ScalarAsync($"SELECT COUNT(*) FROM \"{table}\"", Cancellation)));
        }
    }

    [Fact]
    public async Task An_open_interval_is_closed_once_and_by_nothing_else()
    {
        await using var test = await CreateAsync();
        await using var database = await test.OpenAsync();
        await using var connection = await database.ConnectAsync(Cancellation);
        var id = Id(database.Engine);
        await connection.ExecuteAsync(
            $"INSERT INTO observation_version (workspace, connection, type, digest, from_seq, from_at, source_id) VALUES ({id}, {id}, 'a', {Bytes}, 1, 1, 'a')",
            Cancellation);

        await RefusedAsync(connection, "UPDATE observation_version SET from_seq = 2, to_seq = 3, to_at = 3", "observation_version");
        await RefusedAsync(connection, "UPDATE observation_version SET source_id = 'b', to_seq = 3, to_at = 3", "observation_version");
        Assert.Equal(1, await connection.ExecuteAsync("UPDATE observation_version SET to_seq = 3, to_at = 3", Cancellation));
        await RefusedAsync(connection, "UPDATE observation_version SET to_seq = 4, to_at = 4", "observation_version");
        await RefusedAsync(connection, "UPDATE observation_version SET to_seq = NULL, to_at = NULL", "observation_version");
    }

    [Fact]
    public async Task A_guard_that_was_dropped_or_altered_is_put_back_and_named()
    {
        await using var test = await CreateAsync();
        await using (var database = await test.OpenAsync())
        {
            await using var connection = await database.ConnectAsync(Cancellation);
            await connection.ExecuteAsync(engine == Engine.Sqlite
                ? "DROP TRIGGER guard_log_leaf_update"
                : "ALTER TABLE log_leaf DISABLE TRIGGER guard_log_leaf_change", Cancellation);
        }

        await using var again = await test.OpenAsync();

        Assert.Equal([engine == Engine.Sqlite ? "guard_log_leaf_update" : "guard_log_leaf_change"], again.RestoredGuards);
        await using var third = await test.OpenAsync();
        Assert.Empty(third.RestoredGuards);
    }

    private string Bytes => engine == Engine.Sqlite ? "x'" + new string('0', 64) + "'" : "'\\x" + new string('0', 64) + "'::bytea";

    private static string Id(StorageEngine storage) => $"'{storage.Id(Guid.Parse("01930000-0000-7000-8000-000000000001"))}'";

    private (string Table, string Columns, string Values)[] Rows(StorageEngine storage)
    {
        var id = Id(storage);
        return
        [
            ("log_leaf", "workspace, idx, kind, at, hash, bytes", $"{id}, 0, 'sync', 1, {Bytes}, {Bytes}"),
            ("log_node", "workspace, level, idx, hash", $"{id}, 1, 0, {Bytes}"),
            ("evidence", "workspace, idx, id, connection, type, seq, manifest, root, count, observed_from, observed_to, anomalies",
                $"{id}, 0, {Bytes}, {id}, 'a', 1, 0, {Bytes}, 0, 1, 1, 0"),
            ("exception", "workspace, idx, connection, code, key, record, seq", $"{id}, 0, {id}, 'reappeared', 'k', 0, 1"),
            ("sync", "id, workspace, connection, seq, trigger, actor, node, status, started_at, ended_at, day, leaf, setting, added, changed, removed, anomalies",
                $"{id}, {id}, {id}, 1, 'first', 'me', 'here', 'complete', 1, 1, 1, 0, 0, 0, 0, 0, 0"),
            ("observation", "workspace, digest, type, key, bytes", $"{id}, {Bytes}, 'a', 'k', {Bytes}"),
            ("observation_version", "workspace, connection, type, digest, from_seq, from_at, source_id, to_seq, to_at", $"{id}, {id}, 'a', {Bytes}, 1, 1, 'a', 2, 2"),
            ("population", "workspace, connection, type, seq, count, root", $"{id}, {id}, 'a', 1, 0, {Bytes}"),
            ("page", "workspace, sha256, manifest, gzip", $"{id}, {Bytes}, 0, {Bytes}"),
            ("checkpoint", "workspace, size, text, signed_at", $"{id}, 1, 'a', 1"),
            ("visible", "workspace, client, cloud, tenant, day, leaf, digest, count", $"{id}, {id}, 'public', {id}, 1, 0, {Bytes}, 0"),
            ("timestamp_token", "workspace, size, at, authority, token", $"{id}, 1, 1, 'a', {Bytes}"),
        ];
    }

    private static async Task RefusedAsync(DbConnection connection, string sql, string table)
    {
        var refused = await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync(sql, Cancellation));
        Assert.Contains($"{table} is written once", refused.Message);
    }
}
