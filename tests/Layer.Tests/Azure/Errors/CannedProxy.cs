using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Layer.Tests.Azure.Errors;

/// <summary>A proxy on loopback that answers every tunnel itself, over TLS with its own certificate, and always with the same text.</summary>
internal sealed class CannedProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _connectAnswer;
    private readonly string? _answer;
    private readonly Task _serving;

    /// <param name="answer">The whole HTTP answer behind TLS; null sends bytes that are no TLS.</param>
    /// <param name="connectAnswer">The proxy's own answer to CONNECT; anything but 200 ends there.</param>
    public CannedProxy(string? answer, string connectAnswer = "HTTP/1.1 200 OK")
    {
        (_answer, _connectAnswer) = (answer, connectAnswer);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=management.azure.com, O=Inspecting Proxy", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("management.azure.com");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public X509Certificate2 Certificate { get; }

    public static string Answer(int status, string body, string headers = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        Certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // The client left, as it should when it does not trust the certificate.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        await ReadHeadAsync(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(_connectAnswer + "\r\nContent-Length: 0\r\n\r\n"), _stop.Token);
        if (!_connectAnswer.Contains(" 200 ", StringComparison.Ordinal))
            return;
        if (_answer is null)
        {
            await stream.WriteAsync("SSH-2.0-not-tls\r\n"u8.ToArray(), _stop.Token);
            return;
        }

        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
        await ReadHeadAsync(tls);
        await tls.WriteAsync(Encoding.UTF8.GetBytes(_answer), _stop.Token);
        await tls.FlushAsync(_stop.Token);
    }

    private async Task ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return;
            head.Append((char)one[0]);
        }
    }
}
