using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Evidence.Collecting;

namespace Layer.Operations;

/// <summary>A failure as JSON, <c>{"code":…,"facts":{…}}</c>: as operations store it, events tell it and a server's problems carry it.</summary>
internal static class FailureJson
{
    public static JsonObject Describe(Failure failure) => new()
    {
        ["code"] = failure.Code,
        ["facts"] = new JsonObject(failure.Facts.Select(fact => KeyValuePair.Create(fact.Key, (JsonNode?)fact.Value))),
    };

    /// <summary>Reads what <see cref="Describe"/> wrote here.</summary>
    public static Failure Read(JsonNode described) => Read(JsonSerializer.SerializeToElement(described));

    /// <summary>Reads what <see cref="Describe"/> wrote, here or elsewhere.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static Failure Read(JsonElement described)
    {
        if (described.ValueKind != JsonValueKind.Object
            || !described.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.String
            || !described.TryGetProperty("facts", out var facts) || facts.ValueKind != JsonValueKind.Object)
            throw new FormatException("a failure has no code and facts");
        return new Failure(code.GetString()!, facts.EnumerateObject().ToDictionary(
            fact => fact.Name, fact => fact.Value.GetString() ?? throw new FormatException($"the fact '{fact.Name}' is null"), StringComparer.Ordinal));
    }
}
