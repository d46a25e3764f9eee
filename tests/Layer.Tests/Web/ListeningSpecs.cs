using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Operations;
using Layer.Serving;
using Layer.Tests.Cli;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Beyond this machine nothing is served without https, and a request for another host is not answered.</summary>
public sealed class ListeningSpecs(PostgresCluster cluster)
{
    private const string PublicUrl = "https://layer.example.test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://:8080")]
    [InlineData("http://10.0.0.5:8080")]
    [InlineData("http://layer.example.test:8080")]
    [InlineData("http://localhost.example.test:8080")]
    public void In_the_clear_it_listens_on_this_machine_only(string url)
    {
        var refused = Assert.ThrowsAny<Exception>(() => Listening.Decide(Told(), ["http://localhost:8080", url]));

        Assert.True(refused is RefusedException { Failure.Code: "LISTENS_IN_THE_CLEAR" } or SettingsException, refused.ToString());
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.8.8.8:8080")]
    [InlineData("http://[::1]:8080")]
    public void On_this_machine_it_listens_without_more(string url) => Assert.Null(Listening.Decide(Told(), [url]).Certificate);

    [Fact]
    public void Everything_that_is_wrong_with_where_to_listen_is_told_at_once()
    {
        var told = Assert.Throws<SettingsException>(() => Listening.Decide(Told(("Layer__Certificate", "/nowhere/tls.pem")), ["8080", "https://0.0.0.0:8443", "http://unix:/run/layer.sock"]));

        Assert.Equal(3, told.Problems.Count);
        Assert.Contains("'8080' is no address to listen on", told.Problems[0], StringComparison.Ordinal);
        Assert.Contains("unix", told.Problems[1], StringComparison.Ordinal);
        Assert.Contains("Layer:Certificate cannot be used (/nowhere/tls.pem)", told.Problems[2], StringComparison.Ordinal);
        Assert.Equal(2, Assert.Throws<SettingsException>(() => Listening.Decide(Told(), ["8080", "https://localhost:8443"])).Problems.Count);
        Assert.Contains("there is no certificate", Assert.Throws<SettingsException>(() => Listening.Decide(Told(), ["https://localhost:8443"])).Message, StringComparison.Ordinal);
        Assert.Contains("Layer:PublicUrl is missing", Assert.Throws<SettingsException>(() => Listening.Decide(Told(("Layer__TrustedProxies", "10.0.0.1")), ["http://0.0.0.0:8080"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Layer__PublicUrl", "http://layer.example.test")]
    [InlineData("Layer__PublicUrl", "https://layer.example.test/app")]
    [InlineData("Layer__PublicUrl", "https://ada:secret@layer.example.test")]
    [InlineData("Layer__TrustedProxies", "everybody")]
    [InlineData("Layer__TrustedProxies", "10.0.0.1,")]
    public void A_setting_that_cannot_be_meant_is_refused(string variable, string value)
    {
        Settings.Read(new Dictionary<string, string> { [variable] = value }, out var problems);

        Assert.Contains("Allowed:", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_certificate_it_serves_its_own_host_and_no_other_and_browsers_are_told_to_stay_with_https()
    {
        var file = Path.Combine(Path.GetTempPath(), $"layer-{Guid.NewGuid():n}.pem");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=layer.example.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n", Cancellation);
        try
        {
            await using var web = await WebHost.StartAsync(
                cluster, settings: new Dictionary<string, string> { ["Layer__Certificate"] = file, ["Layer__PublicUrl"] = PublicUrl }, url: "https://127.0.0.1:0");
            using var client = new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = (_, served, _, _) => served!.GetCertHashString() == certificate.GetCertHashString() },
            });

            using var own = await AskAsync(client, web, "layer.example.test", "/sign-in");
            using var other = await AskAsync(client, web, "attacker.example", "/sign-in");
            using var probe = await AskAsync(client, web, "10.1.2.3", "/livez");

            Assert.Equal(HttpStatusCode.OK, own.StatusCode);
            Assert.Equal(["max-age=31536000"], own.Headers.GetValues("Strict-Transport-Security"));
            Assert.Equal(HttpStatusCode.MisdirectedRequest, other.StatusCode);
            Assert.Contains("This Layer has another name", await other.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task On_every_address_of_the_machine_it_serves_https_with_a_PFX_that_has_a_password()
    {
        var file = Path.Combine(Path.GetTempPath(), $"layer-{Guid.NewGuid():n}.pfx");
        var password = $"{Guid.NewGuid():n}";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=layer.example.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12, password), Cancellation);
        try
        {
            foreach (var wrong in new[] { null, "not the password" })
            {
                var settings = wrong is null ? Told(("Layer__Certificate", file)) : Told(("Layer__Certificate", file), ("Layer__CertificatePassword", wrong));
                var told = Assert.Throws<SettingsException>(() => Listening.Decide(settings, ["https://localhost:8443"]));
                Assert.Contains("Layer:CertificatePassword opens what has a password", told.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("not the password", told.Message, StringComparison.Ordinal);
            }

            await using var web = await WebHost.StartAsync(
                cluster, settings: new Dictionary<string, string> { ["Layer__Certificate"] = file, ["Layer__CertificatePassword"] = password, ["Layer__PublicUrl"] = PublicUrl }, url: "https://0.0.0.0:0");
            using var client = new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = (_, served, _, _) => served!.GetCertHashString() == certificate.GetCertHashString() },
            });
            var own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).Select(each => each.Address)
                .Where(each => each.AddressFamily == AddressFamily.InterNetwork).OrderBy(IPAddress.IsLoopback).First();

            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{own}:{web.Address.Port}/sign-in") { Headers = { Host = "layer.example.test" } };
            using var answer = await client.SendAsync(request, Cancellation);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://{own}:{web.Address.Port}/sign-in"), Cancellation));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Without_https_it_does_not_start_and_the_card_names_every_address_that_would_be_open()
    {
        using var layer = new LayerProcess();

        var outcome = await layer.RunAsync("serve", "--urls", "http://0.0.0.0:18431", "--urls", "http://localhost:18432", "--urls", "http://[::]:18433");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("LISTENS_IN_THE_CLEAR", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("http://0.0.0.0:18431 and http://[::]:18433 can be reached", string.Join(' ', outcome.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("listens on", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8, ::1", true)]
    [InlineData("10.0.0.0/8", false)]
    public async Task What_a_proxy_says_is_believed_of_trusted_ones_only(string trusted, bool believed)
    {
        await using var web = await WebHost.StartAsync(cluster, settings: new Dictionary<string, string> { ["Layer__TrustedProxies"] = trusted, ["Layer__PublicUrl"] = PublicUrl });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web.Address, "/sign-in"));
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await client.SendAsync(request, Cancellation);

        Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData(false, "10.0.0.9", false)]
    [InlineData(true, "10.0.0.9", true)]
    [InlineData(false, "127.0.0.1", true)]
    [InlineData(false, "::ffff:127.0.0.1", true)]
    [InlineData(false, "::ffff:10.0.0.9", false)]
    public void Who_goes_around_the_proxy_in_the_clear_is_not_served(bool isHttps, string from, bool served) => Assert.Equal(served, Listening.IsProtected(isHttps, IPAddress.Parse(from)));

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, WebHost web, string host, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web.Address, path));
        request.Headers.Host = host;
        return client.SendAsync(request, Cancellation);
    }

    private static Settings Told(params (string Name, string Value)[] environment) =>
        Settings.Read(environment.ToDictionary(variable => variable.Name, variable => variable.Value), out _);
}
