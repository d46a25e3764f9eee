using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;

namespace Layer.Tests.AzureEmulator;

/// <summary>An HttpClient that reaches the emulator as any stranger would: through its proxy, trusting its authority only.</summary>
internal sealed class PlainClient : IDisposable
{
    private readonly HttpClient _http;

    public PlainClient(Emulator emulator, DecompressionMethods decompression = DecompressionMethods.GZip)
    {
        Handler = Through(emulator);
        Handler.AutomaticDecompression = decompression;
        _http = new HttpClient(Handler) { Timeout = TimeSpan.FromSeconds(30) };
    }

    public SocketsHttpHandler Handler { get; }

    public static SocketsHttpHandler Through(Emulator emulator) => new()
    {
        Proxy = new WebProxy(emulator.Proxy),
        UseProxy = true,
        AllowAutoRedirect = false,
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { emulator.TrustAnchor },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    public async Task<string> TokenAsync(App app, string scope = "https://management.azure.com/.default", string? secret = null)
    {
        var answer = await SignInAsync(app.TenantId.ToString(), new()
        {
            ["client_id"] = app.ClientId.ToString(),
            ["client_secret"] = secret ?? app.Secret,
            ["scope"] = scope,
            ["grant_type"] = "client_credentials",
        });
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("access_token").GetString()!;
    }

    public Task<Reply> SignInAsync(string tenant, Dictionary<string, string> form, string host = "login.microsoftonline.com") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"https://{host}/{tenant}/oauth2/v2.0/token") { Content = new FormUrlEncodedContent(form) });

    public Task<Reply> GetAsync(string address, string? token = null)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get, address.StartsWith('/') ? "https://management.azure.com" + address : address);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request);
    }

    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, headers, body);
    }

    public void Dispose() => _http.Dispose();
}

internal sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public string? ErrorCode => Json.GetProperty("error").GetProperty("code").GetString();

    public List<JsonElement> Value => [.. Json.GetProperty("value").EnumerateArray()];

    public override string ToString() => $"{Status} {Body}";
}
