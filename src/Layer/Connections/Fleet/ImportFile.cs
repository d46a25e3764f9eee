using System.Text.Json;

namespace Layer.Connections.Fleet;

/// <summary>A subscription that somebody wants to connect, and what to call it.</summary>
/// <param name="Subscription">Its id.</param>
/// <param name="Name">The name.</param>
/// <param name="Where">Where it stands, for a person: <c>line 7</c>.</param>
internal sealed record ImportLine(Guid Subscription, string Name, string Where);

/// <summary>Reads lists of subscriptions: CSV with a header, or JSON as <c>az account list -o json</c> prints it.</summary>
internal static class ImportFile
{
    public const string Allowed = "CSV with the columns subscriptionId and name, or JSON: [{\"subscriptionId\": \"…\", \"name\": \"…\"}], e.g. what 'az account list -o json' prints";

    private const int LongestName = 100;

    private static readonly string[] IdColumns = ["subscriptionid", "subscription_id", "id"];

    /// <summary>Reads all of it; <paramref name="problems"/> lists everything that is wrong, each with its place.</summary>
    public static IReadOnlyList<ImportLine> Read(string text, List<string> problems)
    {
        var lines = text.AsSpan().TrimStart('\uFEFF').TrimStart() is ['[', ..] ? ReadJson(text, problems) : ReadCsv(text, problems);
        foreach (var twice in lines.GroupBy(line => line.Subscription).Where(group => group.Count() > 1))
            problems.Add($"{string.Join(", ", twice.Select(line => line.Where))}: subscription {twice.Key} stands there {twice.Count()} times.");
        foreach (var twice in lines.GroupBy(line => line.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            problems.Add($"{string.Join(", ", twice.Select(line => line.Where))}: '{twice.Key}' names {twice.Count()} subscriptions. Allowed: a name of its own for each.");
        return lines;
    }

    private static List<ImportLine> ReadJson(string text, List<string> problems)
    {
        var lines = new List<ImportLine>();
        try
        {
            using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            var n = 0;
            foreach (var item in json.RootElement.EnumerateArray())
            {
                n++;
                if (item.ValueKind != JsonValueKind.Object)
                    problems.Add($"entry {n} is no object. Allowed: {Allowed}.");
                else
                    Add(lines, TextOf(item, IdColumns), TextOf(item, ["name"]), $"entry {n}", problems);
            }
        }
        catch (JsonException e)
        {
            problems.Add($"It is not JSON: line {e.LineNumber + 1}. Allowed: {Allowed}.");
        }

        return lines;
    }

    private static string TextOf(JsonElement item, string[] names) =>
        item.EnumerateObject().FirstOrDefault(property => names.Contains(property.Name, StringComparer.OrdinalIgnoreCase) && property.Value.ValueKind == JsonValueKind.String)
            .Value is { ValueKind: JsonValueKind.String } found ? found.GetString()!.Trim() : "";

    private static List<ImportLine> ReadCsv(string text, List<string> problems)
    {
        var lines = new List<ImportLine>();
        var rows = text.TrimStart('\uFEFF').Split('\n').Select((row, index) => (Cells: Cells(row.TrimEnd('\r')), Line: index + 1)).Where(row => row.Cells is not [""]).ToList();
        if (rows.Count == 0)
        {
            problems.Add($"It is empty. Allowed: {Allowed}.");
            return lines;
        }

        var header = rows[0].Cells.Select(cell => cell.Trim().ToLowerInvariant()).ToList();
        var (id, name) = (header.FindIndex(cell => IdColumns.Contains(cell, StringComparer.Ordinal)), header.IndexOf("name"));
        if (id < 0 || name < 0)
        {
            problems.Add($"line {rows[0].Line}: the header is '{string.Join(",", rows[0].Cells)}'. Allowed: {Allowed}.");
            return lines;
        }

        foreach (var (cells, line) in rows.Skip(1))
            Add(lines, cells.ElementAtOrDefault(id)?.Trim() ?? "", cells.ElementAtOrDefault(name)?.Trim() ?? "", $"line {line}", problems);
        return lines;
    }

    private static void Add(List<ImportLine> lines, string id, string name, string where, List<string> problems)
    {
        var before = problems.Count;
        if (!Guid.TryParseExact(id, "D", out var subscription))
            problems.Add($"{where}: '{id}' is no subscription ID. Allowed: 8-4-4-4-12 hexadecimal digits.");
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            problems.Add($"{where}: the name is {(name.Length == 0 ? "missing" : "too long, or holds control characters")}. Allowed: 1 to {LongestName} printable characters.");
        if (problems.Count == before)
            lines.Add(new ImportLine(subscription, name, where));
    }

    // RFC 4180 within a line: names hold no line breaks.
    private static List<string> Cells(string row)
    {
        var cells = new List<string>();
        var (cell, quoted) = (new System.Text.StringBuilder(), false);
        for (var i = 0; i < row.Length; i++)
        {
            if (quoted && row[i] == '"' && i + 1 < row.Length && row[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (row[i] == '"')
            {
                quoted = !quoted;
            }
            else if (row[i] == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(row[i]);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
