using System.Text.Json;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

public sealed class VisibleSubscriptionsOnSqliteSpecs(PostgresCluster cluster) : VisibleSubscriptionsSpecs(Engine.Sqlite, cluster);

public sealed class VisibleSubscriptionsOnPostgresSpecs(PostgresCluster cluster) : VisibleSubscriptionsSpecs(Engine.Postgres, cluster);

/// <summary>What an app registration can see: once a day, by the first sync that completes, at no cost to it.</summary>
public abstract class VisibleSubscriptionsSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<SyncWorld> StartAsync(int? pageSize = null) => SyncWorld.StartAsync(engine, cluster, pageSize: pageSize);

    private static int Asked(SyncWorld world) => world.Azure.Requests.Of(AzureCall.ListSubscriptions).Count;

    [Fact]
    public async Task The_first_sync_of_a_day_asks_and_no_other_of_that_app_does_not_even_in_another_process()
    {
        await using var world = await StartAsync();
        await world.ConnectAllAsync();
        await world.SyncAllAsync();
        await world.SyncAsync("prod", await world.StartNodeAsync());

        Assert.Equal((1, 1), (Asked(world), await world.CountAsync("visible")));
        var body = JsonElement.Parse(Assert.Single(await world.LeavesAsync("visible"))).GetProperty("body");
        Assert.Equal(
            (world.App.ClientId.ToString(), 3, 1, (await world.GetAsync("prod")).Id.ToString()),
            (body.GetProperty("client").GetString(), body.GetProperty("count").GetInt32(), body.GetProperty("seq").GetInt32(), body.GetProperty("connection").GetString()));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAsync("test");
        await world.SyncAsync("prod");
        Assert.Equal((2, 2), (Asked(world), await world.CountAsync("visible")));
    }

    [Fact]
    public async Task One_that_nobody_connected_is_in_the_list_of_the_day_it_can_be_seen()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");

        Assert.Equal(3, JsonElement.Parse(Assert.Single(await world.LeavesAsync("visible"))).GetProperty("body").GetProperty("count").GetInt32());
        Assert.Equal(1, await world.CountAsync("connection"));
    }

    [Fact]
    public async Task A_list_of_several_pages_is_read_until_two_readings_agree()
    {
        await using var world = await StartAsync(pageSize: 1);
        await world.ConnectAsync("prod");

        Assert.Equal(6, Asked(world));
        var list = JsonElement.Parse(Assert.Single(await world.LeavesAsync("visible"))).GetProperty("body").GetProperty("list");
        Assert.Equal((3, 2), (list.GetProperty("pages").GetArrayLength(), list.GetProperty("readings").GetInt32()));
    }

    [Theory]
    [InlineData(Fault.Status500, "AZURE_UNAVAILABLE")]
    [InlineData(Fault.EmptyList, "EMPTY_ANSWER")]
    public async Task A_list_that_fails_costs_the_sync_nothing_is_told_and_is_asked_for_again_that_day(Fault fault, string code)
    {
        await using var world = await StartAsync();
        world.Azure.Faults.Set(fault, AzureCall.ListSubscriptions);

        var connected = await world.ConnectAsync("prod");

        Assert.Equal((SyncStatus.Complete, (string?)null, code), (connected.Sync?.Status, connected.Failure?.Code, connected.Sync?.VisibleFailure?.Code));
        Assert.Equal((0, 0), (await world.CountAsync("visible"), await world.CountAsync("observation", $"type = '{ObservationType.VisibleSubscriptions}'")));
        world.Azure.Faults.Clear();
        Assert.Null((await world.SyncAsync("prod")).VisibleFailure);
        Assert.Equal(1, await world.CountAsync("visible"));
    }

    [Fact]
    public async Task A_sync_that_fails_seals_no_list_however_well_it_was_read()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Faults.Set(Fault.Status403, AzureCall.ListRoleAssignments);

        Assert.Equal(SyncStatus.Failed, (await world.SyncAsync("prod")).Status);

        Assert.Equal((2, 1), (Asked(world), await world.CountAsync("visible")));
    }

    [Fact]
    public async Task Of_two_connections_that_ask_at_once_one_seals_the_list_and_both_are_complete()
    {
        await using var world = await StartAsync();
        await world.ConnectAllAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));

        var both = new List<(SyncAttempt, Layer.Evidence.Collecting.Collection)>();
        foreach (var name in (string[])["prod", "test"])
        {
            var connection = await world.GetAsync(name);
            var lease = await world.Node.Leases.TakeAsync(connection.Id, fence: null, Cancellation);
            using var credential = world.Node.Credentials.Open(await world.Node.Credentials.GetAsync(connection.Credential, Cancellation));
            var collection = await world.Node.Connector.CollectAsync(
                new AzureTarget(AzureCloud.Public, connection.SubscriptionId, connection.TenantId), credential.Azure, wantsVisible: _ => true, Cancellation);
            Assert.NotNull(collection.Visible?.Observation);
            both.Add((new SyncAttempt(
                Guid.CreateVersion7(world.Clock.GetUtcNow()), connection.Workspace, connection.Id, lease.Fence, SyncTrigger.Manual, "a", "node", world.Clock.GetUtcNow()), collection));
        }

        var outcomes = await Task.WhenAll(both.Select(each => Task.Run(() => world.Node.Ledger.CommitAsync(each.Item1, each.Item2, Cancellation))));

        Assert.All(outcomes, outcome => Assert.Equal((SyncStatus.Complete, null), (outcome.Sync.Status, outcome.VisibleFailure)));
        Assert.Equal((2, 2), (await world.CountAsync("visible"), (await world.LeavesAsync("visible")).Count));
    }

    [Fact]
    public async Task A_sync_over_midnight_seals_the_list_of_the_day_on_which_Azure_answered()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        world.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 24, 23, 59, 59, TimeSpan.Zero));
        // Its first answer is the token's.
        world.DuringNextAnswer(() => world.Clock.Advance(TimeSpan.FromSeconds(2)));

        await world.SyncAsync("prod", await world.StartNodeAsync());
        Assert.Equal(1, await world.CountAsync("visible", $"day = {new DateOnly(2026, 11, 25).DayNumber}"));
        await world.SyncAsync("prod");

        Assert.Equal((2, 2), (Asked(world), await world.CountAsync("visible")));
        var verdict = (await LogVerification.RunAsync(world.Node.Database, world.Folder, world.Node.Workspace, pinned: null, Cancellation)).Verdict;
        Assert.Null(verdict.Problem);
    }
}
