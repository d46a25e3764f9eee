using System.Data;
using System.Data.Common;
using Layer.Evidence;
using Layer.Operations;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Layer.Storage;

internal sealed class SqliteEngine : StorageEngine
{
    private readonly DatabaseAddress.Sqlite _address;
    private readonly string _connectionString;
    private readonly DbContextOptions<SqliteDb> _options;

    public SqliteEngine(DatabaseAddress.Sqlite address)
    {
        _address = address;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = address.File,
            ForeignKeys = true,
            // Without it REPLACE deletes rows behind the back of the DELETE guards.
            RecursiveTriggers = true,
            DefaultTimeout = address.BusySeconds,
        }.ConnectionString;
        _options = new DbContextOptionsBuilder<SqliteDb>().UseSqlite(_connectionString).AddInterceptors(new Pragmas()).Options;
    }

    public override string ForUpdate => "";

    public override LayerDb CreateContext() => new SqliteDb(_options);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await Pragmas.SetAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task<DbConnection> OpenAloneAsync(IReadOnlyList<TableShape> tables, CancellationToken cancellationToken)
    {
        // Not from the pool, and without a word before the mode: with it set, the first read takes the whole file, or fails while somebody has it open.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _address.File, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA locking_mode = EXCLUSIVE", cancellationToken);
            await connection.ExecuteAsync("BEGIN IMMEDIATE", cancellationToken);
            // The write lock alone would leave room for whoever has it open and writes later.
            await connection.ScalarAsync("SELECT COUNT(*) FROM sqlite_master", cancellationToken);
            return connection;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode is 5 or 6)
        {
            await connection.DisposeAsync();
            throw new RefusedException(new("DATABASE_IN_USE", new Dictionary<string, string>(StringComparer.Ordinal) { ["database"] = _address.File }), busy);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // BEGIN IMMEDIATE: what is read inside is what the commit builds on, no other writer can come between.
            return Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: false));
        }
        catch (SqliteException broken) when (DatabaseFailure.Find(broken, _address) is { } failure)
        {
            throw new RefusedException(failure, broken);
        }
    }

    public override Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: true));

    public override Task LockSchemaAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    // The one writer holds everything.
    public override Task LockKeysAsync(DbConnection connection, bool alone, CancellationToken cancellationToken) => Task.CompletedTask;

    public override object Id(Guid id) => id.ToString("D");

    public override object Flag(bool value) => value ? 1L : 0L;

    public override object Document(string json) => json;

    public override string ByBytes => "";

    public override async Task DeferReferencesAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync("PRAGMA defer_foreign_keys = ON", cancellationToken);

    public override Guid ReadId(DbDataReader reader, int column) => Guid.ParseExact(reader.GetString(column), "D");

    public override async Task InsertAsync(
        DbConnection connection, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var insert = connection.CreateCommand();
        insert.CommandText =
            $"INSERT INTO \"{table}\" ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        var parameters = new DbParameter[columns.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = insert.CreateParameter();
            parameters[i].ParameterName = $"@p{i}";
            insert.Parameters.Add(parameters[i]);
        }

        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < parameters.Length; i++)
                parameters[i].Value = row[i] ?? DBNull.Value;
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public override async Task<HashSet<Digest>> FindObservationsAsync(
        DbConnection connection, Guid workspace, IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken)
    {
        var found = new HashSet<Digest>();
        await using var find = connection.CreateCommand();
        find.CommandText = "SELECT 1 FROM observation WHERE workspace = @workspace AND digest = @digest";
        find.Bind("@workspace", Id(workspace));
        var digest = find.Bind("@digest", DBNull.Value);
        foreach (var candidate in digests)
        {
            digest.Value = candidate.ToArray();
            if (await find.ExecuteScalarAsync(cancellationToken) is not null)
                found.Add(candidate);
        }

        return found;
    }

    public override async Task<bool> HasTableAsync(DbConnection connection, string table, CancellationToken cancellationToken) =>
        await connection.ScalarAsync("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = @table", cancellationToken, ("@table", table)) is not null;

    public override async Task<long> SizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", cancellationToken) is long bytes ? bytes : 0;

    /// <summary>Copies the database, as it is at one moment, into another file; a writer may be at work meanwhile.</summary>
    /// <param name="file">An empty file or none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CopyToAsync(string file, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync("VACUUM INTO @file", cancellationToken, ("@file", file));
        // The copy has forgotten how its log is kept.
        await using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        await copy.OpenAsync(cancellationToken);
        await copy.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
    }

    public override IReadOnlyList<Guard> Guards { get; } = [.. GuardedTable.All.SelectMany(GuardsOf)];

    public override async Task<Dictionary<string, string>> ReadGuardsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var guards = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var read = connection.CreateCommand();
        read.CommandText = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\'";
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            guards[rows.GetString(0)] = rows.GetString(1);
        return guards;
    }

    // The one writer holds everything, and readers go on seeing what was there before.
    public override Task LockTablesAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task BeginErasingAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync("PRAGMA secure_delete = ON", cancellationToken);

    public override async Task EndErasingAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        // secure_delete zeroes what a DELETE sets free. What a page kept when it was split, or a row when it was updated, goes when the file is written anew.
        await connection.ExecuteAsync("VACUUM", cancellationToken);
        // The write-ahead log still has the pages as they were; it is emptied only when nobody reads from it.
        await connection.ExecuteAsync($"PRAGMA busy_timeout = {_address.BusySeconds * 1000}", cancellationToken);
        var busy = await connection.ScalarAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
        await connection.ExecuteAsync("PRAGMA busy_timeout = 0; PRAGMA secure_delete = OFF", cancellationToken);
        if (busy is not 0L)
            throw new RefusedException("ERASURE_UNFINISHED", ("database", _address.File));
    }

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<Guard> GuardsOf(GuardedTable table)
    {
        var same = string.Join(" AND ", table.Key.Select(column => $"{column} = NEW.{column}"));
        var closing = table.Closing ? $"WHEN NOT ({GuardedTable.ClosedRows}) " : "";
        yield return Trigger("update", "UPDATE", closing);
        yield return Trigger("delete", "DELETE", "");
        // A REPLACE from a shell without recursive_triggers meets no DELETE guard, so an insert over an existing row is refused by itself.
        yield return Trigger("replace", "INSERT", $"WHEN EXISTS (SELECT 1 FROM \"{table.Name}\" WHERE {same}) ");

        Guard Trigger(string what, string on, string when)
        {
            var name = $"guard_{table.Name}_{what}";
            var sql = $"CREATE TRIGGER {name} BEFORE {on} ON \"{table.Name}\" {when}BEGIN SELECT RAISE(ABORT, '{table.Name} is written once'); END";
            var drop = $"DROP TRIGGER IF EXISTS {name}";
            return new Guard(name, sql, $"{drop}; {sql}", drop);
        }
    }

    private sealed class Pragmas : DbConnectionInterceptor
    {
        // FULL: a commit that was answered survives a power cut. WAL is a property of the file, so it is set when the file is made.
        private const string Sql = "PRAGMA synchronous = FULL";

        public static async Task SetAsync(DbConnection connection, CancellationToken cancellationToken)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Sql;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Sql;
            command.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
            SetAsync(connection, cancellationToken);
    }
}
