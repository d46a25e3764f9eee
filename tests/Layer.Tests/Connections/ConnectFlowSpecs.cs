using Layer.Connections;
using Layer.Operations;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Connections;

public sealed class ConnectFlowOnSqliteSpecs(PostgresCluster cluster) : ConnectFlowSpecs(Engine.Sqlite, cluster);

public sealed class ConnectFlowOnPostgresSpecs(PostgresCluster cluster) : ConnectFlowSpecs(Engine.Postgres, cluster);

public abstract class ConnectFlowSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<SyncWorld> StartAsync(string role = "Reader") => SyncWorld.StartAsync(engine, cluster, role);

    [Fact]
    public async Task Item_20_connecting_finds_the_tenant_checks_saves_and_syncs_once()
    {
        await using var world = await StartAsync();
        var told = new List<ConnectEvent>();

        var outcome = await world.ConnectAsync("prod", told: told.Add);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(world.World.Subscription("prod").TenantId, Assert.Single(told.OfType<ConnectEvent.TenantFound>()).TenantId);
        Assert.Equal(world.World.Subscription("prod").TenantId, outcome.Connection?.TenantId);
        Assert.Equal(ConnectionState.Connected, outcome.Connection?.State);
        Assert.Equal(1, await world.CountAsync("sync", "trigger = 'first' AND status = 'complete'"));
        Assert.Contains("\"change\":\"created\"", Assert.Single(await world.LeavesAsync("connection")));
        Assert.Contains("\"signIn\":\"secret\"", Assert.Single(await world.LeavesAsync("connection")));
    }

    [Fact]
    public async Task Item_16_a_second_subscription_of_the_same_app_and_secret_shares_the_credential()
    {
        await using var world = await StartAsync();

        await world.ConnectAllAsync();

        Assert.Equal(1, await world.CountAsync("credential"));
        Assert.Equal(3, await world.CountAsync("connection"));
    }

    [Fact]
    public async Task The_same_subscription_twice_is_refused_before_Azure_is_asked()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        world.Azure.Requests.Clear();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => world.ConnectAsync("prod", name: "again"));

        Assert.Equal("CONNECTION_EXISTS", refused.Failure.Code);
        Assert.Equal("prod", refused.Failure.Facts["connection"]);
        Assert.Empty(world.Azure.Requests);
    }

    [Fact]
    public async Task Of_several_that_connect_the_same_subscription_at_once_one_is_saved()
    {
        await using var world = await StartAsync();
        var request = world.Request("prod");
        var tenant = world.World.Subscription("prod").TenantId;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(async () =>
        {
            try
            {
                await world.Node.Connections.CreateAsync(world.Node.Workspace.Id, $"prod-{i}", request, tenant, SyncWorld.Actor, Cancellation);
                return "saved";
            }
            catch (RefusedException refused)
            {
                return refused.Failure.Code;
            }
        })));

        Assert.Single(outcomes, "saved");
        Assert.Equal(4, outcomes.Count(o => o == "CONNECTION_EXISTS"));
        Assert.Equal(1, await world.CountAsync("credential"));
    }

    [Fact]
    public async Task A_name_belongs_to_one_connection()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => world.ConnectAsync("test", name: "prod"));

        Assert.Equal("CONNECTION_NAME_TAKEN", refused.Failure.Code);
    }

    [Fact]
    public async Task Item_20_nothing_is_saved_when_a_needed_check_fails()
    {
        await using var world = await StartAsync(role: "");

        var outcome = await world.ConnectAsync("prod");

        Assert.Equal(("NO_READER", 5), (outcome.Failure?.Code, outcome.ExitCode));
        Assert.Null(outcome.Connection);
        Assert.Equal((0, 0, 1), (await world.CountAsync("connection"), await world.CountAsync("credential"), await world.CountAsync("log_leaf")));
    }

    [Fact]
    public async Task Item_20_save_anyway_saves_and_keeps_the_failing_exit_code()
    {
        await using var world = await StartAsync(role: "");

        var outcome = await world.ConnectAsync("prod", saveAnyway: true);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Equal((ConnectionState.Waiting, "NO_READER"), (outcome.Connection?.State, outcome.Connection?.StateCode));
        world.World.Grant(world.World.Subscription("prod").Scope, "Reader", "layer");
        Assert.Null((await world.SyncAsync("prod")).Failure);
        Assert.Equal(ConnectionState.Connected, (await world.GetAsync("prod")).State);
    }

    [Fact]
    public async Task Item_13_a_role_that_is_still_spreading_is_waited_for_with_the_time_left()
    {
        await using var world = await StartAsync(role: "");
        world.World.GrantDelay = TimeSpan.FromMinutes(7);
        world.World.Grant(world.World.Subscription("prod").Scope, "Reader", "layer");
        var told = new List<ConnectEvent>();

        var outcome = await world.ConnectAsync("prod", wait: TimeSpan.FromMinutes(30), told: told.Add);

        Assert.Null(outcome.Failure);
        Assert.Equal(ConnectionState.Connected, outcome.Connection?.State);
        var left = told.OfType<ConnectEvent.Waiting>().Select(w => w.Left).ToList();
        Assert.Equal(TimeSpan.FromMinutes(30), left[0]);
        Assert.InRange(left.Count, 3, 30);
        Assert.Equal(left.OrderDescending(), left);
    }

    [Fact]
    public async Task Item_13_after_half_an_hour_there_is_a_verdict()
    {
        await using var world = await StartAsync(role: "");
        var before = world.Clock.GetUtcNow();

        var outcome = await world.ConnectAsync("prod", wait: TimeSpan.FromHours(5));

        Assert.Equal("NO_READER", outcome.Failure?.Code);
        Assert.Equal(TimeSpan.FromMinutes(30), world.Clock.GetUtcNow() - before);
        Assert.Equal(0, await world.CountAsync("connection"));
    }

    [Fact]
    public async Task A_wrong_secret_is_not_waited_for()
    {
        await using var world = await StartAsync();
        var before = world.Clock.GetUtcNow();

        var outcome = await world.ConnectAsync("prod", wait: TimeSpan.FromMinutes(30), secret: "not~the~secret~of~this~app~at~all~1234");

        Assert.Equal(("SECRET_INVALID", 4), (outcome.Failure?.Code, outcome.ExitCode));
        Assert.Equal(before, world.Clock.GetUtcNow());
        Assert.Equal(0, await world.CountAsync("credential"));
    }

    [Fact]
    public async Task Pausing_and_resuming_say_who_and_why_in_the_log()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");

        var paused = await world.Node.Connections.PauseAsync(await world.GetAsync("prod"), SyncWorld.Actor, "migration", Cancellation);
        Assert.Equal((ConnectionState.Paused, SyncWorld.Actor, "migration"), (paused.State, paused.PausedBy, paused.PausedBecause));
        await world.Node.Connections.ResumeAsync(await world.GetAsync("prod"), SyncWorld.Actor, Cancellation);

        var leaves = await world.LeavesAsync("connection");
        Assert.Contains("\"change\":\"paused\"", leaves[1]);
        Assert.Contains("\"reason\":\"migration\"", leaves[1]);
        Assert.Contains("\"change\":\"resumed\"", leaves[2]);
        Assert.Equal(ConnectionState.Connected, (await world.GetAsync("prod")).State);
        Assert.Null((await world.GetAsync("prod")).PausedBecause);
    }
}
