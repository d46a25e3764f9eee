using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Data.Common;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Layer.Access;
using Layer.Storage;
using Layer.Tests.Azure;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Web;

/// <summary>A secret that is typed goes to Azure and, sealed, into the database. It is in no answer, page, log or file.</summary>
public sealed class CanarySpecs(PostgresCluster cluster)
{
    private const string Connect = "/integrations/azure/connect";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_is_in_no_answer_page_log_or_file_wherever_it_was_typed()
    {
        // With everything that HTML, JSON, addresses and the two alphabets of base64 write in their own way.
        var awkward = $"Cn>>>>>?????\"&<'+\\é~{Guid.NewGuid():N}";
        var canary = $"Cnry8~{Guid.NewGuid():N}.{Guid.NewGuid():N}"[..40];
        await using var web = await WebHost.StartAsync(cluster);
        using var logged = new KeptLog();
        web.Services.GetRequiredService<ILoggerFactory>().AddProvider(logged);
        var connection = await web.ConnectAsync();
        var operations = new HashSet<string>(StringComparer.Ordinal);
        var browser = await web.AsAsync(Role.Administrator);
        var (subscription, client) = (Guid.NewGuid(), web.Azure.World.App(EmulatedAzure.Reader).ClientId);
        var seen = new StringBuilder();
        var json = $$"""{ "appId": "{{client}}", "password": "{{canary}}", "tenant": "{{connection.TenantId}}" }""";

        // In its field, in what was pasted, in a paste that is cut off, and in the wrong fields.
        await CheckAsync(("subscriptionId", web.Azure.World.Subscription(EmulatedAzure.Prod).Id.ToString()), ("clientId", client.ToString()), ("secret", canary), ("name", "other"));
        await CheckAsync(("subscriptionId", subscription.ToString()), ("paste", json), ("name", "other"));
        await CheckAsync(("subscriptionId", subscription.ToString()), ("paste", json[..^4]), ("name", "other"));
        await CheckAsync(("paste", canary));
        await CheckAsync(("subscriptionId", canary), ("clientId", canary), ("tenantId", canary), ("name", "other"), ("secret", canary));
        await SendAsync($"/integrations/azure/{connection.Id}/rotate", ("paste", json));
        await SendAsync($"/integrations/azure/{connection.Id}/rotate", ("secret", canary));
        using (var stranger = web.Stranger())
            Keep(await stranger.SubmitAsync("/sign-in", ("email", "administrator@example.test"), ("password", canary)));
        using (var stranger = web.Stranger())
            Keep(await stranger.SubmitAsync("/sign-in", ("email", "administrator@example.test"), ("password", awkward)));
        await CheckAsync(("subscriptionId", subscription.ToString()), ("clientId", client.ToString()), ("secret", awkward), ("name", "other"));
        await CheckAsync(("subscriptionId", subscription.ToString()), ("paste", JsonSerializer.Serialize(new { appId = client, password = awkward, tenant = connection.TenantId })), ("name", "other"));
        await CheckAsync(("subscriptionId", awkward), ("clientId", awkward), ("tenantId", awkward), ("name", "other"), ("secret", awkward));
        await SendAsync($"/integrations/azure/{connection.Id}/rotate", ("secret", awkward));
        await CallAsync(canary, awkward, web.Azure.World.App(EmulatedAzure.Reader).Secret);
        using (var draft = await browser.SubmitAsync(Connect, ("subscriptionId", subscription.ToString()), ("clientId", client.ToString()), ("secret", canary), ("name", "kept"), ("save", "yes")))
            seen.Append(await draft.Content.ReadAsStringAsync(Cancellation));

        await WalkAsync();
        var forms = new[] { canary, awkward, web.Azure.World.App(EmulatedAzure.Reader).Secret, WebHost.Password }.SelectMany(Forms).ToList();
        Assert.DoesNotContain(forms, form => Holds(Encoding.UTF8.GetBytes(logged.Text), form));
        Assert.DoesNotContain(forms, form => Holds(Encoding.UTF8.GetBytes(seen.ToString()), form));
        Assert.DoesNotContain(forms, form => Holds(Encoding.UTF8.GetBytes(web.Output.ToString()), form));
        LoggerExtensions.LogWarning(web.Services.GetRequiredService<ILogger<CanarySpecs>>(), "it listens");
        Assert.Contains("it listens", logged.Text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(web.Layer.Folder.Path, "*", SearchOption.AllDirectories))
        {
            var bytes = await ReadAsync(file);
            Assert.False(forms.Exists(form => Holds(bytes, form)), file);
        }

        var values = 0;
        await foreach (var (where, bytes) in ValuesAsync(web))
        {
            values++;
            Assert.False(forms.Exists(form => Holds(bytes, form)), where);
        }

        Assert.True(values > 100, $"{values} values were looked at");
        // The search can find: an id that has to be there is.
        Assert.Contains(Directory.EnumerateFiles(web.Layer.Folder.Path, "layer.db*"), file => Holds(ReadAsync(file).Result, Encoding.UTF8.GetBytes(connection.Name)));

        async Task CheckAsync(params (string, string)[] fields) => await SendAsync(Connect, fields);

        async Task SendAsync(string path, params (string, string)[] fields)
        {
            using var sent = await browser.SubmitAsync(path, fields);
            Keep(sent);
            if (sent.StatusCode != HttpStatusCode.Redirect)
                return;
            var run = sent.Headers.Location!.ToString();
            operations.Add(run[(run.LastIndexOf('/') + 1)..]);
            seen.Append(await browser.ReadAsync($"/operations/{run[(run.LastIndexOf('/') + 1)..]}/events")).Append(await browser.ReadAsync(run));
        }

        // Over HTTP: right, wrong, in the wrong fields, cut off; and each new secret for the app registration.
        async Task CallAsync(params string[] secrets)
        {
            var token = await web.TokenAsync(TokenScope.Change);
            var credential = (await web.Layer.Credentials.ListAsync(web.Workspace.Id, Cancellation)).Single(each => each.Id == connection.Credential).Name;
            var good = web.Azure.World.Subscription(EmulatedAzure.Prod).Id;
            var succeeded = 0;
            foreach (var secret in secrets)
            {
                string[] bodies =
                [
                    JsonSerializer.Serialize(new { name = $"api-{succeeded}", subscriptionId = good, clientId = client, secret }),
                    JsonSerializer.Serialize(new { name = "other", subscriptionId = subscription, clientId = client, secret }),
                    JsonSerializer.Serialize(new { name = secret + new string('n', 90), subscriptionId = secret, clientId = secret, tenantId = secret, cloud = secret, wait = secret, secret }),
                    JsonSerializer.Serialize(new { secret, secrt = secret }),
                    $$"""{ "secret": {{JsonSerializer.Serialize(secret)}}, "name": """,
                ];
                foreach (var (path, body) in bodies.Select(body => ("/v1/connections", body)).Append(($"/v1/credentials/{credential}/rotate", JsonSerializer.Serialize(new { secret }))))
                {
                    using var response = await ApiAsync(token, HttpMethod.Post, path, body);
                    Keep(response);
                    if (response.StatusCode != HttpStatusCode.Accepted)
                        continue;
                    var at = response.Headers.Location!.ToString();
                    operations.Add(at[(at.LastIndexOf('/') + 1)..]);
                    using var events = await ApiAsync(token, HttpMethod.Get, $"{at}/events", null);
                    Keep(events);
                    using var ended = await ApiAsync(token, HttpMethod.Get, at, null);
                    succeeded += (await ended.Content.ReadAsStringAsync(Cancellation)).Contains("\"succeeded\"", StringComparison.Ordinal) ? 1 : 0;
                    Keep(ended);
                }
            }

            Assert.True(succeeded > 0, "no call with the right secret succeeded");
        }

        async Task<HttpResponseMessage> ApiAsync(string token, HttpMethod method, string path, string? body)
        {
            using var api = web.Stranger();
            var request = new HttpRequestMessage(method, path) { Headers = { { "Authorization", $"Bearer {token}" } }, Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            var response = await api.SendAsync(request);
            await response.Content.LoadIntoBufferAsync(Cancellation);
            return response;
        }

        // Every route that is read, with what there is to read: the table of routes decides, not a list here.
        async Task WalkAsync()
        {
            var token = await web.TokenAsync(TokenScope.Read);
            var connections = (await web.Layer.Connections.ListAsync(web.Workspace.Id, Cancellation)).Select(each => each.Id.ToString()).ToList();
            var leaves = (await web.ActionsAsync()).Count + 30;
            var walked = 0;
            foreach (var endpoint in Endpoint.Of(web).Where(endpoint => endpoint.Method == "GET" && !endpoint.IsFallback))
            {
                foreach (var path in PathsOf(endpoint, connections, leaves).Append(endpoint.Path).Append(endpoint.Path + "?q=Cnry8").Distinct())
                {
                    using var answer = endpoint.ForPrograms ? await ApiAsync(token, HttpMethod.Get, path, null) : await browser.GetAsync(path);
                    Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
                    Keep(answer);
                    walked += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
                }
            }

            Assert.True(walked > 100, $"{walked} pages were there");
        }

        IEnumerable<string> PathsOf(Endpoint endpoint, List<string> connections, int leaves)
        {
            const string Nothing = "01920000-0000-7000-8000-000000000000";
            if (endpoint.Pattern.Contains("{index:long}", StringComparison.Ordinal))
                return Enumerable.Range(0, leaves).Select(index => endpoint.Path.Replace("/0", $"/{index}", StringComparison.Ordinal));
            if (endpoint.Pattern.Contains("{operation:guid}", StringComparison.Ordinal) && endpoint.Pattern.Contains("{id:guid}", StringComparison.Ordinal))
                return connections.SelectMany(_ => operations, (id, operation) => endpoint.Path[..endpoint.Path.LastIndexOf(Nothing, StringComparison.Ordinal)].Replace(Nothing, id, StringComparison.Ordinal) + operation);
            return connections.Concat(operations).Select(id => endpoint.Path.Replace(Nothing, id, StringComparison.Ordinal));
        }

        void Keep(HttpResponseMessage response) => seen.Append(response.Headers).Append(response.Content.ReadAsStringAsync(Cancellation).Result);
    }

    [Fact]
    public async Task What_was_typed_is_kept_for_a_day_for_the_one_who_typed_it_and_then_it_and_its_secret_are_gone()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        await using var web = await WebHost.StartAsync(cluster, clock: clock);
        var (editor, other) = (await web.AsAsync(Role.Editor), await web.AsAsync(Role.Administrator));
        var subscription = Guid.NewGuid().ToString();
        (await editor.SubmitAsync(Connect, ("subscriptionId", subscription), ("name", "mine"), ("secret", "kept~for~a~day~only"))).Dispose();

        Assert.Contains(subscription, await editor.ReadAsync(Connect), StringComparison.Ordinal);
        Assert.DoesNotContain(subscription, await other.ReadAsync(Connect), StringComparison.Ordinal);
        Assert.Equal(1, await DraftsAsync());

        clock.Advance(TimeSpan.FromHours(24.1));
        using var back = web.Stranger();
        await back.SubmitAsync("/sign-in", ("email", "editor@example.test"), ("password", WebHost.Password));
        Assert.DoesNotContain(subscription, await back.ReadAsync(Connect), StringComparison.Ordinal);
        using var administrator = web.Stranger();
        await administrator.SubmitAsync("/sign-in", ("email", "administrator@example.test"), ("password", WebHost.Password));
        (await administrator.SubmitAsync(Connect, ("subscriptionId", Guid.NewGuid().ToString()), ("name", "another"))).Dispose();
        Assert.Equal(1, await DraftsAsync());

        async Task<int> DraftsAsync()
        {
            await using var db = web.Layer.Database.CreateContext();
            return db.ConnectDrafts.Count();
        }
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task On_a_server_that_nobody_comes_back_to_a_draft_and_its_secret_are_gone_within_a_minute_of_their_day(Engine engine)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        await using var web = await WebHost.StartAsync(cluster, engine, clock: clock);
        var editor = await web.AsAsync(Role.Editor);
        (await editor.SubmitAsync(Connect, ("subscriptionId", Guid.NewGuid().ToString()), ("name", "mine"), ("secret", "kept~for~a~day~only"))).Dispose();
        clock.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal(1, await DraftsAsync(Cancellation));

        clock.Advance(TimeSpan.FromMinutes(8));

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (await DraftsAsync(deadline.Token) > 0)
            await Task.Yield();

        async Task<int> DraftsAsync(CancellationToken cancellationToken)
        {
            await using var db = web.Layer.Database.CreateContext();
            return await db.ConnectDrafts.CountAsync(cancellationToken);
        }
    }

