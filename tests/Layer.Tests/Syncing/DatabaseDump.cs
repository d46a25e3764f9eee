using System.Data.Common;
using System.Security.Cryptography;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Syncing;

/// <summary>Every row of every table of the model, a new table included, as text that can be compared.</summary>
internal sealed class DatabaseDump
{
    // A connection's own state: each attempt moves it. The head follows the log, and the verification compares them.
    private static readonly HashSet<string> Moving =
        ["connection.state", "connection.state_code", "connection.since", "connection.fence", "connection.next_seq", "log_head.size", "log_head.root", "log_head.at"];

    private readonly Dictionary<string, HashSet<string>> _tables = [];

    public IEnumerable<string> Tables => _tables.Keys;

    public static async Task<DatabaseDump> OfAsync(LayerDatabase database, CancellationToken cancellationToken)
    {
        var dump = new DatabaseDump();
        await using var context = database.CreateContext();
        await using var connection = await database.ConnectAsync(cancellationToken);
        foreach (var table in context.Model.GetEntityTypes().Select(type => type.GetTableName()!).Distinct(StringComparer.Ordinal))
        {
            var rows = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var row in connection.QueryAsync($"SELECT * FROM \"{table}\"", cancellationToken))
                Assert.True(rows.Add(Text(table, row)), table);
            dump._tables.Add(table, rows);
        }

        return dump;
    }

    /// <summary>What came to a table and what went from it.</summary>
    public (IReadOnlyList<string> Came, IReadOnlyList<string> Went) Compare(DatabaseDump before, string table) =>
        ([.. _tables[table].Except(before._tables[table])], [.. before._tables[table].Except(_tables[table])]);

    private static string Text(string table, DbDataReader row) => string.Join(
        ' ', Enumerable.Range(0, row.FieldCount).Where(i => !Moving.Contains($"{table}.{row.GetName(i)}")).Select(i => $"{row.GetName(i)}={Text(row.GetValue(i))}"));

    private static string Text(object value) => value switch
    {
        DBNull => "NULL",
        byte[] bytes => Convert.ToHexStringLower(bytes.Length > 64 ? SHA256.HashData(bytes) : bytes),
        _ => FormattableString.Invariant($"{value}"),
    };
}
