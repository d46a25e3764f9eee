using System.Text.Json;
using Layer.Evidence.Observations;

namespace Layer.Ledger;

/// <summary>The columns of an observation that queries use, taken from its facts.</summary>
internal readonly record struct Observed(string? Name, string? Scope, string? RoleGuid, string? PrincipalId)
{
    public static Observed In(Observation observation)
    {
        using var json = JsonDocument.Parse(observation.Bytes);
        var facts = json.RootElement.GetProperty("facts");
        return observation.Type switch
        {
            ObservationType.RoleAssignment =>
                new Observed(null, Text(facts, "scope"), Text(facts, "roleDefinitionId"), Text(facts, "principalId")),
            ObservationType.Subscription => new Observed(Text(facts, "displayName"), null, null, null),
            _ => new Observed(Text(facts, "name"), null, null, null),
        };
    }

    /// <summary>Whether type and key are the ones that the bytes name.</summary>
    public static bool Names(Observation observation)
    {
        using var json = JsonDocument.Parse(observation.Bytes);
        return Text(json.RootElement, "type") == observation.Type && Text(json.RootElement, "key") == observation.Key;
    }

    /// <summary>When Azure says a role assignment was made; null when it does not say.</summary>
    public static DateTimeOffset? CreatedOn(ReadOnlyMemory<byte> bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        return Text(json.RootElement.GetProperty("facts"), "createdOn") is { } text
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var created)
                ? created.ToUniversalTime()
                : null;
    }

    private static string? Text(JsonElement facts, string name) =>
        facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
