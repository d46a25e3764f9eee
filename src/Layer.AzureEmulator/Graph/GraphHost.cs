using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.AzureEmulator.Entra;

namespace Layer.AzureEmulator.Graph;

/// <summary>graph.microsoft.com as far as names and secret expiry need it (azure-wire §7).</summary>
internal sealed partial class GraphHost(World world, EmulatorOptions options)
{
    public async Task<Answer> AnswerAsync(Exchange exchange, CancellationToken ct)
    {
        var body = exchange.Method == "POST" ? await ReadBodyAsync(exchange, ct) : null;
        var caller = exchange.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? TokenSigner.Read(header[7..]) : null;
        var call = CallOf(exchange.Method, exchange.Path);
        var answer = Refuse(exchange, caller) ??
            (exchange.Tail(1, "$batch") ? Batch(body, caller!) : Dispatch(exchange.Method, exchange.Path, exchange.Query("$filter"), exchange.Query("$select"), body, caller!));
        answer.Client = caller?.ClientId;
        answer.Caller = caller?.ObjectId;
        answer.Tenant = caller?.TenantId;
        return Dressed(answer, exchange).For(call);
    }

    private static AzureCall CallOf(string method, string path) =>
        method == "POST" && path.EndsWith("/directoryObjects/getByIds", StringComparison.OrdinalIgnoreCase) ? AzureCall.GetDirectoryObjects
        : ApplicationPath().IsMatch(path) || path.EndsWith("/applications", StringComparison.OrdinalIgnoreCase) ? AzureCall.GetApplication
        : path.Contains("/servicePrincipals", StringComparison.OrdinalIgnoreCase) ? AzureCall.ListServicePrincipals
        : AzureCall.Other;

    private Answer? Refuse(Exchange exchange, Caller? caller)
    {
        var now = options.Clock.GetUtcNow();
        if (exchange.Header("Authorization") is null)
            return GraphErrors.BadToken("Access token is empty.", now);
        if (caller is null || !caller.Audience.TrimEnd('/').EndsWith(exchange.Cloud.Graph, StringComparison.OrdinalIgnoreCase))
            return GraphErrors.BadToken("CompactToken parsing failed with error code: 80049217", now);
        return caller.Expires <= EmulatorOptions.RealTime.GetUtcNow() ? GraphErrors.BadToken("Access token has expired or is not yet valid.", now) : null;
    }

    private Answer Dispatch(string method, string path, string? filter, string? select, JsonElement? body, Caller caller)
    {
        lock (world.Gate)
        {
            if (CallOf(method, path) == AzureCall.GetDirectoryObjects)
                return DirectoryObjects.GetByIds(body, select, caller, world, options);
            if (ApplicationPath().Match(path) is { Success: true } application)
                return Applications.Get(application.Groups["id"].Value, caller, world, options);
            if (path.EndsWith("/applications", StringComparison.OrdinalIgnoreCase) && AppIdFilter().Match(filter ?? "") is { Success: true } one)
                return Applications.List(one.Groups["id"].Value, caller, world, options);
            if (ServicePrincipalPath().Match(path) is { Success: true } principal)
                return ServicePrincipals.Get(principal.Groups["id"].Value, caller, world, options);
            if (path.EndsWith("/servicePrincipals", StringComparison.OrdinalIgnoreCase) && AppIdFilter().Match(filter ?? "") is { Success: true } match)
                return ServicePrincipals.List(match.Groups["id"].Value, caller, world, options);
            return path.EndsWith("/organization", StringComparison.OrdinalIgnoreCase) && !DirectoryRights.MayReadAll(caller)
                ? GraphErrors.Denied(options.Clock.GetUtcNow())
                : GraphErrors.BadRequest($"Resource not found for the segment '{path}'.", options.Clock.GetUtcNow());
        }
    }

    // azure-wire §7: up to twenty, the batch itself is 200 whatever its parts are
    private Answer Batch(JsonElement? body, Caller caller)
    {
        if (body?.TryGetProperty("requests", out var requests) != true || requests.GetArrayLength() > 20)
            return GraphErrors.BadRequest("Invalid batch payload format.", options.Clock.GetUtcNow());
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("responses");
            foreach (var request in requests.EnumerateArray().Reverse())
            {
                var url = new Uri(new Uri("https://graph.microsoft.com"), "/v1.0/" + request.GetProperty("url").GetString()!.TrimStart('/'));
                var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query);
                var answer = Dispatch(
                    request.GetProperty("method").GetString()!, Uri.UnescapeDataString(url.AbsolutePath), query.TryGetValue("$filter", out var f) ? f.ToString() : null,
                    query.TryGetValue("$select", out var s) ? s.ToString() : null,
                    request.TryGetProperty("body", out var inner) ? inner : null, caller);
                json.WriteStartObject();
                json.WriteString("id", request.GetProperty("id").GetString());
                json.WriteNumber("status", answer.Status);
                json.WriteStartObject("headers");
                json.WriteString("Content-Type", "application/json");
                json.WriteEndObject();
                json.WritePropertyName("body");
                json.WriteRawValue(answer.Body.Span);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<JsonElement?> ReadBodyAsync(Exchange exchange, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(exchange.Request.Body, default, ct);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // recordings graph-401-invalidauthenticationtoken, graph-403-authorization-requestdenied
    private static Answer Dressed(Answer answer, Exchange exchange)
    {
        if (answer.Status == 200)
            answer.ContentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
        else
            answer.ContentType = "application/json";
        var id = Guid.NewGuid().ToString();
        return answer
            .With("Cache-Control", "no-cache")
            .With("Strict-Transport-Security", "max-age=31536000")
            .With("request-id", id)
            .With("client-request-id", exchange.Header("client-request-id") ?? id)
            .With("x-ms-ags-diagnostic",
                """{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"AM1PEPF00000001"}}""")
            .With("x-ms-resource-unit", "3")
            .With("odata-version", "4.0");
    }

    [GeneratedRegex(@"/applications(?:\(appId='(?<id>[^']+)'\)|/(?<id>[0-9a-f-]{36}))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ApplicationPath();

    [GeneratedRegex(@"/servicePrincipals(?:\(appId='(?<id>[^']+)'\)|/(?<id>[0-9a-f-]{36}))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServicePrincipalPath();

    [GeneratedRegex(@"^\s*appId\s+eq\s+'(?<id>[^']+)'\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AppIdFilter();
}
