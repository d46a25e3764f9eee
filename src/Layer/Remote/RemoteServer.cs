using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Evidence.Collecting;
using Layer.Operations;

namespace Layer.Remote;

/// <summary>A Layer server, as a command talks to it: <c>/v1</c> with a person's token, at one address and no other, whatever an answer says.</summary>
internal sealed class RemoteServer : IDisposable
{
    private const int LargestPage = 1000;
    private const int Readings = 3;
    private const int LongestAnswer = 64 * 1024 * 1024;

    // A server waits for a database or a signature, never for Azure: that is an operation.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <param name="address">Scheme, host and port.</param>
    /// <param name="token">An API token.</param>
    /// <param name="clock">Paces the questions after long work.</param>
    public RemoteServer(Uri address, string token, TimeProvider clock)
    {
        (Address, _clock) = (address.GetLeftPart(UriPartial.Authority), clock);
        // A redirect would carry the token to where somebody else decided.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15), AutomaticDecompression = DecompressionMethods.All })
        {
            BaseAddress = new Uri(Address), Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("layer-cli", typeof(RemoteServer).Assembly.GetName().Version?.ToString(3) ?? "0"));
    }

    /// <summary>Scheme, host and port, without a slash at the end.</summary>
    public string Address { get; }

    /// <summary>One object.</summary>
    /// <exception cref="RefusedException">What the server refused, in its own words; or SERVER_UNREACHABLE, SERVER_NOT_UNDERSTOOD, TOKEN_REFUSED.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => (await SendAsync(HttpMethod.Get, path, body: null, etag: null, cancellationToken)).Body;

    /// <summary>A text, e.g. a proof.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await AskAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>A whole list, in as many pages as it takes. Pages of different states are never put together.</summary>
    /// <param name="path">With its query.</param>
    /// <param name="what">What it is of, for a person.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RefusedException">Besides those of <see cref="GetAsync"/>, LIST_KEPT_CHANGING.</exception>
    public async Task<RemoteList> ListAsync(string path, string what, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Readings; i++)
        {
            if (await ReadListAsync(path, cancellationToken) is { } list)
                return list;
        }

