using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Layer.Azure.Errors;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Azure.Http;

/// <summary>Names the reason why no answer came.</summary>
internal static class Unreachable
{
    /// <summary>The failure behind an exception of the transport; null when the exception is not one of the network.</summary>
    public static Failure? Find(Exception exception, Uri uri, Peers peers)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException http:
                    return Of(http, uri, peers);
                case AggregateException { InnerExceptions: [var first, ..] }:
                    return Find(first, uri, peers);
                case SocketException or IOException:
                    return Of(NetworkErrors.ConnectionLost, uri, peers);
                case TimeoutException:
                    return Of(NetworkErrors.CannotReach, uri, peers, ("reason", cause.Message));
            }
        }

        return null;
    }

    public static Failure Of(ErrorEntry entry, Uri uri, Peers peers, params ReadOnlySpan<(string Name, string Value)> facts) =>
        Failures.Of(entry, [("host", uri.Host), ("proxy", peers.FindProxy(uri) ?? "none"), .. facts]);

    public static Failure TimedOut(Uri uri, Peers peers, TimeSpan after) =>
        Of(NetworkErrors.TimedOut, uri, peers, ("seconds", ((long)after.TotalSeconds).ToString(CultureInfo.InvariantCulture)));

    private static Failure Of(HttpRequestException http, Uri uri, Peers peers)
    {
        var proxied = peers.FindProxy(uri) is not null;
        var status = http.StatusCode is { } code ? ((int)code).ToString(CultureInfo.InvariantCulture) : "no status";
        return http.HttpRequestError switch
        {
            _ when http.StatusCode == HttpStatusCode.ProxyAuthenticationRequired => Of(NetworkErrors.ProxyAuthentication, uri, peers, ("status", "407")),
            HttpRequestError.ProxyTunnelError => Of(NetworkErrors.ProxyRefused, uri, peers, ("status", status)),
            HttpRequestError.NameResolutionError => Of(proxied ? NetworkErrors.ProxyUnreachable : NetworkErrors.HostNotFound, uri, peers),
            HttpRequestError.ConnectionError => Of(proxied ? NetworkErrors.ProxyUnreachable : NetworkErrors.ConnectionRefused, uri, peers),
            HttpRequestError.SecureConnectionError when peers.FindRefusedIssuer(uri.Host) is { } issuer =>
                Of(NetworkErrors.TlsNotTrusted, uri, peers, ("issuer", issuer)),
            HttpRequestError.SecureConnectionError => Of(NetworkErrors.TlsFailed, uri, peers, ("reason", http.InnerException?.Message ?? http.Message)),
            _ => Of(NetworkErrors.ConnectionLost, uri, peers),
        };
    }
}
