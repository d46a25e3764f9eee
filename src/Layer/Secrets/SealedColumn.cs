using System.Data.Common;
using System.Runtime.CompilerServices;
using Layer.Storage;

namespace Layer.Secrets;

/// <summary>A column that holds sealed values. A new one must be listed here, or a rekey would delete the key it needs.</summary>
internal sealed record SealedColumn(string Table, string Column)
{
    public static IReadOnlyList<SealedColumn> All { get; } = [new("credential", "secret"), new("signing_key", "private_key"), new("connect_draft", "secret"), new("web_key", "xml")];

    public async IAsyncEnumerable<(Guid Id, byte[] Value)> ReadAsync(
        StorageEngine engine, DbConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in connection.QueryAsync($"SELECT id, {Column} FROM {Table} WHERE {Column} IS NOT NULL ORDER BY id", cancellationToken))
            yield return (engine.ReadId(row, 0), row.GetFieldValue<byte[]>(1));
    }

    public Task<int> UpdateAsync(StorageEngine engine, DbConnection connection, Guid id, byte[] value, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"UPDATE {Table} SET {Column} = @value WHERE id = @id", cancellationToken, ("@value", value), ("@id", engine.Id(id)));

    /// <summary>Every sealed value of the database.</summary>
    public static async Task<List<byte[]>> ReadAllAsync(LayerDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return await ReadAllAsync(database.Engine, connection, cancellationToken);
    }

    /// <summary>Every sealed value that the connection sees.</summary>
    public static async Task<List<byte[]>> ReadAllAsync(StorageEngine engine, DbConnection connection, CancellationToken cancellationToken)
    {
        var values = new List<byte[]>();
        foreach (var column in All)
        {
            await foreach (var (_, value) in column.ReadAsync(engine, connection, cancellationToken))
                values.Add(value);
        }

        return values;
    }
}