        throw new RefusedException("LIST_KEPT_CHANGING", ("server", Address), ("what", what));
    }

    /// <summary>Asks for a change or for work.</summary>
    public async Task<RemoteAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, string? etag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        using var answer = await AskAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return new RemoteAnswer(Parse(text), answer.Headers.ETag?.ToString());
    }

    /// <summary>Starts long work and waits for its end.</summary>
    /// <param name="path">Where it is started.</param>
    /// <param name="body">Its input.</param>
    /// <param name="told">Each event, once, in its order.</param>
    /// <param name="cancellationToken">Stops the waiting; the work goes on at the server.</param>
    /// <returns>The operation as it ended: <c>id</c>, <c>state</c>, <c>result</c>, <c>error</c>.</returns>
    public async Task<JsonElement> RunAsync(string path, JsonObject? body, Action<JsonElement> told, CancellationToken cancellationToken)
    {
        var operation = (await SendAsync(HttpMethod.Post, path, body, etag: null, cancellationToken)).Body;
        var (here, count) = ($"/v1/operations/{Text(operation, "id")}", 0);
        using var pace = new PeriodicTimer(Pace, _clock);
        while (true)
        {
            foreach (var happened in Read(() => Required(operation, "events").EnumerateArray().Skip(count).ToList()))
            {
                Read(() =>
                {
                    told(happened);
                    return count++;
                });
            }

            if (Text(operation, "state") != "running")
                return operation;
            await pace.WaitForNextTickAsync(cancellationToken);
            operation = await GetAsync(here, cancellationToken);
        }
    }

    /// <summary>Why an operation failed; null when it succeeded.</summary>
    /// <remarks>Only what says that it succeeded has: an operation that failed without a reason is not understood, and never a success.</remarks>
    public Failure? FailureOf(JsonElement operation) => Text(operation, "state") switch
    {
        "succeeded" => null,
        "failed" when Required(operation, "error") is { ValueKind: JsonValueKind.Object } error => ReadFailure(error),
        var state => throw NotUnderstood($"an operation ended as '{state}' and says nothing more"),
    };

    /// <summary>A file, as it comes.</summary>
    public async Task DownloadAsync(string path, Stream to, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await AskAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await answer.Content.CopyToAsync(to, cancellationToken);
        }
        catch (Exception cut) when (cut is HttpRequestException or HttpIOException)
        {
            throw Unreachable(cut);
        }
    }

    /// <summary>A text of an answer that must be there.</summary>
    public string Text(JsonElement of, string name) => Required(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw NotUnderstood($"'{name}' is no text");

    /// <summary>A field of an answer that must be there, whatever it holds.</summary>
    public JsonElement Required(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var found) ? found : throw NotUnderstood($"'{name}' is missing");

    /// <summary>Reads what the server wrote; what cannot be read is never left out.</summary>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (KeyNotFoundException)
        {
            throw NotUnderstood("a field is missing");
        }
        catch (Exception strange) when (strange is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw NotUnderstood(strange.Message.TrimEnd('.'));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<RemoteList?> ReadListAsync(string path, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement>();
        JsonElement? first = null;
        for (var next = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}top={LargestPage}"; next is not null;)
        {
            var page = await GetAsync(next, cancellationToken);
            first ??= page;
            if (!SameBeside(first.Value, page))
                return null;
            rows.AddRange(Read(() => Required(page, "value").EnumerateArray().ToList()));
            next = Required(page, "nextLink") is { ValueKind: JsonValueKind.String } link ? HereOnly(link.GetString()!) : null;
        }

        return first is { } beside && rows.Count == Read(() => beside.Count("count")) ? new RemoteList(beside, rows) : null;
    }

    // What stands beside the rows says what they are of: as of when, from which readings, how many.
    private static bool SameBeside(JsonElement first, JsonElement page) => first.EnumerateObject().All(field =>
        field.Name is "value" or "nextLink" || (page.TryGetProperty(field.Name, out var same) && JsonElement.DeepEquals(field.Value, same)));

    // A link names the public address of the server, which may be another than the one asked, or anything at all: only its path and query count.
    private string HereOnly(string link) => Uri.TryCreate(new Uri(Address), link, out var uri) && uri.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal)
        ? uri.PathAndQuery
        : throw NotUnderstood("nextLink leads out of /v1");

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, HttpCompletionOption until, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, until, cancellationToken);
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unreachable(failed);
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw new RefusedException(await ReadProblemAsync(answer, cancellationToken));
    }

    private async Task<Failure> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                ? Unreachable(new HttpRequestException($"a proxy in front of it says {(int)answer.StatusCode}")).Failure
                : NotUnderstood($"status {(int)answer.StatusCode} without a problem of Layer").Failure;
        }

        var problem = Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        var failure = ReadFailure(problem);
        return failure.Code == "SIGN_IN_NEEDED" ? new RefusedException("TOKEN_REFUSED", ("server", Address)).Failure : failure;
    }

    private Failure ReadFailure(JsonElement described)
    {
        var code = Text(described, "code");
        if (ErrorCatalog.Knows(code))
            return Read(() => FailureJson.Read(described));
        return new RefusedException("SERVER_REFUSED", ("server", Address), ("problem", $"{code} ({Text(described, "title")})"), ("detail", described.TryGetProperty("detail", out var detail) ? (detail.GetString() ?? "").TrimEnd('.') : "")).Failure;
    }

    private JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NotUnderstood("it is no JSON");
        }
    }

    private RefusedException Unreachable(Exception because) => new("SERVER_UNREACHABLE", ("server", Address), ("reason", (because is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} seconds" : ReasonOf(because)).TrimEnd('.')));

    // "The SSL connection could not be established, see inner exception" explains nothing.
    private static string ReasonOf(Exception thrown) => thrown.InnerException is { } inner && thrown.Message.Contains("see inner exception", StringComparison.Ordinal) ? ReasonOf(inner) : thrown.Message;

    /// <summary>What is thrown when an answer is not what it should be.</summary>
    public RefusedException NotUnderstood(string reason) => new("SERVER_NOT_UNDERSTOOD", ("server", Address), ("reason", reason));
}

/// <summary>An answer and the ETag it came with.</summary>
internal sealed record RemoteAnswer(JsonElement Body, string? ETag);

/// <summary>A whole list.</summary>
/// <param name="Beside">The first page: what stands beside the rows.</param>
/// <param name="Rows">Every row, in the order of the server.</param>
internal sealed record RemoteList(JsonElement Beside, IReadOnlyList<JsonElement> Rows);
