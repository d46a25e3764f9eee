using System.Diagnostics;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Operations;
using Layer.Secrets;
using Layer.Tests.Storage;
using Npgsql;

namespace Layer.EndToEnd;

/// <summary>What takes the whole machine, and would make browsers beside it wait for longer than a person would.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Two nodes on one PostgreSQL, and one of them dies or freezes while two hundred connections are due.</summary>
[Collection(nameof(Alone))]
public sealed class ClusterSpecs(PostgresCluster cluster, ITestOutputHelper output)
{
    private const int Connections = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1.5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData(1), InlineData(2)]
    public Task Killed_in_the_middle_a_node_loses_no_reading_and_none_is_made_twice(int run) => RunAsync(run, KillAsync);

    [Theory, InlineData(1), InlineData(2)]
    public Task Frozen_past_its_leases_and_woken_a_node_loses_no_reading_and_none_is_made_twice(int run) => RunAsync(run, FreezeAsync);

    [Fact, Trait("category", "soak")]
    public async Task Killed_and_frozen_fifty_times_nodes_lose_no_reading_and_none_is_made_twice()
    {
        for (var run = 1; run <= 50; run++)
        {
            await RunAsync(run, KillAsync);
            await RunAsync(run, FreezeAsync);
        }
    }

    private async Task RunAsync(int run, Func<Command, Command, NpgsqlDataSource, int, Task> trouble)
    {
        var seed = Environment.GetEnvironmentVariable("LAYER_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        var world = World.Create().Tenant("contoso", tenant =>
        {
            tenant.App("layer", app => app.Secret(Companies.Secret)).User("ada");
            for (var n = 0; n < Connections; n++)
                tenant.Subscription($"s{n:d3}", subscription => subscription.Grant("Reader", "layer").Grant("Owner", "ada").ResourceGroup("rg"));
        });
        await using var site = await Site.StartAsync(world, new EmulatorOptions { Throttling = false });
        var address = await cluster.CreateDatabaseAsync();
        site.Environment["Layer__Database"] = address;
        site.Environment["Layer__LeaseSeconds"] = "5";
        await ConnectAllAsync(site, world);
        await using var database = NpgsqlDataSource.Create(address);
        var began = Stopwatch.GetTimestamp();

        using var first = site.Start("serve", "--urls", "http://127.0.0.1:0");
        using var second = site.Start("serve", "--urls", "http://127.0.0.1:0");
        var middle = new Random(seed + run).Next(20, Connections - 20);
        await UntilAsync(database, Complete, middle);
        await trouble(first, second, database, middle);
        foreach (var node in (Command[])[first, second])
        {
            if (!node.HasExited)
                await SignalAsync(node, "TERM");
            await node.EndAsync();
        }

        output.WriteLine($"LAYER_SEED={seed} run {run}: at {middle} of {Connections}, all in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s; "
            + $"readings by node {await TextAsync(database, "SELECT string_agg(n::text, ' + ') FROM (SELECT COUNT(*) n FROM sync WHERE status = 'complete' GROUP BY node) x")}");
        Assert.Equal(Connections, await CountAsync(database, Complete));
        Assert.Equal(Connections, await CountAsync(database, "SELECT COUNT(DISTINCT connection) FROM sync WHERE status = 'complete'"));
        Assert.Equal(0, await CountAsync(database, "SELECT COUNT(*) FROM (SELECT 1 FROM sync GROUP BY connection HAVING MAX(seq) <> COUNT(*)) holes"));
        (await site.RunAsync("verify")).Expect(1); // whole, and remarks that nothing is anchored yet
    }

    private const string Complete = "SELECT COUNT(*) FROM sync WHERE status = 'complete'";

    // What a person would look at when a cluster stands still.
    private const string Sessions = """
        SELECT string_agg(concat_ws(' ', pid, state, wait_event, now() - xact_start, 'by', array_to_string(pg_blocking_pids(pid), ','), left(query, 90)), chr(10))
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        """;

    private const string Timers = """
        SELECT concat_ws(' ', (SELECT string_agg(concat_ws(' ', trigger_group, trigger_state, n), ', ') FROM (SELECT trigger_group, trigger_state, COUNT(*) n FROM qrtz_triggers GROUP BY 1, 2) t),
            'fired', (SELECT string_agg(concat_ws(' ', instance_name, state, n), ', ') FROM (SELECT instance_name, state, COUNT(*) n FROM qrtz_fired_triggers GROUP BY 1, 2) f),
            'nodes', (SELECT string_agg(concat_ws(' ', instance_name, last_checkin_time), ', ') FROM qrtz_scheduler_state))
        """;

    private static async Task KillAsync(Command first, Command second, NpgsqlDataSource database, int middle)
    {
        first.Kill();
        await UntilAsync(database, Complete, Connections);
    }

    private static async Task FreezeAsync(Command first, Command second, NpgsqlDataSource database, int middle)
    {
        await SignalAsync(first, "STOP");
        await UntilAsync(database, Complete, Connections);
        await SignalAsync(first, "CONT");
    }

    // Made yesterday and never read: all of them are due when the first node starts.
    private static async Task ConnectAllAsync(Site site, World world)
    {
        var settings = Settings.Read(site.Environment, out var problems);
        Assert.Empty(problems);
        var yesterday = new Yesterday();
        await using var layer = await Installation.OpenAsync(settings, yesterday, () => new AzureConnector(new AzureConnectorOptions()), withKeys: true, Cancellation);
        var workspace = await layer.GetOrCreateWorkspaceAsync(Cancellation);
        var app = world.App("layer");
        foreach (var subscription in world.Subscriptions)
        {
            using var secret = SecretText.From(Companies.Secret);
            var request = new ConnectRequest(AzureCloud.Public, subscription.Id, subscription.TenantId, app.ClientId, new SignIn(CredentialKind.Secret, secret));
            await layer.Connections.CreateAsync(workspace.Id, subscription.Name, request, subscription.TenantId, "os:test@test", Cancellation);
        }
    }

    private static async Task UntilAsync(NpgsqlDataSource database, string sql, int count)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Patience);
        for (var seen = 0L; seen < count; seen = await CountAsync(database, sql))
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"After {Patience.TotalMinutes} minutes {seen} of {count}. Sessions:\n{await TextAsync(database, Sessions)}\nTimers:\n{await TextAsync(database, Timers)}");
            await Task.Yield();
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation));
    }

    private static async Task<string> TextAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync(Cancellation)}";
    }

    private static async Task SignalAsync(Command node, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{node.ProcessId}"]);
        await kill.WaitForExitAsync(Cancellation);
    }

    private sealed class Yesterday : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddDays(-1);
    }
}