    [Fact]
    public void The_search_finds_each_form_that_text_takes()
    {
        const string Secret = "Cn>>>>>?????\"&<'+\\é~0123456789abcdef0123456789";
        string[] written =
        [
            Secret, WebUtility.HtmlEncode(Secret), HtmlEncoder.Default.Encode(Secret), JsonSerializer.Serialize(Secret), JsonSerializer.Serialize(Secret, Relaxed), Uri.EscapeDataString(Secret), WebUtility.UrlEncode(Secret),
            .. Enumerable.Range(0, 3).Select(before => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', before) + Secret + "yy"))),
            .. Enumerable.Range(0, 3).Select(before => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(new string('x', before) + Secret + "yy"))),
        ];

        Assert.Equal(written.Length, written.Distinct(StringComparer.Ordinal).Count());
        Assert.All(written, text => Assert.True(Forms(Secret).Exists(form => Holds(Encoding.UTF8.GetBytes($"before {text} after"), form)), text));
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static List<byte[]> Forms(string secret)
    {
        var utf8 = Encoding.UTF8.GetBytes(secret);
        string[] texts =
        [
            secret, WebUtility.HtmlEncode(secret), HtmlEncoder.Default.Encode(secret), JsonSerializer.Serialize(secret)[1..^1], JsonSerializer.Serialize(secret, Relaxed)[1..^1],
            Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), secret.Replace("~", "%7E", StringComparison.Ordinal), Convert.ToHexString(utf8), Convert.ToHexStringLower(utf8),
            // A part alone would be enough to recognise it.
            secret[..(secret.Length * 3 / 5)], secret[^(secret.Length * 3 / 5)..],
        ];
        var forms = texts.Select(Encoding.UTF8.GetBytes).ToList();
        forms.AddRange([Encoding.Unicode.GetBytes(secret), Encoding.BigEndianUnicode.GetBytes(secret)]);
        // Base64 at each of three places in its stream, without what its neighbours decide.
        for (var skip = 0; skip < 3; skip++)
        {
            var whole = utf8.AsSpan(skip, (utf8.Length - skip) / 3 * 3);
            forms.AddRange([Encoding.ASCII.GetBytes(Convert.ToBase64String(whole)), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(whole))]);
        }

