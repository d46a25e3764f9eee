using System.Net;
using System.Security.Cryptography;
using System.Text;
using Layer.Access;

namespace Layer.Operations.Metrics;

/// <summary><c>/metrics</c>, for a monitoring system: with the token of <c>Layer:MetricsToken</c>, or from this machine while nobody else can reach the server.</summary>
internal static class MetricsRoutes
{
    private const string Scheme = "Bearer ";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ReadAsync).Needs(Right.None);

    private static async Task<IResult> ReadAsync(HttpContext http, Installation layer, MetricsPage page, CancellationToken cancellationToken)
    {
        // Whoever may not is told what is told of every path that is not there.
        if (!May(http, layer.Settings))
            throw new RefusedException("NOT_FOUND");
        return Results.Text(await page.ReadAsync(cancellationToken), "text/plain; version=0.0.4", Encoding.UTF8);
    }

    // A proxy on this machine comes from loopback with everybody's requests: a public address means that there may be one.
    private static bool May(HttpContext http, Settings settings) =>
        settings.MetricsToken is { } token
            ? http.Request.Headers.Authorization.ToString() is var given && given.StartsWith(Scheme, StringComparison.Ordinal)
                && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)))
            : settings.PublicUrl is null && settings.TrustedProxies.Count == 0 && http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);
}
