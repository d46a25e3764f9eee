using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Azure;
using Layer.Operations;
using Layer.Remote;

namespace Layer.Connections;

/// <summary>A step of a check, as operations tell it.</summary>
internal static class CheckStepJson
{
    public static JsonObject Describe(CheckStep step) => new()
    {
        ["id"] = step.Id, ["title"] = step.Title, ["result"] = step.Result.ToString().ToLowerInvariant(), ["milliseconds"] = step.Milliseconds,
        ["azureAction"] = step.AzureAction, ["lostWithoutIt"] = step.LostWithoutIt, ["failure"] = step.Failure is { } failure ? FailureJson.Describe(failure) : null,
        ["facts"] = new JsonObject(step.Facts.Select(fact => KeyValuePair.Create(fact.Key, (JsonNode?)fact.Value))),
    };

    /// <summary>Reads what <see cref="Describe"/> told.</summary>
    public static CheckStep Read(JsonElement json) => new(
        json.Text("id"), json.Text("title"), Enum.Parse<CheckResult>(json.Text("result"), ignoreCase: true), json.GetProperty("milliseconds").GetInt64(), json.TextOrNull("azureAction"),
        json.Text("lostWithoutIt"), json.FailureOrNull("failure"), json.GetProperty("facts").EnumerateObject().ToDictionary(fact => fact.Name, fact => fact.Value.GetString() ?? "", StringComparer.Ordinal));
}
