using System.Text.Json;
using System.Text.RegularExpressions;

namespace Layer.Tests.AzureEmulator;

/// <summary>Every recorded request is asked again, of the emulator; status, headers and the shape of the body must be those of Azure.</summary>
public sealed partial class RecordingSpecs
{
    private static readonly string[] OutOfScope =
    [
        "azurecli-role-assignment-put-201-2025", // a write; the emulator is read-only
        "sdknet-pim-roleAssignmentScheduleInstances-2022", // PIM is not read
    ];

    // Texts that Azure has changed since; the emulator speaks the newer one.
    private static readonly string[] OlderTexts =
    [
        "arm-get-resource-group-403", // 2018, without "or the scope is invalid"
        "entra-token-401-7000215-invalid-secret", // 2019, "is provided"
        "entra-token-400-90002-tenant-not-found", // trailers cut off by the recorder
        "entra-401-7000222-2026", // the app id is starred out
    ];

    private static readonly string[] ComparedHeaders =
    [
        "Cache-Control", "Pragma", "Content-Type", "Expires", "Strict-Transport-Security", "X-Content-Type-Options", "P3P", "WWW-Authenticate", "Retry-After",
        "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "x-cache",
    ];

    private static readonly string[] ExpectedHeaders =
    [
        "Date", "x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id", "x-ms-failure-cause", "x-ms-ratelimit-remaining-subscription-reads",
        "x-ms-ratelimit-remaining-subscription-global-reads", "x-ms-ratelimit-remaining-tenant-reads", "x-ms-ratelimit-remaining-managementgroups-requests",
        "x-ms-operation-identifier", "x-ms-ests-server", "x-ms-srs", "x-ms-clitelem", "request-id", "client-request-id", "x-ms-ags-diagnostic", "x-ms-resource-unit",
    ];

    public static TheoryData<string> Answered => [.. RecordedConversation.Names];

    [Fact]
    public void Every_recording_is_replayed_or_named_as_out_of_scope()
    {
        var files = Directory.GetFiles(SharedFolder.Find("recordings"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f));

        Assert.Equal(files.Order(StringComparer.Ordinal), RecordedConversation.Names.Concat(OutOfScope).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Answered))]
    public async Task The_emulator_answers_like_the_recording(string name)
    {
        using var recording = JsonDocument.Parse(await File.ReadAllTextAsync(SharedFolder.Find("recordings", name + ".json"), TestContext.Current.CancellationToken));
        var request = recording.RootElement.GetProperty("request");
        var response = recording.RootElement.GetProperty("response");

        var reply = await RecordedConversation.AskAsync(name, new Uri(request.GetProperty("uri").GetString()!.Replace("api-version=...", "api-version=2022-12-01", StringComparison.Ordinal)));

        Assert.Equal(response.GetProperty("status").GetInt32(), reply.Status);
        AssertHeaders(response.GetProperty("headers"), reply);
        var body = response.GetProperty("body");
        Assert.Equal(Shape(body), Shape(reply.Json));
        if (!OlderTexts.Contains(name))
            Assert.Equal(Texts(body), Texts(reply.Json));
    }

    private static void AssertHeaders(JsonElement recorded, Reply reply)
    {
        foreach (var header in recorded.EnumerateObject())
        {
            if (ExpectedHeaders.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
                Assert.True(reply.Headers.ContainsKey(header.Name), $"{header.Name} is missing");
            if (ComparedHeaders.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
                Assert.Equal(Parts(header.Value.GetString()!), Parts(reply.Headers.GetValueOrDefault(header.Name) ?? ""));
        }
    }

    private static string Parts(string header) =>
        string.Join(", ", Variable().Replace(header, "<id>").Split(", ").Select(p => p.Replace("; ", ";", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    /// <summary>Paths of all properties with the kinds their values have; what stands under tags is the customer's own.</summary>
    private static SortedSet<string> Shape(JsonElement json)
    {
        var shape = new SortedSet<string>(StringComparer.Ordinal);
        Walk(json, "");
        return shape;

        void Walk(JsonElement element, string path)
        {
            if (path.EndsWith(".tags", StringComparison.Ordinal))
                shape.Add(path);
            else if (element.ValueKind == JsonValueKind.Object)
                foreach (var property in element.EnumerateObject())
                    Walk(property.Value, $"{path}.{property.Name}");
            else if (element.ValueKind == JsonValueKind.Array)
            {
                shape.Add(path + "[]");
                foreach (var item in element.EnumerateArray())
                    Walk(item, path + "[]");
            }
            else
                shape.Add($"{path}:{(element.ValueKind is JsonValueKind.Null or JsonValueKind.String ? "text" : element.ValueKind.ToString())}");
        }
    }

    // The words of an error, without what differs from call to call.
    private static string? Texts(JsonElement body)
    {
        var text = body.TryGetProperty("error_description", out var description) ? description.GetString()
            : body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                ? $"{error.GetProperty("code")} {error.GetProperty("message")}" : null;
        return text is null ? null : Space().Replace(Variable().Replace(text, "<id>"), " ");
    }

    [GeneratedRegex(
        @"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+/\d+/\d{4} \d+:\d+:\d+ [AP]M|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ|(?<=directory ')[^']+|(?<=presented assertion subject ')[^']+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Space();
}