        return forms;
    }

    private static bool Holds(byte[] bytes, byte[] form) => bytes.AsSpan().IndexOf(form) >= 0;

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancellation);
        return all.ToArray();
    }

    // Every value of every table, as it is stored and as it unpacks.
    private static async IAsyncEnumerable<(string Where, byte[] Bytes)> ValuesAsync(WebHost web)
    {
        await using var connection = await web.Layer.Database.ConnectAsync(Cancellation);
        var tables = new List<string>();
        await foreach (var row in connection.QueryAsync("SELECT name FROM sqlite_master WHERE type = 'table'", Cancellation))
            tables.Add(row.GetString(0));
        foreach (var table in tables)
        {
            await foreach (var row in connection.QueryAsync($"SELECT * FROM \"{table}\"", Cancellation))
            {
                for (var i = 0; i < row.FieldCount; i++)
                {
                    var where = $"{table}.{row.GetName(i)}";
                    foreach (var bytes in Unpacked(row, i))
                        yield return (where, bytes);
                }
            }
        }
    }

    private static IEnumerable<byte[]> Unpacked(DbDataReader row, int column)
    {
        if (row.GetValue(column) is not byte[] bytes)
        {
            yield return Encoding.UTF8.GetBytes(row.GetValue(column).ToString() ?? "");
            yield break;
        }

        yield return bytes;
        if (Try(() => PackedBytes.Unpack(bytes)) is { } packed)
            yield return packed;
        if (Try(() => Inflate(bytes)) is { } zipped)
            yield return zipped;
    }

    private static byte[]? Try(Func<byte[]> unpack)
    {
        try
        {
            return unpack();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>What is logged, whatever becomes of it.</summary>
    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string Text => string.Join('\n', _lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {state} {exception}");

        public void Dispose()
        {
        }
    }
}
