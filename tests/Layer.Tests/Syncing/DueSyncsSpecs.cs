using Layer.Ledger;
using Layer.Syncing;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

public sealed class DueSyncsOnSqliteSpecs(PostgresCluster cluster) : DueSyncsSpecs(Engine.Sqlite, cluster);

public sealed class DueSyncsOnPostgresSpecs(PostgresCluster cluster) : DueSyncsSpecs(Engine.Postgres, cluster);

public abstract class DueSyncsSpecs(Engine engine, PostgresCluster cluster)
{
    [Fact]
    public async Task A_connection_is_read_once_on_each_day_at_its_time()
    {
        await using var world = await ConnectedAsync();
        var id = (await world.GetAsync("prod")).Id;
        var due = Due(world);
        for (var day = 0; day < 3; day++)
        {
            var next = await due.LookAsync(id, SyncWorld.Cancellation);
            Assert.Equal(world.Clock.GetUtcNow().UtcDateTime.Date.AddDays(1) + DailySchedule.TimeOfDay(id), next!.Value.UtcDateTime);
            world.Clock.SetUtcNow(next.Value);
            Assert.True(await due.LookAsync(id, SyncWorld.Cancellation) > next);
        }

        Assert.Equal(3, await world.CountAsync("sync", "\"trigger\" = 'scheduled' AND actor = 'schedule' AND status = 'complete'"));
    }

    [Fact]
    public async Task Of_two_nodes_that_find_it_due_at_the_same_moment_one_reads()
    {
        await using var world = await ConnectedAsync();
        var other = await world.StartNodeAsync();
        var id = (await world.GetAsync("prod")).Id;
        world.Clock.SetUtcNow((await Due(world).LookAsync(id, SyncWorld.Cancellation))!.Value);

        // The second has found it due before the first began, and begins when the first is done.
        var found = await new PlannedConnections(other.Database).FindAsync(id, SyncWorld.Cancellation);
        await Due(world).LookAsync(id, SyncWorld.Cancellation);
        var late = await other.Sync.RunPlannedAsync(found!.Connection, SyncTrigger.Scheduled, DailySchedule.Actor, SyncWorld.Cancellation);

        Assert.Null(late.Sync);
        Assert.Equal("SYNC_RUNNING", late.Failure?.Code);
        Assert.Equal(1, await world.CountAsync("sync", "\"trigger\" = 'scheduled'"));
    }

    [Fact]
    public async Task After_days_without_the_program_there_is_one_late_reading_and_the_days_stay_missed()
    {
        await using var world = await ConnectedAsync();
        var id = (await world.GetAsync("prod")).Id;
        world.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 27, 23, 0, 0, TimeSpan.Zero));

        var next = await Due(world).LookAsync(id, SyncWorld.Cancellation);

        Assert.Equal(new DateTime(2026, 11, 28), next!.Value.UtcDateTime.Date);
        Assert.Equal(1, await world.CountAsync("sync", "\"trigger\" = 'catch-up' AND status = 'complete'"));
        Assert.Equal(2, await world.CountAsync("sync"));
    }

    [Fact]
    public async Task A_removed_role_is_noticed_probed_slowly_and_heals_by_itself()
    {
        await using var world = await ConnectedAsync();
        var id = (await world.GetAsync("prod")).Id;
        var due = Due(world);
        world.World.RemoveGrants("layer");
        world.Clock.SetUtcNow((await due.LookAsync(id, SyncWorld.Cancellation))!.Value);
        var probe = await due.LookAsync(id, SyncWorld.Cancellation);
        Assert.Equal(Layer.Connections.ConnectionState.Failing, (await world.GetAsync("prod")).State);
        Assert.Equal("READER_REMOVED", (await world.GetAsync("prod")).StateCode);
        Assert.InRange(probe!.Value - world.Clock.GetUtcNow(), TimeSpan.FromHours(4), TimeSpan.FromHours(8));

        world.World.Grant(world.World.Subscription("prod").Scope, "Reader", "layer");
        world.Clock.SetUtcNow(probe.Value);
        await due.LookAsync(id, SyncWorld.Cancellation);

        Assert.Equal(Layer.Connections.ConnectionState.Connected, (await world.GetAsync("prod")).State);
        Assert.Equal(1, await world.CountAsync("sync", "\"trigger\" = 'retry' AND status = 'complete'"));
    }

    [Fact]
    public async Task Paused_is_left_alone_and_resumed_is_read_again()
    {
        await using var world = await ConnectedAsync();
        var connection = await world.GetAsync("prod");
        await world.Node.Connections.PauseAsync(connection, SyncWorld.Actor, "moving to another tenant", SyncWorld.Cancellation);
        world.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Null(await Due(world).LookAsync(connection.Id, SyncWorld.Cancellation));
        Assert.DoesNotContain(await new PlannedConnections(world.Node.Database).ListAsync(SyncWorld.Cancellation), planned => planned.Connection.Id == connection.Id);

        await world.Node.Connections.ResumeAsync(await world.GetAsync("prod"), SyncWorld.Actor, SyncWorld.Cancellation);
        Assert.NotNull(await Due(world).LookAsync(connection.Id, SyncWorld.Cancellation));
        Assert.Equal(2, await world.CountAsync("sync", "status = 'complete'"));
    }

    private async Task<SyncWorld> ConnectedAsync()
    {
        var world = await SyncWorld.StartAsync(engine, cluster);
        Assert.Null((await world.ConnectAsync("prod")).Failure);
        return world;
    }

    private static DueSyncs Due(SyncWorld world) =>
        new(new PlannedConnections(world.Node.Database), () => world.Node.Sync, (_, _, _) => Task.CompletedTask, world.Clock);
}
