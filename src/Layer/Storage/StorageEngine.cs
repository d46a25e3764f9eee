using System.Data.Common;
using Layer.Evidence;

namespace Layer.Storage;

/// <summary>All that SQLite and PostgreSQL do differently. SQL elsewhere runs on both, with parameters written <c>@name</c>.</summary>
internal abstract class StorageEngine : IAsyncDisposable
{
    /// <summary>Ends a locking read of the log's head; SQLite locks the whole database when the transaction begins.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Makes an EF context over connections of its own.</summary>
    public abstract LayerDb CreateContext();

    /// <summary>Opens a connection, ready for use; the caller disposes it.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection beside which, until it is closed, nobody writes.</summary>
    /// <exception cref="Operations.RefusedException">DATABASE_IN_USE: somebody has the database open.</exception>
    public abstract Task<DbConnection> OpenAloneAsync(IReadOnlyList<TableShape> tables, CancellationToken cancellationToken);

    /// <summary>Begins a transaction that will write. On SQLite it waits for the one writer that may be at work.</summary>
    /// <exception cref="Operations.RefusedException">DATABASE_LOCKED: it waited in vain.</exception>
    public abstract Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Begins a transaction in which every read sees the same moment, and which holds up no writer.</summary>
    public abstract Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Holds off every other process that wants to change the schema, until the transaction ends.</summary>
    public abstract Task LockSchemaAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>
    /// Held until the transaction ends by whoever seals a value with the current key of the ring, and alone by a rekey: otherwise a value could be
    /// stored under a key that the rekey is about to delete.
    /// </summary>
    public abstract Task LockKeysAsync(DbConnection connection, bool alone, CancellationToken cancellationToken);

    /// <summary>An id as this engine's columns hold it.</summary>
    public abstract object Id(Guid id);

    /// <summary>True or false as this engine's columns hold it.</summary>
    public abstract object Flag(bool value);

    /// <summary>A JSON document as this engine's columns hold it.</summary>
    public abstract object Document(string json);

    /// <summary>Orders text by its bytes, whatever the language of the database.</summary>
    public abstract string ByBytes { get; }

    /// <summary>Checks references between rows only at the end of the transaction, where the engine would check each row.</summary>
    public abstract Task DeferReferencesAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Reads a column written with <see cref="Id"/>.</summary>
    public abstract Guid ReadId(DbDataReader reader, int column);

    /// <summary>Inserts rows far faster than one by one. Values are long, int, string, byte[] or null, and what <see cref="Id"/>, <see cref="Flag"/> and <see cref="Document"/> give.</summary>
    public abstract Task InsertAsync(
        DbConnection connection, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken);

    /// <summary>Which of the digests the workspace has observations of already.</summary>
    public abstract Task<HashSet<Digest>> FindObservationsAsync(
        DbConnection connection, Guid workspace, IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken);

    /// <summary>Whether a table is there at all; asked before the first migration ran.</summary>
    public abstract Task<bool> HasTableAsync(DbConnection connection, string table, CancellationToken cancellationToken);

    /// <summary>How many bytes the database takes, as far as the engine knows.</summary>
    public abstract Task<long> SizeAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Statements that make the guards of a table, each under a name that also tells what it does.</summary>
    public abstract IReadOnlyList<Guard> Guards { get; }

    /// <summary>The guards as they stand in the database.</summary>
    public abstract Task<Dictionary<string, string>> ReadGuardsAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Keeps everybody else out of the tables until the transaction ends, readers included.</summary>
    /// <exception cref="Operations.RefusedException">WORKSPACE_IN_USE: somebody is at work in them. Nothing was changed.</exception>
    public abstract Task LockTablesAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken);

    /// <summary>Before rows are erased over a connection, outside a transaction.</summary>
    public abstract Task BeginErasingAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>After rows of some tables were deleted and committed: writes anew what still holds their bytes.</summary>
    /// <exception cref="Operations.RefusedException">ERASURE_UNFINISHED: another process reads the database. To be called again.</exception>
    public abstract Task EndErasingAsync(DbConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    public static StorageEngine Of(DatabaseAddress address) => address switch
    {
        DatabaseAddress.Sqlite sqlite => new SqliteEngine(sqlite),
        DatabaseAddress.Postgres postgres => new PostgresEngine(postgres.ConnectionString),
        _ => throw new ArgumentException("There are two engines.", nameof(address)),
    };
}

/// <summary>A trigger that refuses to change what was sealed.</summary>
/// <param name="Name">Unique in the database.</param>
/// <param name="Definition">What <see cref="StorageEngine.ReadGuardsAsync"/> gives for it when it is as it should be.</param>
/// <param name="Create">SQL that puts it in place, whatever stands there now.</param>
/// <param name="Drop">SQL that takes it away.</param>
internal sealed record Guard(string Name, string Definition, string Create, string Drop);
