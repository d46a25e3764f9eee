using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Layer.Azure.Http;

/// <summary>The one way out of this project: nothing is sent that is not on the list, redirects are not followed, and who answered is kept.</summary>
internal sealed class Outbound : DelegatingHandler
{
    private readonly CloudEndpoints[] _clouds = [.. Enum.GetValues<AzureCloud>().Select(CloudEndpoints.Of)];

    public Outbound(AzureConnectorOptions options)
    {
        Peers = new Peers(options);
        var ssl = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Peers.Accept };
        if (options.TrustAnchors is { } anchors)
        {
            ssl.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            ssl.CertificateChainPolicy.CustomTrustStore.AddRange(anchors);
        }

        InnerHandler = new SocketsHttpHandler
        {
            SslOptions = ssl,
            UseProxy = true,
            Proxy = Peers.Proxy,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = Peers.ConnectionLifetime,
            MaxConnectionsPerServer = 16,
        };
    }

    public Peers Peers { get; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } uri || !AllowedRequests.Contains(request.Method, uri, _clouds))
            throw new InvalidOperationException($"{request.Method} to {request.RequestUri?.GetLeftPart(UriPartial.Path)} is not on the list of requests.");
        var code = "none";
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            AzureMeter.Requests.Add(1, new("host", uri.Host), new("code", code));
        }
    }
}
