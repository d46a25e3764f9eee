using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Layer.Evidence.Collecting;

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
                case SocketException or IOException or TimeoutException:
                    return Of(FailureCode.CannotReach, uri, peers, "connection-lost");
            }
        }

        return null;
    }

    public static Failure Of(string code, Uri uri, Peers peers, string reason) =>
        new(code, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Host,
            ["proxy"] = peers.FindProxy(uri) ?? "none",
            ["reason"] = reason,
        });

    private static Failure Of(HttpRequestException http, Uri uri, Peers peers)
    {
        var status = http.StatusCode is { } code ? ((int)code).ToString(CultureInfo.InvariantCulture) : null;
        return http.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => Of(FailureCode.CannotReach, uri, peers, "name-not-resolved"),
            HttpRequestError.ProxyTunnelError => Of(FailureCode.ProxyRefused, uri, peers, status ?? "tunnel-refused"),
            HttpRequestError.SecureConnectionError when peers.FindRefusedIssuer(uri.Host) is { } issuer => NotTrusted(uri, peers, issuer),
            HttpRequestError.SecureConnectionError => Of(FailureCode.CannotReach, uri, peers, "tls-failed"),
            HttpRequestError.ConnectionError => Of(FailureCode.CannotReach, uri, peers, "connection-refused"),
            _ when http.StatusCode == HttpStatusCode.ProxyAuthenticationRequired => Of(FailureCode.ProxyRefused, uri, peers, "407"),
            _ => Of(FailureCode.CannotReach, uri, peers, "connection-lost"),
        };
    }

    private static Failure NotTrusted(Uri uri, Peers peers, string issuer)
    {
        var failure = Of(FailureCode.TlsNotTrusted, uri, peers, "certificate-not-trusted");
        return failure with { Facts = new Dictionary<string, string>(failure.Facts, StringComparer.Ordinal) { ["issuer"] = issuer } };
    }
}
