using System.Data.Common;
using Npgsql;

namespace Layer.Storage;

/// <summary>Which database: a SQLite file, or a PostgreSQL server.</summary>
internal abstract record DatabaseAddress
{
    private DatabaseAddress()
    {
    }

    /// <summary>Takes <c>postgres://user:password@host:port/name?sslmode=…</c>, PostgreSQL's key=value form, or <c>Data Source=file</c>.</summary>
    /// <exception cref="FormatException">The text is something else. The message never repeats the text: it may hold a password.</exception>
    public static DatabaseAddress Parse(string text)
    {
        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal))
            return new Postgres(FromUri(text));
        var pairs = Pairs(text);
        if (pairs.TryGetValue("Data Source", out var file) || pairs.TryGetValue("Filename", out file))
            return pairs.Count == 1 ? new Sqlite((string)file) : throw new FormatException("A SQLite database is given as 'Data Source=FILE' and nothing else.");
        try
        {
            var postgres = new NpgsqlConnectionStringBuilder(text);
            return postgres.Host is null ? throw new FormatException(Forms) : new Postgres(postgres.ConnectionString);
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException(Forms, wrong);
        }
    }

    private const string Forms =
        "A database is given as postgres://USER:PASSWORD@HOST:PORT/NAME, as PostgreSQL key=value pairs with Host, or as 'Data Source=FILE'.";

    private static DbConnectionStringBuilder Pairs(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException(Forms, wrong);
        }
    }

    private static string FromUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.AbsolutePath.Length < 2 || uri.Fragment.Length > 0)
            throw new FormatException(Forms);
        var postgres = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Trim('[', ']'),
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
        };
        if (uri.UserInfo.Length > 0)
        {
            var user = uri.UserInfo.Split(':', 2);
            postgres.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length == 2)
                postgres.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || Key(parts[0]) is not { } key)
                throw new FormatException("Of a postgres:// address these parameters are known: sslmode, sslrootcert, host, application_name, connect_timeout.");
            try
            {
                postgres[key] = key == "SSL Mode" ? parts[1].Replace("-", "", StringComparison.Ordinal) : Uri.UnescapeDataString(parts[1]);
            }
            catch (ArgumentException wrong)
            {
                throw new FormatException($"The value of {parts[0]} in the postgres:// address cannot be used.", wrong);
            }
        }

        return postgres.ConnectionString;
    }

    // libpq's names on the left, Npgsql's on the right.
    private static string? Key(string libpq) => libpq switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "host" => "Host",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        _ => null,
    };

    /// <param name="File">Path of the file; made when it is not there.</param>
    public sealed record Sqlite(string File) : DatabaseAddress
    {
        /// <summary>How long a writer waits for another. A commit of 4,000 rows takes half a second; one that waits longer than this has met a stuck one.</summary>
        public int BusySeconds { get; init; } = 30;

        public override string ToString() => $"SQLite {File}";
    }

    /// <param name="ConnectionString">In Npgsql's form; may hold a password.</param>
    public sealed record Postgres(string ConnectionString) : DatabaseAddress
    {
        public override string ToString()
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"PostgreSQL {parts.Host}:{parts.Port}/{parts.Database}";
        }
    }
}
