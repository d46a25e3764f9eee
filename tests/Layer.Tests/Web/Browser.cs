using System.Net;
using System.Text.RegularExpressions;

namespace Layer.Tests.Web;

/// <summary>What a browser without script does: keeps cookies, follows redirects when asked, sends forms with the token their page was given.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Browser(Uri address)
    {
        Address = address;
        // Cookies marked Secure are kept on http://localhost, as browsers do; HttpClient does not, so they are sent by hand.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
    }

    public Uri Address { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Jar => new UriBuilder(Address) { Scheme = "https" }.Uri;

    public IEnumerable<Cookie> Cookies => _cookies.GetCookies(Jar);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        if (_cookies.GetCookieHeader(Jar) is { Length: > 0 } cookies)
            request.Headers.Add("Cookie", cookies);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var cookie in set)
                _cookies.SetCookies(Jar, cookie.Replace("samesite=strict", "", StringComparison.OrdinalIgnoreCase));
        }

        return response;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>The text of a page that must be there.</summary>
    public async Task<string> ReadAsync(string path)
    {
        using var response = await GetAsync(path);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode}\n{text}");
        return text;
    }

    /// <summary>Sends a form to a path with the token of the page at <paramref name="page"/>, by default the same path.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, IEnumerable<(string Name, string Value)> fields, string? page = null)
    {
        var token = TokenOf(await ReadAsync(page ?? path));
        return await PostAsync(path, [.. fields, ("form-token", token)]);
    }

    public Task<HttpResponseMessage> SubmitAsync(string path, params (string Name, string Value)[] fields) => SubmitAsync(path, fields, null);

    /// <summary>Sends a form exactly as given: without a token unless one is among the fields.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    public static string TokenOf(string html) => FormToken().Match(html) is { Success: true } found ? found.Groups[1].Value : throw new InvalidOperationException("The page has no form.");

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("name=\"form-token\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
