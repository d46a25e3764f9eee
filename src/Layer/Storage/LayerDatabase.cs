using System.Data.Common;
using System.Reflection;
using Layer.Operations;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Layer.Storage;

/// <summary>The open database: its schema is this version's, and its guards stand. Safe for use by several threads at once.</summary>
internal sealed class LayerDatabase : IAsyncDisposable
{
    private const string History = "__EFMigrationsHistory";

    private LayerDatabase(StorageEngine engine, DatabaseAddress address)
    {
        Engine = engine;
        Address = address;
    }

    public StorageEngine Engine { get; }

    public DatabaseAddress Address { get; }

    /// <summary>Guards that were missing or altered when the database was opened, and were put back. After a first start or a migration: none.</summary>
    public IReadOnlyList<string> RestoredGuards { get; private set; } = [];

    /// <summary>Opens the database, makes or migrates it when needed, and puts its guards in place.</summary>
    /// <exception cref="RefusedException">
    /// DATABASE_NEWER: a newer Layer has migrated it. DATABASE_UNREACHABLE, DATABASE_LOCKED, DATA_FOLDER_UNWRITABLE: see there. Nothing was changed.
    /// </exception>
    public static async Task<LayerDatabase> OpenAsync(DatabaseAddress address, CancellationToken cancellationToken)
    {
        var engine = StorageEngine.Of(address);
        try
        {
            var database = new LayerDatabase(engine, address);
            await using var connection = await engine.OpenAsync(cancellationToken);
            await database.MigrateAsync(connection, cancellationToken);
            await database.RestoreGuardsAsync(connection, cancellationToken);
            return database;
        }
        catch (DbException broken) when (DatabaseFailure.Find(broken, address) is { } failure)
        {
            await engine.DisposeAsync();
            throw new RefusedException(failure, broken);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public LayerDb CreateContext() => Engine.CreateContext();

    public Task<DbConnection> ConnectAsync(CancellationToken cancellationToken) => Engine.OpenAsync(cancellationToken);

    /// <summary>
    /// Runs a change with the guards down, inside the caller's write transaction. They stand again before this returns, and until the commit nobody else
    /// sees the tables without them; when the change throws, the caller's rollback puts them back.
    /// </summary>
    public async Task WithoutGuardsAsync(DbConnection connection, Func<Task> change, CancellationToken cancellationToken)
    {
        await Engine.LockSchemaAsync(connection, cancellationToken);
        await connection.ExecuteAsync(string.Join(";\n", Engine.Guards.Select(guard => guard.Drop)), cancellationToken);
        await change();
        await PutGuardsBackAsync(connection, cancellationToken);
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    // The history is read by hand: EF's own check builds its whole model first, which is half of what a short command takes.
    private async Task MigrateAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var known = KnownMigrations();
        if (Pending(await AppliedAsync(connection, cancellationToken), known).Count == 0)
            return;
        if (connection is Microsoft.Data.Sqlite.SqliteConnection)
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);

        // One transaction for all pending migrations and the guards: a crash leaves the old schema, complete. EF's own Migrate would leave its lock
        // row behind in SQLite, and the next start would wait for it for ever.
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        await Engine.LockSchemaAsync(connection, cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        if (Pending(applied, known).Count > 0)
        {
            await using (var context = CreateContext())
            {
                var script = context.GetService<IMigrator>().GenerateScript(
                    applied.Count == 0 ? Migration.InitialDatabase : applied[^1], known[^1], MigrationsSqlGenerationOptions.NoTransactions);
                await connection.ExecuteAsync(script, cancellationToken);
            }

            // A rebuilt table has lost its triggers, so a migration that commits without them must be impossible.
            await PutGuardsBackAsync(connection, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task PutGuardsBackAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await CreateGuardsAsync(connection, Engine.Guards, cancellationToken);
        if (await MissingGuardsAsync(connection, cancellationToken) is [var guard, ..])
            throw new InvalidOperationException($"The guard {guard.Name} is not what it should be.");
    }

    private async Task RestoreGuardsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var missing = await MissingGuardsAsync(connection, cancellationToken);
        if (missing.Count == 0)
            return;
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        await Engine.LockSchemaAsync(connection, cancellationToken);
        await CreateGuardsAsync(connection, missing, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        RestoredGuards = [.. missing.Select(guard => guard.Name)];
    }

    private async Task<List<Guard>> MissingGuardsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var standing = await Engine.ReadGuardsAsync(connection, cancellationToken);
        return [.. Engine.Guards.Where(guard => !standing.TryGetValue(guard.Name, out var definition) || definition != guard.Definition)];
    }

    private static Task CreateGuardsAsync(DbConnection connection, IEnumerable<Guard> guards, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(string.Join(";\n", guards.Select(guard => guard.Create)), cancellationToken);

    private async Task<List<string>> AppliedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        if (!await Engine.HasTableAsync(connection, History, cancellationToken))
            return applied;
        await foreach (var row in connection.QueryAsync($"SELECT \"MigrationId\" FROM \"{History}\" ORDER BY \"MigrationId\"", cancellationToken))
            applied.Add(row.GetString(0));
        return applied;
    }

    private static List<string> Pending(List<string> applied, List<string> known)
    {
        if (applied.Find(id => !known.Contains(id)) is { } newer)
            throw new RefusedException("DATABASE_NEWER", ("migration", newer));
        return known[applied.Count..];
    }

    private List<string> KnownMigrations()
    {
        var context = Engine is SqliteEngine ? typeof(SqliteDb) : typeof(PostgresDb);
        return [.. typeof(LayerDatabase).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == context && type.IsSubclassOf(typeof(Migration)))
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id ?? throw new InvalidOperationException($"{type.Name} has no id."))
            .Order(StringComparer.Ordinal)];
    }
}
