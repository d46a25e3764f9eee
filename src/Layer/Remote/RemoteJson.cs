using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Operations;

namespace Layer.Remote;

/// <summary>Reads fields that an answer must have; what is missing or of another kind throws, and <see cref="RemoteServer.Read"/> says so.</summary>
internal static class RemoteJson
{
    public static string Text(this JsonElement json, string name) => json.TextOrNull(name) ?? throw new FormatException($"'{name}' is null");

    /// <summary>Null when the server says null; absent throws.</summary>
    public static string? TextOrNull(this JsonElement json, string name) => json.GetProperty(name).GetString();

    public static int Count(this JsonElement json, string name) => json.GetProperty(name).GetInt32();

    public static Guid Id(this JsonElement json, string name) => json.GetProperty(name).GetGuid();

    public static DateTimeOffset Time(this JsonElement json, string name) =>
        Instant.TryParse(json.Text(name), out var at) ? at : throw new FormatException($"'{name}' is no time");

    /// <summary>A failure within an event, as code and facts; null when there is none.</summary>
    public static Failure? FailureOrNull(this JsonElement json, string name) => json.GetProperty(name) is { ValueKind: not JsonValueKind.Null } failure ? FailureJson.Read(failure) : null;

    public static DateOnly Day(this JsonElement json, string name) =>
        DateOnly.TryParseExact(json.Text(name), "yyyy-MM-dd", out var day) ? day : throw new FormatException($"'{name}' is no day");
}
