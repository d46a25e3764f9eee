using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Storage;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

public sealed class MetricsOnSqliteSpecs(PostgresCluster cluster) : MetricsSpecs(Engine.Sqlite, cluster);

public sealed class MetricsOnPostgresSpecs(PostgresCluster cluster) : MetricsSpecs(Engine.Postgres, cluster);

public abstract class MetricsSpecs(Engine engine, PostgresCluster cluster)
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<(HttpStatusCode Status, string Text)> ReadAsync(WebHost host, string? token = null)
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/metrics"));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static double Value(string text, string series) =>
        double.Parse(text.Split('\n').Single(line => line.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);

    [Fact]
    public async Task They_say_how_old_readings_and_backups_are_and_what_this_process_did()
    {
        await using var host = await WebHost.StartAsync(cluster, engine);
        await host.ConnectAsync("prod");
        await new BackupStore(host.Layer.Folder, TimeProvider.System).CreateAsync(host.Layer.Database.Engine, new BackupStore(host.Layer.Folder, TimeProvider.System).NewPath("layer"), Cancellation);

        var (status, text) = await ReadAsync(host);

        Assert.Equal(HttpStatusCode.OK, status);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.InRange(Value(text, "layer_sync_last_success_timestamp_seconds{connection=\"prod\",workspace=\"main\"}"), now - 600, now + 1);
        Assert.InRange(Value(text, "layer_backup_last_success_timestamp_seconds"), now - 600, now + 1);
        Assert.Equal(0, Value(text, "layer_coverage_days_missing{connection=\"prod\",workspace=\"main\",window=\"30d\"}"));
        Assert.Equal(2, Value(text, "layer_evidence_records_total"));
        Assert.True(Value(text, "layer_role_assignments") > 0);
        Assert.Equal(1, Value(text, "layer_connections{state=\"connected\"}"));
        Assert.True(Value(text, "layer_sync_total{result=\"complete\",cause=\"\"}") >= 1);
        Assert.True(Value(text, "layer_sync_duration_seconds_bucket{le=\"+Inf\"}") >= 1);
        Assert.True(Value(text, "layer_azure_requests_total{host=\"management.azure.com\",code=\"200\"}") >= 5);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^}]+\})? [0-9.E+-]+)$", line));
        // Every alert of deploy/alerts.yaml is about a metric that is there; those that nothing was measured for have at least their type.
        var named = System.Text.RegularExpressions.Regex.Matches(await File.ReadAllTextAsync(Repository.PathOf("deploy", "alerts.yaml"), Cancellation), "layer_[a-z_]+").Select(match => match.Value).Distinct().ToArray();
        Assert.True(named.Length >= 5);
        Assert.All(named, metric => Assert.Contains($"# TYPE {metric} ", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_token_set_only_its_bearer_reads_them()
    {
        await using var host = await WebHost.StartAsync(cluster, engine, settings: new Dictionary<string, string> { ["Layer__MetricsToken"] = Token });

        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(host)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(host, Token[..^1] + "0")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(host, Token)).Status);
    }

    [Fact]
    public async Task Behind_a_public_address_nobody_reads_them_without_a_token()
    {
        await using var host = await WebHost.StartAsync(cluster, engine, settings: new Dictionary<string, string> { ["Layer__PublicUrl"] = "https://layer.example.com" });

        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(host)).Status);
    }

    [Fact]
    public void A_token_that_could_be_guessed_is_no_token()
    {
        Settings.Read(new Dictionary<string, string> { ["LAYER_DATA"] = "/nonexistent", ["Layer__MetricsToken"] = "secret" }, out var problems);

        Assert.StartsWith("Layer:MetricsToken is too short", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_bookkeeping_goes_by_age_and_by_number_and_evidence_stays()
    {
        await using var host = await WebHost.StartAsync(cluster, engine);
        await host.ConnectAsync("prod");
        var storage = host.Layer.Database.Engine;
        await using var connection = await host.Layer.Database.ConnectAsync(Cancellation);
        async Task<long> CountAsync(string table) => Convert.ToInt64(await connection.ScalarAsync($"SELECT COUNT(*) FROM {table}", Cancellation), CultureInfo.InvariantCulture);
        var (before, leaves, now) = (await CountAsync("operation"), await CountAsync("log_leaf"), TimeProvider.System.GetUtcNow());
        await AddAsync(3, now - Housekeeping.KeptFor - TimeSpan.FromMinutes(1), ended: true);
        await AddAsync(2, now - Housekeeping.KeptFor - TimeSpan.FromMinutes(1), ended: false);
        await AddAsync(Housekeeping.KeptRows + 7, now - TimeSpan.FromDays(1), ended: true);

        await new Housekeeping(host.Layer.Database, TimeProvider.System).RunAsync(Cancellation);

        Assert.Equal(Housekeeping.KeptRows + 2, await CountAsync("operation"));
        Assert.Equal(before + 2, Convert.ToInt64(await connection.ScalarAsync("SELECT COUNT(*) FROM operation WHERE kind <> 'old' OR ended_at IS NULL", Cancellation), CultureInfo.InvariantCulture));
        Assert.Equal(leaves, await CountAsync("log_leaf"));
        Assert.Equal(0, await new Housekeeping(host.Layer.Database, TimeProvider.System).RunAsync(Cancellation));

        Task AddAsync(int rows, DateTimeOffset at, bool ended) => storage.InsertAsync(
            connection, "operation", ["id", "workspace", "kind", "subject", "actor", "state", "started_at", "ended_at", "events"],
            Enumerable.Range(0, rows).Select(_ => new object?[]
            {
                storage.Id(Guid.CreateVersion7(at)), storage.Id(host.Workspace.Id), "old", "x", "me", ended ? "succeeded" : "running", at.UtcTicks, ended ? at.UtcTicks : null, "[]",
            }), Cancellation);
    }
}
