using System.Data.Common;
using Layer.Operations;

namespace Layer.Storage;

/// <summary>The open database: its schema is this version's, and its guards stand. Safe for use by several threads at once.</summary>
internal sealed class LayerDatabase : IAsyncDisposable
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(3);

    private LayerDatabase(StorageEngine engine, DatabaseAddress address)
    {
        Engine = engine;
        Address = address;
    }

    public StorageEngine Engine { get; }

    public DatabaseAddress Address { get; }

    /// <summary>Guards that were missing or altered when the database was opened, and were put back. After a first start or a migration: none.</summary>
    public IReadOnlyList<string> RestoredGuards { get; private set; } = [];

    /// <summary>Where the database was backed up to before it was migrated when it was opened; null when there was nothing to migrate.</summary>
    public string? BackedUpTo { get; private set; }

    /// <summary>Opens the database, makes or migrates it when needed, and puts its guards in place.</summary>
    /// <param name="address">The database.</param>
    /// <param name="backUp">Copies a database that is about to be migrated, and says where to; it is given the engine, with the old schema. Null: nobody wants a copy.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RefusedException">
    /// DATABASE_NEWER: a newer Layer has migrated it. DATABASE_UNREACHABLE, DATABASE_LOCKED, DATA_FOLDER_UNWRITABLE: see there. Nothing was changed.
    /// </exception>
    public static async Task<LayerDatabase> OpenAsync(DatabaseAddress address, Func<StorageEngine, Task<string>>? backUp, CancellationToken cancellationToken)
    {
        var engine = StorageEngine.Of(address);
        try
        {
            var database = new LayerDatabase(engine, address);
            await using var connection = await engine.OpenAsync(cancellationToken);
            await database.MigrateAsync(connection, backUp, cancellationToken);
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

    /// <summary>
    /// Makes the schema in an empty database as it was at a version, lets it be filled, brings it to the newest version and lets the whole be checked, in one
    /// transaction: when anything throws, the database is as empty as it was.
    /// </summary>
    /// <param name="address">The database.</param>
    /// <param name="version">Of the schema that what is filled in fits.</param>
    /// <param name="fill">Stores the rows, over the connection.</param>
    /// <param name="check">Throws when what stands there now must not be committed.</param>
    /// <param name="cancellationToken">Stops it; nothing was changed.</param>
    /// <exception cref="RefusedException">DATABASE_NOT_EMPTY, and what opening refuses.</exception>
    public static async Task<LayerDatabase> FillAsync(
        DatabaseAddress address, int version, Func<LayerDatabase, DbConnection, Task> fill, Func<LayerDatabase, DbConnection, Task> check, CancellationToken cancellationToken)
    {
        var made = address is DatabaseAddress.Sqlite sqlite && !File.Exists(sqlite.File) ? sqlite.File : null;
        var engine = StorageEngine.Of(address);
        try
        {
            var database = new LayerDatabase(engine, address);
            await using var connection = await engine.OpenAsync(cancellationToken);
            await PrepareFileAsync(connection, cancellationToken);
            await using var transaction = await engine.BeginWriteAsync(connection, cancellationToken);
            await engine.LockSchemaAsync(connection, cancellationToken);
            await engine.DeferReferencesAsync(connection, cancellationToken);
            var schema = new Schema(engine);
            await schema.MigrateAsync(connection, await database.RefuseRowsAsync(connection, schema, version, cancellationToken), version, cancellationToken);
            await fill(database, connection);
            await schema.MigrateAsync(connection, version, schema.Newest, cancellationToken);
            await database.PutGuardsBackAsync(connection, cancellationToken);
            await check(database, connection);
            await transaction.CommitAsync(cancellationToken);
            return database;
        }
        catch (Exception failed)
        {
            await engine.DisposeAsync();
            foreach (var file in made is null ? [] : new[] { made, $"{made}-wal", $"{made}-shm" })
                File.Delete(file);
            if (failed is DbException broken && DatabaseFailure.Find(broken, address) is { } failure)
                throw new RefusedException(failure, broken);
            throw;
        }
    }

    /// <summary>As above, without a copy.</summary>
    public static Task<LayerDatabase> OpenAsync(DatabaseAddress address, CancellationToken cancellationToken) => OpenAsync(address, backUp: null, cancellationToken);

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

    private async Task MigrateAsync(DbConnection connection, Func<StorageEngine, Task<string>>? backUp, CancellationToken cancellationToken)
    {
        var schema = new Schema(Engine);
        if (await schema.ReadAsync(connection, cancellationToken) == schema.Newest)
            return;
        await PrepareFileAsync(connection, cancellationToken);

        // One transaction for all pending migrations and the guards: a crash leaves the old schema, complete. EF's own Migrate would leave its lock
        // row behind in SQLite, and the next start would wait for it for ever.
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        await Engine.LockSchemaAsync(connection, cancellationToken);
        var version = await schema.ReadAsync(connection, cancellationToken);
        if (version < schema.Newest)
        {
            // Under the lock: of several nodes only the one that migrates makes a copy, and it is of the old schema for certain.
            if (version > 0 && backUp is not null)
                BackedUpTo = await StayAwakeAsync(connection, backUp(Engine), cancellationToken);
            await schema.MigrateAsync(connection, version, schema.Newest, cancellationToken);
            // A rebuilt table has lost its triggers, so a migration that commits without them must be impossible.
            await PutGuardsBackAsync(connection, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    // A session that holds a lock others wait for, and says nothing for some seconds, is taken for one of a frozen node (FrozenSessions) and ended.
    private static async Task<string> StayAwakeAsync(DbConnection connection, Task<string> copying, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(copying, Task.Delay(SignOfLife, TimeProvider.System, cancellationToken)) != copying)
            await connection.ScalarAsync("SELECT 1", cancellationToken);
        return await copying;
    }

    private async Task<int> RefuseRowsAsync(DbConnection connection, Schema schema, int version, CancellationToken cancellationToken)
    {
        var found = await schema.ReadAsync(connection, cancellationToken);
        var filled = new List<string>();
        foreach (var table in found == 0 ? [] : schema.Tables(found))
        {
            if (await connection.ScalarAsync($"SELECT 1 FROM \"{table.Name}\" LIMIT 1", cancellationToken) is not null)
                filled.Add(table.Name);
        }

        if (filled.Count > 0 || found > version)
            throw new RefusedException("DATABASE_NOT_EMPTY", ("database", Address.ToString()), ("tables", filled.Count > 0 ? string.Join(", ", filled) : "the tables of a newer schema"));
        return found;
    }

    private static async Task PrepareFileAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (connection is Microsoft.Data.Sqlite.SqliteConnection)
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
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
}
