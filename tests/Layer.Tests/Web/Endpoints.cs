using System.Text.RegularExpressions;
using Layer.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Layer.Tests.Web;

/// <summary>Every route of a server: taken from the server itself, so that a new one cannot be forgotten.</summary>
internal sealed partial record Endpoint(string Method, string Pattern, Right Right)
{
    public bool ForPrograms => Pattern.StartsWith("/v1", StringComparison.Ordinal);

    public bool IsFallback => Pattern.Contains("**", StringComparison.Ordinal) || Pattern.Contains("nonfile", StringComparison.Ordinal);

    /// <summary>A path that leads there: ids of nothing, a window, a day.</summary>
    public string Path => Parameter().Replace(Pattern, parameter => parameter.Groups[1].Value switch
    {
        "window" => "2026-01-01..2026-02-01",
        "index" => "0",
        "table" => "role-assignments",
        "file" => "app.css",
        "code" => "never-made",
        "rest" or "path" => "never/made",
        _ => "01920000-0000-7000-8000-000000000000",
    });

    public static IReadOnlyList<Endpoint> Of(WebHost web) =>
    [
        .. web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => new Endpoint(method, endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<NeedsRight>()!.Right)))
            .Distinct().OrderBy(endpoint => endpoint.Pattern, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"\{\*{0,2}([a-zA-Z]+)(?::[^{}]*(?:\{[^{}]*\})?[^{}]*)?\}")]
    private static partial Regex Parameter();
}
