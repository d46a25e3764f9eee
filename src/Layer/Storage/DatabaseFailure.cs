using System.Data.Common;
using System.Globalization;
using Layer.Evidence.Collecting;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Layer.Storage;

/// <summary>What a database's error is called in the error catalog.</summary>
internal static class DatabaseFailure
{
    // https://sqlite.org/rescode.html
    private const int Perm = 3, Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    // https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, authorization, no such database, resources, shutdown.
    private static readonly string[] OfTheServer = ["08", "28", "3D", "53", "57P"];

    /// <summary>Null when the error tells of a fault of the program rather than of the database, its disk or its network.</summary>
    public static Failure? Find(DbException broken, DatabaseAddress address) => (broken, address) switch
    {
        (SqliteException { SqliteErrorCode: Busy or Locked }, DatabaseAddress.Sqlite sqlite) => Of(
            "DATABASE_LOCKED", ("database", sqlite.File), ("seconds", sqlite.BusySeconds.ToString(CultureInfo.InvariantCulture))),
        (SqliteException { SqliteErrorCode: Perm or ReadOnly or IoError or Full or CannotOpen } error, DatabaseAddress.Sqlite sqlite) => Of(
            "DATA_FOLDER_UNWRITABLE", ("folder", Path.GetDirectoryName(Path.GetFullPath(sqlite.File)) ?? sqlite.File), ("reason", Reason(error))),
        (SqliteException { SqliteErrorCode: Corrupt or NotADatabase } error, _) => Unreachable(address, Reason(error)),
        (PostgresException error, _) => Array.Exists(OfTheServer, error.SqlState.StartsWith) ? Unreachable(address, Sentence(error.MessageText)) : null,
        (NpgsqlException error, _) => Unreachable(address, Sentence(error.Message)),
        _ => null,
    };

    private static Failure Unreachable(DatabaseAddress address, string reason) =>
        Of("DATABASE_UNREACHABLE", ("database", address.ToString()), ("reason", reason));

    private static Failure Of(string code, params (string Name, string Value)[] facts) =>
        new(code, facts.ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal));

    // "SQLite Error 14: 'unable to open database file'."
    private static string Reason(SqliteException error) => error.Message.Split('\'') is [_, var text, ..] ? text : Sentence(error.Message);

    private static string Sentence(string text) => text.TrimEnd('.');
}
