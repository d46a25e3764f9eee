using Layer.Audits;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Audits;

public sealed class SampleDrawingOnSqliteSpecs(PostgresCluster cluster) : SampleDrawingSpecs(Engine.Sqlite, cluster);

public sealed class SampleDrawingOnPostgresSpecs(PostgresCluster cluster) : SampleDrawingSpecs(Engine.Postgres, cluster);

public abstract class SampleDrawingSpecs(Engine engine, PostgresCluster cluster)
{
    private const string Actor = SyncWorld.Actor;

    private static readonly SampleOrder OfToday = new("day:2026-11-24", new AuditWindow(new DateOnly(2026, 11, 24), new DateOnly(2026, 11, 25)), 2, "20261124", "Pat Auditor", SampleMethod.Random);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Two subscriptions read on the 23rd; on the 24th grace gets a role in one of them, and only that one is read.
    private async Task<SyncWorld> StartAsync()
    {
        var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAsync("prod");
        await world.ConnectAsync("test");
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.World.Grant(world.World.Subscription("prod").Scope, "User Access Administrator", "grace");
        Assert.Null((await world.SyncAsync("prod")).Failure);
        return world;
    }

    private static SampleDrawing Drawing(SyncWorld world) => new(world.Node.Database, world.Node.Ledger, world.Node.Workspace, world.Clock);

    private static async Task<(SampleLeaf Draw, IReadOnlyList<SampleRow> Rows)> DrawAsync(SyncWorld world, SampleOrder order)
    {
        var (index, leaf) = await Drawing(world).RunAsync(order, Actor, Cancellation);
        var draw = Assert.IsType<SampleLeaf>(leaf.Body);
        await using var whole = await WholeLog.OpenAsync(world.Node.Database, world.Node.Workspace, Cancellation);
        return (draw, await SampleRow.OfAsync(whole, draw, index, new InventoryReader(world.Node.Database, world.Node.Workspace.Id), Cancellation));
    }

    private static async Task NobodyFindsAProblemAsync(SyncWorld world, int draws)
    {
        await using var whole = await WholeLog.OpenAsync(world.Node.Database, world.Node.Workspace, Cancellation);
        Assert.Equal(draws, whole.Log.Samples.Count);
        Assert.All(whole.Log.Samples, draw => Assert.Null(SampleTable.FindProblem(whole.Log, draw, whole.SourceOf(draw.Leaf.Window))));
        Assert.Null((await LogVerification.RunAsync(world.Node.Database, world.Folder, world.Node.Workspace, pinned: null, Cancellation)).Verdict.Problem);
    }

