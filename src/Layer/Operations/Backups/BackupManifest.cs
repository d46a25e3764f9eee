using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.Evidence;
using Layer.Storage;

namespace Layer.Operations.Backups;

/// <summary>What a backup says about itself: <c>manifest.json</c>, its last entry (docs/operate.md, "What is in a backup").</summary>
/// <param name="CreatedAt">When the snapshot was taken, UTC.</param>
/// <param name="Version">Of the program that made it.</param>
/// <param name="Engine"><c>sqlite</c> or <c>postgres</c>: where it comes from; it can be restored into either.</param>
/// <param name="Schema">Number of migrations that lead to its tables.</param>
/// <param name="SchemaName">The name of the last of them.</param>
/// <param name="Keys">Key-encryption keys that open what is sealed in it, ascending. They are not in the backup.</param>
/// <param name="Logs">The logs in it.</param>
/// <param name="Tables">Those that are referred to before those that refer to them.</param>
internal sealed partial record BackupManifest(
    DateTimeOffset CreatedAt, string Version, string Engine, int Schema, string SchemaName, IReadOnlyList<Guid> Keys, IReadOnlyList<BackupLog> Logs, IReadOnlyList<BackupTable> Tables)
{
    public const string Format = "layer-backup/1";
    public const string FileName = "manifest.json";

    private const string TimeForm = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public long Rows => Tables.Sum(table => table.Rows);

    public void Write(Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("createdAt", CreatedAt.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
        json.WriteString("version", Version);
        json.WriteString("engine", Engine);
        json.WriteNumber("schema", Schema);
        json.WriteString("schemaName", SchemaName);
        json.WriteStartArray("keys");
        foreach (var key in Keys)
            json.WriteStringValue(key);
        json.WriteEndArray();
        json.WriteStartArray("logs");
        foreach (var log in Logs)
        {
            json.WriteStartObject();
            json.WriteString("origin", log.Origin);
            json.WriteNumber("size", log.Size);
            json.WriteString("root", log.Root.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("tables");
        foreach (var table in Tables)
        {
            json.WriteStartObject();
            json.WriteString("name", table.Name);
            json.WriteNumber("rows", table.Rows);
            json.WriteString("sha256", table.Sha256.ToString());
            json.WriteStartArray("columns");
            foreach (var column in table.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("kind", KindText(column.Kind));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">It is no manifest that this version reads; the message is a sentence without its full stop.</exception>
    public static BackupManifest Parse(byte[] bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.GetProperty("format").GetString() is var format && format != Format)
                throw new FormatException($"its format is {format}, and this version reads {Format}");
            return new BackupManifest(
                DateTimeOffset.ParseExact(Text(root, "createdAt"), TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Text(root, "version"), Text(root, "engine"), root.GetProperty("schema").GetInt32(), Text(root, "schemaName"),
                [.. root.GetProperty("keys").EnumerateArray().Select(key => key.GetGuid())],
                [.. root.GetProperty("logs").EnumerateArray().Select(log => new BackupLog(Text(log, "origin"), log.GetProperty("size").GetInt64(), Hash(log, "root")))],
                [.. root.GetProperty("tables").EnumerateArray().Select(Table)]);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("its manifest cannot be read", wrong);
        }
    }

    private static BackupTable Table(JsonElement table)
    {
        var name = Text(table, "name");
        if (!Name.IsMatch(name))
            throw new FormatException("its manifest names a table that cannot be one");
        return new BackupTable(
            name, [.. table.GetProperty("columns").EnumerateArray().Select(column => (Text(column, "name"), KindOf(Text(column, "kind"))))],
            table.GetProperty("rows").GetInt64(), Hash(table, "sha256"));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"its manifest has no {name}");

    private static Digest Hash(JsonElement element, string name) => Digest.TryParse(Text(element, name), out var hash) ? hash : throw new FormatException($"its manifest has no {name} where one belongs");

    private static string KindText(ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => "integer",
        ColumnKind.Text => "text",
        ColumnKind.Bytes => "bytes",
        _ => "json",
    };

    private static ColumnKind KindOf(string text) => text switch
    {
        "integer" => ColumnKind.Integer,
        "text" => ColumnKind.Text,
        "bytes" => ColumnKind.Bytes,
        "json" => ColumnKind.Json,
        _ => throw new FormatException($"its manifest has a column of kind {text}, which this version does not know"),
    };

    [GeneratedRegex("^[a-z_]{1,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name { get; }
}

/// <summary>A log as it stood when the snapshot was taken.</summary>
internal sealed record BackupLog(string Origin, long Size, Digest Root);

/// <summary>One table of a backup.</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">In the order in which rows have their values.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Sha256">Over all lines, each with its line feed.</param>
internal sealed record BackupTable(string Name, IReadOnlyList<(string Name, ColumnKind Kind)> Columns, long Rows, Digest Sha256)
{
    public string File => $"tables/{Name}.jsonl";

    /// <summary>Whether the table of a database has the same columns.</summary>
    public bool Fits(TableShape shape) => shape.Name == Name && shape.Columns.Select(column => (column.Name, column.Kind)).SequenceEqual(Columns);
}
