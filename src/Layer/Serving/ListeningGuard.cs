using Layer.Operations;
using Microsoft.AspNetCore.HttpOverrides;

namespace Layer.Serving;

/// <summary>What a request passes before anything reads it: it comes to a host that is served, and says of a proxy only what a trusted one may.</summary>
internal static class ListeningGuard
{
    // Supervisors ask by address.
    private static readonly string[] Probes = ["/livez", "/readyz"];

    public static IApplicationBuilder UseListeningGuard(this IApplicationBuilder app, Listening listening)
    {
        if (listening.Proxies.Count > 0)
        {
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = 1 };
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in listening.Proxies)
                forwarded.KnownIPNetworks.Add(proxy);
            app.UseForwardedHeaders(forwarded);
        }

        return app.Use((http, next) =>
        {
            var (host, served) = (http.Request.Host.Host, listening.PublicUrl?.ToString() ?? "http://localhost");
            if (Probes.Contains(http.Request.Path.Value) || (listening.Serves(host) && Listening.IsProtected(http.Request.IsHttps, http.Connection.RemoteIpAddress)))
                return next(http);
            throw new RefusedException("MISDIRECTED", ("host", host.Length == 0 ? "no host" : $"{http.Request.Scheme}://{host}"), ("url", served));
        });
    }
}

/// <summary>How people reach this server, for links that are sent to them.</summary>
internal static class PublicAddress
{
    /// <summary>Without a slash at its end.</summary>
    public static string Of(HttpContext http) => http.RequestServices.GetRequiredService<Listening>().PublicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{http.Request.Scheme}://{http.Request.Host}";
}
