using System.Buffers;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Layer.Storage;

/// <summary>
/// The rows of a table in a form that no engine is in: one JSON array a line, its values in the order of the shape's columns, ordered by the primary key. Two
/// databases that hold the same give the same bytes. Ids are lower-case text, bytes are base64, times are UTC ticks, true and false are 1 and 0.
/// </summary>
internal sealed class TableRows(StorageEngine engine, TableShape table)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Each row as its line, with its line feed; the memory is good until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(DbConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var columns = table.Columns;
        var line = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(line, Plain);
        await foreach (var row in connection.QueryAsync(
            $"SELECT {string.Join(", ", columns.Select(column => Quoted(column.Name)))} FROM {Quoted(table.Name)} ORDER BY {string.Join(", ", table.Key.Select(Ordered))}", cancellationToken))
        {
            line.ResetWrittenCount();
            json.Reset();
            json.WriteStartArray();
            for (var i = 0; i < columns.Count; i++)
                Write(json, row, i, columns[i].Kind);
            json.WriteEndArray();
            json.Flush();
            line.Write("\n"u8);
            yield return line.WrittenMemory;
        }
    }

    /// <summary>Stores rows from their lines, without line feeds.</summary>
    /// <exception cref="FormatException">A line is no row of this table.</exception>
    public Task InsertAsync(DbConnection connection, IEnumerable<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken) =>
        engine.InsertAsync(connection, table.Name, [.. table.Columns.Select(column => Quoted(column.Name))], lines.Select(Parse), cancellationToken);

    private object?[] Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != table.Columns.Count)
                throw new FormatException($"A row of {table.Name} has other columns than the table.");
            return [.. row.EnumerateArray().Zip(table.Columns, (value, column) => value.ValueKind == JsonValueKind.Null ? null : Value(value, column))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new FormatException($"A row of {table.Name} cannot be read.", wrong);
        }
    }

    private object Value(JsonElement value, ColumnShape column) => (column.Kind, column.StoreType) switch
    {
        (ColumnKind.Integer, "boolean") => engine.Flag(value.GetInt64() != 0),
        (ColumnKind.Integer, "integer") => value.GetInt32(),
        (ColumnKind.Integer, _) => value.GetInt64(),
        (ColumnKind.Text, "uuid") => engine.Id(Guid.ParseExact(Text(value), "D")),
        (ColumnKind.Text, _) => Text(value),
        (ColumnKind.Bytes, _) => value.GetBytesFromBase64(),
        _ => engine.Document(value.GetRawText()),
    };

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("Text was expected.");

    private static void Write(Utf8JsonWriter json, DbDataReader row, int column, ColumnKind kind)
    {
        if (row.IsDBNull(column))
        {
            json.WriteNullValue();
            return;
        }

        switch (kind)
        {
            case ColumnKind.Integer:
                json.WriteNumberValue(Convert.ToInt64(row.GetValue(column), System.Globalization.CultureInfo.InvariantCulture));
                break;
            case ColumnKind.Text:
                json.WriteStringValue(row.GetValue(column) switch { Guid id => id.ToString("D"), var text => (string)text });
                break;
            case ColumnKind.Bytes:
                json.WriteBase64StringValue(row.GetFieldValue<byte[]>(column));
                break;
            case ColumnKind.Json:
                WriteSorted(json, JsonNode.Parse(row.GetString(column)));
                break;
        }
    }

    // PostgreSQL keeps the members of a jsonb in an order of its own.
    private static void WriteSorted(Utf8JsonWriter json, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                json.WriteStartObject();
                foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    WriteSorted(json, value);
                }

                json.WriteEndObject();
                break;
            case JsonArray items:
                json.WriteStartArray();
                foreach (var item in items)
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                node.WriteTo(json);
                break;
        }
    }

    private string Ordered(string column) =>
        Quoted(column) + (table.Columns.First(shape => shape.Name == column).StoreType == "text" ? engine.ByBytes : "");

    private static string Quoted(string name) => $"\"{name}\"";
}
