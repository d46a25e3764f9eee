using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Storage;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

public sealed class VisibleOnSqliteSpecs(PostgresCluster cluster) : VisibleSpecs(Engine.Sqlite, cluster);

public sealed class VisibleOnPostgresSpecs(PostgresCluster cluster) : VisibleSpecs(Engine.Postgres, cluster);

public abstract class VisibleSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<LedgerWorld> StartAsync()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        world.Azure.Visible = ["prod", "sandbox"];
        return world;
    }

    private static Task<LogVerdict> VerifyAsync(LedgerWorld world) =>
        LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, pinned: null, Cancellation);

    private static async Task<List<LogLeaf>> LeavesAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        return await context.Leaves.OrderBy(leaf => leaf.Index).ToListAsync(Cancellation);
    }

    [Fact]
    public async Task What_an_app_can_see_is_sealed_after_the_evidence_of_the_sync_that_asked()
    {
        await using var world = await StartAsync();

        await world.SyncAsync();

        var leaves = await LeavesAsync(world);
        Assert.Equal(["genesis", "sync", "evidence", "evidence", "visible"], leaves.Select(leaf => leaf.Kind));
        var visible = Assert.IsType<VisibleLeaf>(Leaf.Parse(leaves[4].Bytes).Body);
        Assert.Equal((world.Connection, 1L, 2, "public", Guid.Parse(Reading.SubscriptionId)), (visible.Connection, visible.Seq, visible.Count, visible.Cloud, visible.Client));
        Assert.Equal(1, await world.CountAsync("visible", "leaf = 4 AND count = 2"));
        Assert.Equal(1, await world.CountAsync("observation", "type = 'azure.visibleSubscriptions' AND key = '/applications/11111111-2222-3333-4444-555555555555/subscriptions'"));
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Fact]
    public async Task A_second_list_of_a_day_is_dropped_and_an_unchanged_one_of_the_next_day_stores_no_second_copy()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var pages = await world.CountAsync("page");

        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null((await world.SyncAsync()).VisibleFailure);
        Assert.Equal(1, await world.CountAsync("visible"));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAsync();

        Assert.Equal((2, 2), (await world.CountAsync("visible"), (await LeavesAsync(world)).Count(leaf => leaf.Kind == "visible")));
        Assert.Equal((1, pages), (await world.CountAsync("observation", "type = 'azure.visibleSubscriptions'"), await world.CountAsync("page")));
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Visible = ["prod", "sandbox", "new"];
        await world.SyncAsync();
        Assert.Equal((2, pages + 1), (await world.CountAsync("observation", "type = 'azure.visibleSubscriptions'"), await world.CountAsync("page")));
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Fact]
    public async Task A_list_that_is_not_known_seals_nothing_and_tells_why()
    {
        await using var world = await StartAsync();
        var failure = new Failure("THROTTLED", new Dictionary<string, string>());
        var collection = world.Azure.At(world.Clock.GetUtcNow()) with { Visible = new VisibleList(null, 0, null, failure) };

        var outcome = await world.Ledger.CommitAsync(world.Attempt(), collection, Cancellation);

        Assert.Equal((SyncStatus.Complete, failure), (outcome.Sync.Status, outcome.VisibleFailure));
        Assert.Equal((0, 0), (await world.CountAsync("visible"), await world.CountAsync("observation", "type = 'azure.visibleSubscriptions'")));
        Assert.Equal(4, await world.CountAsync("page"));
    }

    [Fact]
    public async Task One_that_failed_after_another_was_sealed_that_day_is_not_worth_a_word()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var late = world.Azure.At(world.Clock.GetUtcNow()) with { Visible = new VisibleList(null, 0, null, new Failure("THROTTLED", new Dictionary<string, string>())) };

        Assert.Null((await world.Ledger.CommitAsync(world.Attempt(), late, Cancellation)).VisibleFailure);
    }

    [Fact]
    public async Task A_list_without_a_date_of_its_own_is_of_the_day_of_the_answers_beside_it()
    {
        await using var world = await StartAsync();
        var collection = world.Azure.At(world.Clock.GetUtcNow());
        collection = collection with { Visible = collection.Visible! with { Observed = null } }; // it was asked for

        await world.Ledger.CommitAsync(world.Attempt(), collection, Cancellation);

        Assert.Equal(1, await world.CountAsync("visible", $"day = {DateOnly.FromDateTime(world.Clock.GetUtcNow().UtcDateTime).DayNumber}"));
    }

    public static TheoryData<string, string> Tampering => new()
    {
        { "UPDATE visible SET count = 1", "The row of leaf 4 about visible subscriptions does not say what its leaf says." },
        { "UPDATE visible SET day = day + 1", "The row of leaf 4 about visible subscriptions does not say what its leaf says." },
        { "UPDATE visible SET leaf = 3", "The row of leaf 3 about visible subscriptions does not say what its leaf says." },
        { "DELETE FROM visible", "The log has 1 leaves about visible subscriptions, and there are 0 rows." },
        { "DELETE FROM observation WHERE type = 'azure.visibleSubscriptions'", "of what an app registration can see is not there." },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task What_is_changed_after_dropping_the_guards_is_found_and_named(string tampering, string named)
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        await world.SignAsync();
        await using (var connection = await world.Database.ConnectAsync(Cancellation))
        {
            foreach (var guard in world.Database.Engine.Guards)
                await connection.ExecuteAsync(engine == Engine.Sqlite ? $"DROP TRIGGER {guard.Name}" : $"DROP FUNCTION {guard.Name}() CASCADE", Cancellation);
        }

        await world.ExecuteAsync(tampering);

        var result = await VerifyAsync(world);
        Assert.Equal(2, result.Verdict.ExitCode);
        Assert.Contains(named, result.Verdict.LastLine, StringComparison.Ordinal);
    }
}
