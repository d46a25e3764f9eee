using System.Data.Common;
using System.IO.Compression;
using System.Net;
using System.Text;
using Layer.Access;
using Layer.Storage;
using Layer.Tests.Azure;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;
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
        var canary = $"Cnry8~{Guid.NewGuid():N}.{Guid.NewGuid():N}"[..40];
        await using var web = await WebHost.StartAsync(cluster);
        var connection = await web.ConnectAsync();
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
        foreach (var path in new[] { Connect, "/integrations", $"/integrations/azure/{connection.Id}", "/", "/doctor", "/evidence/records", "/account", "/search?q=Cnry8", "/settings/people" })
            seen.Append(await browser.ReadAsync(path));
        using (var draft = await browser.SubmitAsync(Connect, ("subscriptionId", subscription.ToString()), ("clientId", client.ToString()), ("secret", canary), ("name", "kept"), ("save", "yes")))
            seen.Append(await draft.Content.ReadAsStringAsync(Cancellation));

        var forms = Forms(canary);
        Assert.DoesNotContain(forms, form => Holds(Encoding.UTF8.GetBytes(seen.ToString()), form));
        Assert.DoesNotContain(forms, form => Holds(Encoding.UTF8.GetBytes(web.Output.ToString()), form));
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
            seen.Append(await browser.ReadAsync($"/operations/{run[(run.LastIndexOf('/') + 1)..]}/events")).Append(await browser.ReadAsync(run));
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

    private static List<byte[]> Forms(string secret)
    {
        var utf8 = Encoding.UTF8.GetBytes(secret);
        var forms = new List<byte[]>
        {
            utf8, Encoding.Unicode.GetBytes(secret), Encoding.BigEndianUnicode.GetBytes(secret), Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)),
            Encoding.ASCII.GetBytes(Uri.EscapeDataString(secret)), Encoding.ASCII.GetBytes(secret.Replace("~", "%7E", StringComparison.Ordinal)), Encoding.ASCII.GetBytes(WebUtility.HtmlEncode(secret)),
            Encoding.ASCII.GetBytes(secret[..24]),
        };
        // Base64 at each of three places in its stream, without what its neighbours decide.
        for (var skip = 0; skip < 3; skip++)
            forms.Add(Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8.AsSpan(skip))[..36]));
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
}
