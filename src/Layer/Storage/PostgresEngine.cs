using System.Data;
using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Layer.Storage;

internal sealed class PostgresEngine : StorageEngine
{
    // Any number, the same in every version of Layer: whoever migrates holds it.
    private const long SchemaLock = 0x4C61796572;
    private const long KeysLock = SchemaLock + 1;

    private readonly NpgsqlDataSource _source;
    private readonly DbContextOptions<PostgresDb> _options;

    public PostgresEngine(string connectionString)
    {
        _source = NpgsqlDataSource.Create(Named(connectionString));
        _options = new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(_source).Options;
    }

    /// <summary>What the sessions of this process are called in <c>pg_stat_activity</c>; PostgreSQL keeps 63 bytes of it.</summary>
    public static string NodeName { get; } = $"layer {Syncing.LeaseHolder.This}" is { Length: > 63 } longer ? $"layer {longer[^57..]}" : $"layer {Syncing.LeaseHolder.This}";

    /// <summary>The connection string with this process's name.</summary>
    public static string Named(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = NodeName }.ConnectionString;

    public override string ForUpdate => " FOR UPDATE";

    public override LayerDb CreateContext() => new PostgresDb(_options);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    public override async Task<DbConnection> OpenAloneAsync(IReadOnlyList<TableShape> tables, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
        try
        {
            // SHARE: everybody may go on reading. The snapshot is taken by the first read after the lock.
            await connection.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '1s'", cancellationToken);
            await connection.ExecuteAsync($"LOCK TABLE {string.Join(", ", tables.Select(table => $"\"{table.Name}\""))} IN SHARE MODE", cancellationToken);
            return connection;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            await connection.DisposeAsync();
            throw new RefusedException(new Failure("DATABASE_IN_USE", new Dictionary<string, string>(StringComparer.Ordinal) { ["database"] = $"{connection.Database}" }), busy);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Read committed: after waiting for the head's row lock, each statement sees what the writer before us committed.
    public override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    public override async Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    public override async Task LockSchemaAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@lock)", cancellationToken, ("@lock", SchemaLock));

    public override async Task LockKeysAsync(DbConnection connection, bool alone, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(
            alone ? "SELECT pg_advisory_xact_lock(@lock)" : "SELECT pg_advisory_xact_lock_shared(@lock)", cancellationToken, ("@lock", KeysLock));

    public override object Id(Guid id) => id;

    public override object Flag(bool value) => value;

    public override object Document(string json) => System.Text.Json.JsonDocument.Parse(json);

    public override string ByBytes => " COLLATE \"C\"";

    // A COPY is one statement, and references are checked at its end.
    public override Task DeferReferencesAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Guid ReadId(DbDataReader reader, int column) => reader.GetGuid(column);

    public override async Task InsertAsync(
        DbConnection connection, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var copy = $"COPY \"{table}\" ({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)";
        await using var import = await ((NpgsqlConnection)connection).BeginBinaryImportAsync(copy, cancellationToken);
        foreach (var row in rows)
        {
            await import.StartRowAsync(cancellationToken);
            foreach (var value in row)
            {
                if (value is null)
                    await import.WriteNullAsync(cancellationToken);
                else
                    await import.WriteAsync(value, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    public override async Task<HashSet<Digest>> FindObservationsAsync(
        DbConnection connection, Guid workspace, IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken)
    {
        var found = new HashSet<Digest>();
        var rows = connection.QueryAsync(
            "SELECT digest FROM observation WHERE workspace = @workspace AND digest = ANY(@digests)", cancellationToken,
            ("@workspace", workspace), ("@digests", digests.Select(digest => digest.ToArray()).ToArray()));
        await foreach (var row in rows)
            found.Add(new Digest(row.GetFieldValue<byte[]>(0)));
        return found;
    }

    // Not to_regclass: it answers from a cache that a wait for the advisory lock does not refresh.
    public override async Task<bool> HasTableAsync(DbConnection connection, string table, CancellationToken cancellationToken) =>
        await connection.ScalarAsync(
            "SELECT 1 FROM pg_class WHERE relname = @table AND relnamespace = current_schema()::regnamespace", cancellationToken, ("@table", table)) is not null;

    public override async Task<long> SizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync("SELECT pg_database_size(current_database())", cancellationToken) is long bytes ? bytes : 0;

    public override IReadOnlyList<Guard> Guards { get; } = [.. GuardedTable.All.SelectMany(GuardsOf)];

    // tgenabled belongs to the definition: a trigger that was switched off is not a guard.
    public override async Task<Dictionary<string, string>> ReadGuardsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var guards = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = connection.QueryAsync(
            """
            SELECT t.tgname, c.relname || ' ' || t.tgtype || ' ' || t.tgenabled::text || ' ' || btrim(p.prosrc)
            FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
            WHERE t.tgname LIKE 'guard\_%' AND NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
            """,
            cancellationToken);
        await foreach (var row in rows)
            guards[row.GetString(0)] = row.GetString(1);
        return guards;
    }

    // Less than the second after which PostgreSQL looks for deadlocks: a sync or a verification under way is waited for a little, and never broken off.
    public override async Task LockTablesAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync("SET LOCAL lock_timeout = '500ms'", cancellationToken);
            await connection.ExecuteAsync(
                $"LOCK TABLE {string.Join(", ", tables.Select(table => $"\"{table}\""))} IN ACCESS EXCLUSIVE MODE", cancellationToken);
            await connection.ExecuteAsync("SET LOCAL lock_timeout TO DEFAULT", cancellationToken);
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            throw new RefusedException(new Failure("WORKSPACE_IN_USE", new Dictionary<string, string>()), busy);
        }
    }

    public override Task BeginErasingAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task EndErasingAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        // FULL: a plain VACUUM only marks the space as free.
        foreach (var table in tables)
            await connection.ExecuteAsync($"VACUUM (FULL) \"{table}\"", cancellationToken);
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private static IEnumerable<Guard> GuardsOf(GuardedTable table)
    {
        // Bits of pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32.
        yield return Trigger("change", "UPDATE OR DELETE", "ROW", 1 + 2 + 8 + 16);
        yield return Trigger("truncate", "TRUNCATE", "STATEMENT", 2 + 32);

        Guard Trigger(string what, string on, string each, int type)
        {
            var name = $"guard_{table.Name}_{what}";
            var refuse = $"RAISE EXCEPTION '{table.Name} is written once';";
            var closing = table.Closing && each == "ROW" ? $"IF TG_OP = 'UPDATE' AND {GuardedTable.ClosedRows} THEN RETURN NEW; END IF; " : "";
            var body = $"BEGIN {closing}{refuse} END";
            return new Guard(name, $"{table.Name} {type} O {body}",
                $"""
                CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$;
                DROP TRIGGER IF EXISTS {name} ON "{table.Name}";
                CREATE TRIGGER {name} BEFORE {on} ON "{table.Name}" FOR EACH {each} EXECUTE FUNCTION {name}();
                """,
                $"DROP TRIGGER IF EXISTS {name} ON \"{table.Name}\"");
        }
    }
}
