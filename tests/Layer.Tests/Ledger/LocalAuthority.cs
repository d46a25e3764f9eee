using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Layer.Tests.Ledger;

/// <summary>How a local authority answers.</summary>
public enum AuthorityMood
{
    Works,
    IsBusy,
    SendsElsewhere,
    Babbles,
    StampsSomethingElse,
    RepeatsItsLastAnswer,
    RefusesTheRequest,
    SignsWithAnotherKey,
    NeverAnswers,
    NeverEnds,
}

/// <summary>A time-stamp authority on loopback: <c>openssl ts -reply</c> behind HTTP, with a certificate made for this run.</summary>
internal sealed class LocalAuthority : IAsyncDisposable
{
    private static readonly Lazy<Dictionary<string, string>> Certificates = new(MakeCertificates);

    /// <summary>Where it is, for whoever may ask it although it is not public.</summary>
    public static IReadOnlyList<System.Net.IPNetwork> Network { get; } = [System.Net.IPNetwork.Parse("127.0.0.1/32")];

    private readonly string _folder;
    private readonly WebApplication _server;
    private readonly SemaphoreSlim _one = new(1);
    private byte[]? _last;

    private LocalAuthority(string folder, WebApplication server) => (_folder, _server) = (folder, server);

    public AuthorityMood Mood { get; set; }

    public int Asked { get; private set; }

    public TaskCompletionSource WasAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address => new($"{_server.Urls.First()}/tsa");

    public string Root => Path.Combine(_folder, "ca.pem");

    public static async Task<LocalAuthority> StartAsync()
    {
        if (!File.Exists("/usr/bin/openssl"))
            SkipOrFail("openssl is not installed: time stamps were not tried.");
        var folder = Directory.CreateTempSubdirectory("layer-tsa-").FullName;
        foreach (var (name, text) in Certificates.Value)
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        await File.WriteAllTextAsync(Path.Combine(folder, "tsa.cnf"), Configuration(folder));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var authority = new LocalAuthority(folder, server);
        server.MapPost("/tsa", authority.AnswerAsync);
        await server.StartAsync();
        return authority;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _one.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs openssl in the folder; its standard output and error.</summary>
    public static async Task<(int ExitCode, string Text)> OpenSslAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/openssl", arguments) { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Asked++;
        WasAsked.TrySetResult();
        using var query = new MemoryStream();
        await http.Request.Body.CopyToAsync(query);
        switch (Mood)
        {
            case AuthorityMood.IsBusy:
                http.Response.StatusCode = 503;
                return;
            case AuthorityMood.SendsElsewhere:
                http.Response.Redirect(Address.AbsoluteUri, permanent: false, preserveMethod: true);
                return;
            case AuthorityMood.NeverAnswers:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
                return;
            case AuthorityMood.NeverEnds:
                while (!http.RequestAborted.IsCancellationRequested)
                    await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
                return;
        }

        Assert.Equal("application/timestamp-query", http.Request.ContentType);
        http.Response.ContentType = "application/timestamp-reply";
        await http.Response.Body.WriteAsync(Mood switch
        {
            AuthorityMood.Babbles => "<html>Welcome to the captive portal</html>"u8.ToArray(),
            AuthorityMood.RepeatsItsLastAnswer => _last!, // a test lets it work first
            AuthorityMood.StampsSomethingElse => await ReplyAsync(OtherQuery(query.ToArray()), "tsa"),
            AuthorityMood.RefusesTheRequest => await ReplyAsync(query.ToArray(), "strict"),
            AuthorityMood.SignsWithAnotherKey => Spoil(await ReplyAsync(query.ToArray(), "tsa")),
            _ => _last = await ReplyAsync(query.ToArray(), "tsa"),
        });
    }

    private async Task<byte[]> ReplyAsync(byte[] query, string section)
    {
        await _one.WaitAsync();
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder, "query.tsq"), query);
            var (exitCode, text) = await OpenSslAsync(
                _folder, "ts", "-reply", "-config", "tsa.cnf", "-section", section, "-queryfile", "query.tsq", "-out", "reply.tsr");
            Assert.True(exitCode == 0, text);
            return await File.ReadAllBytesAsync(Path.Combine(_folder, "reply.tsr"));
        }
        finally
        {
            _one.Release();
        }
    }

    // The hash stands in the request as it is: another one of the same length, and the same nonce.
    private static byte[] OtherQuery(byte[] query)
    {
        Assert.True(System.Security.Cryptography.Pkcs.Rfc3161TimestampRequest.TryDecode(query, out var request, out _));
        var hash = request.GetMessageHash();
        var at = query.AsSpan().IndexOf(hash.Span);
        query[at] ^= 1;
        return query;
    }

    // The last bytes of a token are its signature.
    private static byte[] Spoil(byte[] reply)
    {
        reply[^5] ^= 1;
        return reply;
    }

    // RSA, as authorities use it: made once, because making a key takes longer than all the rest.
    private static Dictionary<string, string> MakeCertificates()
    {
        using var rootKey = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var rootRequest = new CertificateRequest("CN=Throw-away root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Throw-away time stamps", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, critical: true));
        using var certificate = request.Create(root, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        return new Dictionary<string, string>
        {
            ["ca.pem"] = root.ExportCertificatePem(),
            ["tsa.pem"] = certificate.ExportCertificatePem(),
            ["tsa.key"] = key.ExportPkcs8PrivateKeyPem(),
            ["serial"] = "01",
        };
    }

    private static string Configuration(string folder) => $"""
        [tsa]
        {Section(folder, "sha256")}
        [strict]
        {Section(folder, "sha512")}
        """;

    private static string Section(string folder, string digest) => $"""
        serial = {folder}/serial
        signer_cert = {folder}/tsa.pem
        certs = {folder}/ca.pem
        signer_key = {folder}/tsa.key
        signer_digest = sha256
        default_policy = 1.2.3.4.1
        digests = {digest}
        accuracy = secs:1
        ordering = yes
        tsa_name = no
        ess_cert_id_chain = no
        ess_cert_id_alg = sha256
        """;

    private static void SkipOrFail(string missing)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Assert.Fail(missing);
        Assert.Skip(missing);
    }
}
