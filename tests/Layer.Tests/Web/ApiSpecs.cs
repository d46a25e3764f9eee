using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Layer.Access;
using Layer.AzureEmulator;
using Layer.Evidence.Log;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>The HTTP API: the shapes of the command line, lists in pages, changes with an ETag, long work as operations, problems that explain themselves.</summary>
public sealed class ApiSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_come_in_pages_say_what_they_are_of_and_hold_every_row_once()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        using var api = await ApiAsync(web, TokenScope.Read);

        var whole = await GetAsync(api, "/v1/role-assignments");
        var ids = new List<string>();
        for (var link = "/v1/role-assignments?top=2"; link is not null;)
        {
            var page = await GetAsync(api, link);
            ids.AddRange(page.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
            link = page.GetProperty("nextLink").GetString();
        }

        Assert.Equal(whole.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()!), ids);
        Assert.True(ids.Count > 3);
        Assert.Equal("prod", whole.GetProperty("readings")[0].GetProperty("connection").GetString());
        Assert.Equal(0, whole.GetProperty("notRead").GetArrayLength());
        Assert.Equal(3, (await GetAsync(api, "/v1/resource-groups?connection=prod")).GetProperty("value").GetArrayLength());
        Assert.Equal(1, (await GetAsync(api, "/v1/subscriptions")).GetProperty("value").GetArrayLength());
        Assert.NotEqual(0, (await GetAsync(api, "/v1/role-definitions")).GetProperty("value").GetArrayLength());
    }

    [Fact]
    public async Task A_subscription_that_was_never_read_is_named_and_is_not_an_empty_list()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        using var api = await ApiAsync(web, TokenScope.Read);

        var before = await GetAsync(api, "/v1/resource-groups?day=2020-01-01");

        Assert.Equal((0, "prod"), (before.GetProperty("value").GetArrayLength(), before.GetProperty("notRead")[0].GetString()));
        Assert.Equal(0, before.GetProperty("readings").GetArrayLength());
    }

    [Fact]
    public async Task Everything_wrong_with_a_query_or_a_body_is_told_at_once_and_a_filter_that_is_not_known_is_not_ignored()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        using var api = await ApiAsync(web, TokenScope.Change);

        var query = await ProblemAsync(await api.GetAsync(new Uri("/v1/role-assignments?conection=prod&top=0&day=yesterday", UriKind.Relative), Cancellation), HttpStatusCode.BadRequest, "REQUEST_INVALID");
        var body = await ProblemAsync(await api.PostAsJsonAsync("/v1/connections", new { subscriptionId = "x", secrt = "s", name = 7 }, Cancellation), HttpStatusCode.BadRequest, "REQUEST_INVALID");
        var text = await ProblemAsync(await api.PostAsync(new Uri("/v1/connections", UriKind.Relative), new StringContent("{\"name\":"), Cancellation), HttpStatusCode.BadRequest, "REQUEST_INVALID");

        foreach (var part in new[] { "'conection' is no parameter of this call", "top: '0' cannot be used. Allowed: 1 to 1000.", "day: 'yesterday' cannot be used" })
            Assert.Contains(part, query, StringComparison.Ordinal);
        foreach (var part in new[] { "'secrt' is no field of this call", "name has a value of another kind", "The client ID is missing", "The client secret is missing" })
            Assert.Contains(part, body, StringComparison.Ordinal);
        Assert.Contains("The body is not JSON", text, StringComparison.Ordinal);
        await ProblemAsync(await api.GetAsync(new Uri("/v1/role-assignments?connection=nobody", UriKind.Relative), Cancellation), HttpStatusCode.BadRequest, "CONNECTION_NOT_FOUND");
    }

    [Fact]
    public async Task A_connection_is_made_checked_read_and_ended_and_each_step_is_an_operation_or_needs_the_ETag()
    {
        await using var web = await WebHost.StartAsync(cluster);
        using var api = await ApiAsync(web, TokenScope.Change);
        var app = web.Azure.World.App(EmulatedAzure.Reader);
        var made = await DoneAsync(api, await api.PostAsJsonAsync(
            "/v1/connections", new { name = "prod", subscriptionId = web.Azure.World.Subscription(EmulatedAzure.Prod).Id, clientId = app.ClientId, secret = app.Secret }, Cancellation));
        Assert.Equal("succeeded", made.GetProperty("state").GetString());
        Assert.DoesNotContain(app.Secret, made.GetRawText(), StringComparison.Ordinal);
        var connection = (await GetAsync(api, "/v1/connections")).GetProperty("value")[0];
        var path = $"/v1/connections/{connection.GetProperty("id").GetString()}";
        Assert.Equal(("prod", "connected"), (connection.GetProperty("name").GetString(), connection.GetProperty("state").GetString()));
        foreach (var step in new[] { "check", "sync" })
            Assert.Equal("succeeded", (await DoneAsync(api, await api.PostAsync(new Uri($"{path}/{step}", UriKind.Relative), null, Cancellation))).GetProperty("state").GetString());

        using var read = await api.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var etag = read.Headers.ETag!.ToString();
        await ProblemAsync(await SendAsync(api, HttpMethod.Patch, path, new { paused = true, reason = "tenant move" }, etag: null), HttpStatusCode.PreconditionRequired, "PRECONDITION_REQUIRED");
        using var paused = await SendAsync(api, HttpMethod.Patch, path, new { paused = true, reason = "tenant move" }, etag);
        Assert.Equal("paused", (await paused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("state").GetString());
        await ProblemAsync(await SendAsync(api, HttpMethod.Patch, path, new { name = "other" }, etag), HttpStatusCode.PreconditionFailed, "PRECONDITION_FAILED");
        using var renamed = await SendAsync(api, HttpMethod.Patch, path, new { name = "other", paused = false }, paused.Headers.ETag!.ToString());
        Assert.Equal("other", (await renamed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("name").GetString());
        using var ended = await SendAsync(api, HttpMethod.Delete, path, new { reason = "sold" }, renamed.Headers.ETag!.ToString());
        Assert.Equal("disconnected", (await ended.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_fails_ends_the_operation_with_its_code_and_not_the_server()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        using var api = await ApiAsync(web, TokenScope.Change);
        web.Azure.Faults.Set(Fault.Status403, AzureCall.ListRoleAssignments);
        var id = (await GetAsync(api, "/v1/connections")).GetProperty("value")[0].GetProperty("id").GetString();

        var run = await DoneAsync(api, await api.PostAsync(new Uri($"/v1/connections/{id}/sync", UriKind.Relative), null, Cancellation));

        Assert.Equal("failed", run.GetProperty("state").GetString());
        Assert.False(string.IsNullOrEmpty(run.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("failing", (await GetAsync(api, "/v1/connections")).GetProperty("value")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Evidence_coverage_changes_proofs_samples_and_a_bundle_can_be_had()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var connection = await web.ConnectAsync();
        web.Azure.World.Grant(web.Azure.World.Subscription(EmulatedAzure.Prod).Scope, "Contributor", "grace");
        await web.SyncAsync(connection);
        await web.Layer.Ledger.SignCheckpointAsync(web.Workspace.Id, Cancellation);
        using var api = await ApiAsync(web, TokenScope.Change);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var window = $"{today.AddDays(-1):yyyy-MM-dd}..{today.AddDays(1):yyyy-MM-dd}";

        var record = (await GetAsync(api, "/v1/evidence?criterion=CC6.1")).GetProperty("value")[0];
        var index = record.GetProperty("index").GetInt64();
        Assert.Equal(index, (await GetAsync(api, $"/v1/evidence/{index}")).GetProperty("index").GetInt64());
        Assert.StartsWith("c2sp.org/tlog-proof@v1\n", await TextAsync(api, $"/v1/evidence/{index}/proof"), StringComparison.Ordinal);
        var checkpoint = SignedCheckpoint.Parse(System.Text.Encoding.UTF8.GetBytes(await TextAsync(api, "/v1/log/checkpoint")));
        Assert.NotEmpty(await TextAsync(api, $"/v1/log/consistency?from={checkpoint.Checkpoint.Size}"));
        Assert.Contains("Covered 1 of", (await GetAsync(api, $"/v1/coverage?window={window}")).GetProperty("summary").GetProperty("sentence").GetString(), StringComparison.Ordinal);
        var change = (await GetAsync(api, $"/v1/changes?window={window}")).GetProperty("value")[0];
        Assert.Equal(("added", "Contributor", $"{today:yyyy-MM-dd}"), (change.GetProperty("change").GetString(), change.GetProperty("role").GetString(), change.GetProperty("day").GetString()));

        using var drawn = await api.PostAsJsonAsync($"/v1/audits/{window}/samples", new { population = $"day:{today:yyyy-MM-dd}", n = 2, seed = "4711", by = "Pat Auditor" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, drawn.StatusCode);
        Assert.Equal("4711", (await GetAsync(api, drawn.Headers.Location!.ToString())).GetProperty("seed").GetString());
        var built = await DoneAsync(api, await api.PostAsJsonAsync($"/v1/audits/{window}/bundles", new { names = true }, Cancellation));
        Assert.Equal("succeeded", built.GetProperty("state").GetString());
        using var file = await api.GetAsync(new Uri($"/v1/audits/{window}/bundles/{built.GetProperty("id").GetString()}/file", UriKind.Relative), Cancellation);
        Assert.Equal("application/zip", file.Content.Headers.ContentType?.MediaType);
        Assert.Equal(1, (await GetAsync(api, $"/v1/audits/{window}")).GetProperty("samples").GetArrayLength());
    }

    [Fact]
    public async Task A_cookie_opens_nothing_here_and_a_token_that_may_only_read_changes_nothing()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var connection = await web.ConnectAsync();
        using var reader = await ApiAsync(web, TokenScope.Read);
        var administrator = await web.AsAsync(Role.Administrator);

        using var page = await administrator.GetAsync("/v1/connections");
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        await ProblemAsync(await reader.PostAsync(new Uri($"/v1/connections/{connection.Id}/sync", UriKind.Relative), null, Cancellation), HttpStatusCode.Forbidden, "ROLE_TOO_WEAK");
    }

    [Fact]
    public async Task The_OpenAPI_document_is_the_one_that_was_looked_at()
    {
        await using var web = await WebHost.StartAsync(cluster);
        using var api = await ApiAsync(web, TokenScope.Read);
        var path = Repository.PathOf("docs", "openapi.json");
        var made = (await TextAsync(api, "/v1/openapi.json")).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("LAYER_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(path, made, Cancellation);

        Assert.Equal(await File.ReadAllTextAsync(path, Cancellation), made);
        var document = JsonElement.Parse(made);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        // Every route of the API but the document itself is in it.
        var told = document.GetProperty("paths").EnumerateObject().SelectMany(route => route.Value.EnumerateObject().Select(call => $"{call.Name.ToUpperInvariant()} {route.Name}")).Order(StringComparer.Ordinal);
        var routes = Endpoint.Of(web).Where(endpoint => endpoint is { ForPrograms: true, IsFallback: false } && endpoint.Pattern != "/v1/openapi.json")
            .Select(endpoint => $"{endpoint.Method} {endpoint.Pattern.Replace(":guid", "", StringComparison.Ordinal).Replace(":long", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal);
        Assert.Equal(routes, told);
    }

    [Fact]
    public async Task The_commands_of_its_page_run_as_they_stand_there()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var connection = await web.ConnectAsync();
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "api.md"), Cancellation);
        var commands = text.Split('\n').Where(line => line.StartsWith("$ curl", StringComparison.Ordinal)).Select(line => line[2..]).ToList();
        Assert.Equal(5, commands.Count);
        var (token, operation) = (await web.TokenAsync(TokenScope.Change), "");
        foreach (var command in commands)
        {
            var start = new System.Diagnostics.ProcessStartInfo("bash", ["-euc", command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in new[] { ("LAYER_SERVER", web.Address.GetLeftPart(UriPartial.Authority)), ("LAYER_TOKEN", token), ("CONNECTION", connection.Id.ToString()), ("OPERATION", operation) })
                start.Environment[name] = value;
            using var run = System.Diagnostics.Process.Start(start)!; // bash is there
            var answer = await run.StandardOutput.ReadToEndAsync(Cancellation);
            await run.WaitForExitAsync(Cancellation);

            Assert.True(run.ExitCode == 0 && answer.Length > 0 && !answer.Contains("\"traceId\"", StringComparison.Ordinal), $"{command}\n{answer}");
            if (command.Contains("/sync", StringComparison.Ordinal))
                operation = JsonElement.Parse(answer).GetProperty("id").GetString()!;
            if (command.Contains("/events", StringComparison.Ordinal))
                Assert.Contains("event: done\ndata: {", answer, StringComparison.Ordinal);
        }
    }

    private static async Task<HttpClient> ApiAsync(WebHost web, TokenScope scope)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = web.Address };
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {await web.TokenAsync(scope)}");
        return client;
    }

    private static async Task<JsonElement> GetAsync(HttpClient api, string path)
    {
        using var response = await api.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonElement.Parse(text);
    }

    private static async Task<string> TextAsync(HttpClient api, string path)
    {
        using var response = await api.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return text;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient api, HttpMethod method, string path, object body, string? etag)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        if (etag is not null)
            request.Headers.Add("If-Match", etag);
        return api.SendAsync(request, Cancellation);
    }

    // Follows an operation by its events to the end.
    private static async Task<JsonElement> DoneAsync(HttpClient api, HttpResponseMessage accepted)
    {
        using (accepted)
        {
            Assert.True(accepted.StatusCode == HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync(Cancellation));
            var at = accepted.Headers.Location!.ToString();
            await TextAsync(api, $"{at}/events");
            return await GetAsync(api, at);
        }
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
            var problem = JsonElement.Parse(text);
            Assert.Equal(("application/problem+json", code, (int)status), (response.Content.Headers.ContentType?.MediaType, problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32()));
            return problem.GetProperty("detail").GetString()!;
        }
    }
}