    private static async Task RefusedAsync(SyncWorld world, SampleOrder order, string code)
    {
        var leaves = await world.CountAsync("log_leaf");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Drawing(world).RunAsync(order, Actor, Cancellation));
        Assert.Equal((code, leaves), (refused.Failure.Code, await world.CountAsync("log_leaf")));
    }

    [Fact]
    public async Task A_draw_is_sealed_with_its_population_and_anybody_draws_the_same_again()
    {
        await using var world = await StartAsync();

        var (draw, rows) = await DrawAsync(world, OfToday);
        var (again, _) = await DrawAsync(world, OfToday);

        // Three assignments each, and the one that came; of the subscription that was not read that day those of the day before.
        Assert.Equal((7, 2, "Pat Auditor", Actor), (draw.Count, draw.Picked.Count, draw.GivenBy, draw.Actor));
        Assert.Equal((draw.Root, string.Join('\n', draw.Picked)), (again.Root, string.Join('\n', again.Picked)));
        Assert.Equal(draw.Picked, rows.Select(row => row.Member));
        Assert.All(rows, row => Assert.True(row.Assignment is { RoleName: not null } && row.Assignment.Assignment.Text("principalId").Length > 0));
        await NobodyFindsAProblemAsync(world, draws: 2);
    }

    [Fact]
    public async Task More_than_there_are_takes_all_and_privileged_takes_only_those()
    {
        await using var world = await StartAsync();

        var (all, _) = await DrawAsync(world, OfToday with { N = 100 });
        var (kth, _) = await DrawAsync(world, OfToday with { N = 100, Method = SampleMethod.EveryKth });
        var (privileged, rows) = await DrawAsync(world, OfToday with { N = 100, Method = SampleMethod.Privileged });

        Assert.Equal((7, 7), (all.Picked.Count, kth.Picked.Count));
        // Owner and Contributor in both, User Access Administrator in one; the app's own Reader is not.
        Assert.Equal((7, 5, SampleLeaf.CurrentPrivileged), (privileged.Count, privileged.Picked.Count, privileged.Privileged));
        Assert.All(rows, row => Assert.True(row.Assignment?.Privileged));
        await NobodyFindsAProblemAsync(world, draws: 3);
    }

    [Fact]
    public async Task What_came_in_the_whole_log_and_the_days_of_it_can_be_drawn_from_without_naming_a_window()
    {
        await using var world = await StartAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));

        var (additions, rows) = await DrawAsync(world, OfToday with { Population = SamplePopulation.WindowAdditions, Window = null, N = 25 });
        var (days, none) = await DrawAsync(world, OfToday with { Population = SamplePopulation.Days, Window = null, N = 25, By = null });

        Assert.Equal("2026-11-23..2026-11-26", $"{additions.Window}");
        var came = Assert.Single(rows, row => row.Member.StartsWith("2026-11-24T", StringComparison.Ordinal));
        Assert.Equal(("User Access Administrator", "subscription"), (came.Assignment?.Role, came.Assignment?.ShortScope));
        Assert.Equal(["2026-11-23", "2026-11-24"], days.Picked.Order());
        Assert.Equal(Actor, days.GivenBy);
        Assert.All(none, row => Assert.Null(row.Assignment));
        await NobodyFindsAProblemAsync(world, draws: 2);
    }

    [Fact]
    public async Task An_empty_population_is_refused_and_what_was_not_read_is_not_called_empty()
    {
        await using var world = await StartAsync();
        var before = new DateOnly(2026, 11, 22);

        await RefusedAsync(world, OfToday with { Population = SamplePopulation.Of(before), Window = new AuditWindow(before, before.AddDays(1)) }, "POPULATION_NOT_READ");
        await RefusedAsync(world, OfToday with { Population = SamplePopulation.WindowRemovals, Window = new AuditWindow(before, before.AddDays(1)) }, "POPULATION_NOT_READ");
        await RefusedAsync(world, OfToday with { Population = SamplePopulation.WindowRemovals, Window = null }, "POPULATION_EMPTY");
    }

    [Fact]
    public async Task A_sync_that_commits_between_drawing_and_sealing_is_drawn_from_as_well()
    {
        await using var world = await StartAsync();
        var drawing = new SampleDrawing(world.Node.Database, world.Node.Ledger, world.Node.Workspace, world.Clock, async () =>
        {
            world.World.Grant(world.World.Subscription("prod").Scope, "Reader", "grace");
            Assert.Null((await world.SyncAsync("prod")).Failure);
        });

        var (_, leaf) = await drawing.RunAsync(OfToday, Actor, Cancellation);

        Assert.Equal(8, Assert.IsType<SampleLeaf>(leaf.Body).Count);
        await NobodyFindsAProblemAsync(world, draws: 1);
    }

    [Fact]
    public async Task A_draw_over_midnight_is_of_the_day_on_which_it_is_sealed()
    {
        await using var world = await StartAsync();
        world.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 24, 23, 59, 59, TimeSpan.Zero));
        var drawing = new SampleDrawing(world.Node.Database, world.Node.Ledger, world.Node.Workspace, world.Clock, () =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        });

        var (_, leaf) = await drawing.RunAsync(OfToday with { Population = SamplePopulation.Days, Window = null, N = 25 }, Actor, Cancellation);

        Assert.Equal(["2026-11-23", "2026-11-24"], Assert.IsType<SampleLeaf>(leaf.Body).Picked.Order());
        await NobodyFindsAProblemAsync(world, draws: 1);
    }

    [Fact]
    public async Task Draws_that_meet_each_other_are_all_sealed()
    {
        await using var world = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Drawing(world).RunAsync(OfToday with { Seed = $"{i}" }, Actor, Cancellation))));

        await NobodyFindsAProblemAsync(world, draws: 4);
    }
}
