using System.Text.Json;

namespace Layer.Azure.Names;

/// <summary>The answer of getByIds: names by object id, and whether Graph kept a part back.</summary>
internal sealed record GraphAnswer(IReadOnlyDictionary<Guid, NameLookup> Names, bool HasMore)
{
    /// <summary>Null when the body is anything else than such an answer.</summary>
    public static GraphAnswer? Find(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Array)
                return null;
            var names = new Dictionary<Guid, NameLookup>();
            foreach (var row in value.EnumerateArray())
            {
                if (!Guid.TryParse(Text(row, "id"), out var id))
                    return null;
                // An object the app may not read comes with its id and type alone.
                names[id] = Text(row, "displayName") is { } name
                    ? new NameLookup.Resolved(name, Text(row, "userPrincipalName") ?? Text(row, "appId"), TypeOf(row), Text(row, "userType"), Flag(row, "accountEnabled"))
                    : new NameLookup.NotPermitted(TypeOf(row));
            }

            return new GraphAnswer(names, json.RootElement.TryGetProperty("@odata.nextLink", out _));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // "#microsoft.graph.servicePrincipal"
    private static string? TypeOf(JsonElement row) => Text(row, "@odata.type")?.Split('.')[^1];

    private static bool? Flag(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static string? Text(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
