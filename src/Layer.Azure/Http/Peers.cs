using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Layer.Evidence;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Http;

/// <summary>The certificates that answered for each host, and the proxy between.</summary>
internal sealed class Peers(AzureConnectorOptions options)
{
    /// <summary>After this a connection is made anew, so that a certificate that is in use was seen within this time.</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Peer[]> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly PublicTrust _trust = new();

    public IWebProxy Proxy { get; } = options.Proxy is { } proxy ? new WebProxy(proxy) : HttpClient.DefaultProxy;

    /// <summary>Validation is the platform's own; this only remembers what it said.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var host = sender is SslStream stream ? stream.TargetHostName : "";
        if (certificate is not X509Certificate2 server)
            return false;
        if (errors != SslPolicyErrors.None || chain is null)
        {
            _refused[host] = DistinguishedName.ToText(server.IssuerName);
            return false;
        }

        var peer = new Peer(
            Digest.Of(server.RawData), DistinguishedName.ToText(server.IssuerName), _trust.Holds(chain.ChainElements[^1].Certificate), options.Clock.GetUtcNow());
        _seen.AddOrUpdate(host, [peer], (_, before) => [peer, .. before.Where(p => p.Certificate != peer.Certificate).Take(7)]);
        return true;
    }

    /// <summary>The issuer of the certificate that was refused for a host; null when none was.</summary>
    public string? FindRefusedIssuer(string host) => _refused.GetValueOrDefault(host);

    /// <summary>Host and port of the proxy for an address; null when the connection is direct.</summary>
    public string? FindProxy(Uri uri) =>
        Proxy.IsBypassed(uri) || Proxy.GetProxy(uri) is not { } proxy || proxy == uri ? null : $"{proxy.Host}:{proxy.Port}";

    /// <summary>The peer that answered for a host since a moment. Of several, one without public trust is named first: the limit must not be hidden.</summary>
    public HostReading? Find(Uri uri, DateTimeOffset since)
    {
        if (!_seen.TryGetValue(uri.Host, out var peers))
            return null;
        var peer = peers.FirstOrDefault(p => !p.Public && p.SeenAt >= since - ConnectionLifetime) ?? peers[0];
        return new HostReading(uri.Host, peer.Certificate, peer.Issuer, FindProxy(uri), peer.Public);
    }

    private sealed record Peer(Digest Certificate, string Issuer, bool Public, DateTimeOffset SeenAt);
}
