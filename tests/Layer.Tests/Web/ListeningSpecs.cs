using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Operations;
using Layer.Serving;
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
