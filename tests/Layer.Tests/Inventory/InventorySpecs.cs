using Layer.Evidence.Observations;
using Layer.Inventory;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Inventory;

public sealed class InventoryOnSqliteSpecs(PostgresCluster cluster) : InventorySpecs(Engine.Sqlite, cluster);

public sealed class InventoryOnPostgresSpecs(PostgresCluster cluster) : InventorySpecs(Engine.Postgres, cluster);

public abstract class InventorySpecs(Engine engine, PostgresCluster cluster)
{
    private static readonly DateOnly First = new(2026, 9, 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Day 1: ada is there. Day 2: the sync fails. Day 3: nothing. Day 4: eve instead of ada, a role that can do everything.
    private async Task<LedgerWorld> StartAsync()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        world.Azure.Assignments["ada"] = (Layer.Tests.Ledger.Reading.Reader, "ada", world.Clock.GetUtcNow());
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.FailAsync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        world.Azure.Assignments.Remove("ada");
        world.Azure.Assignments["eve"] = ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "eve", world.Clock.GetUtcNow());
        world.Azure.Roles["8e3af657-a8ff-443c-a75c-2fe8c4bcb635"] = ["*"];
        await world.SyncAsync();
        return world;
    }

    private static async Task<Layer.Inventory.Reading> ReadingAsync(InventoryReader inventory, DateOnly day) =>
        Assert.Single(await inventory.ReadingsAsync(day, Cancellation));

    [Fact]
    public async Task A_day_without_a_complete_sync_shows_the_last_one_before_it_under_its_own_date()
    {
        await using var world = await StartAsync();
        var inventory = new InventoryReader(world.Database, world.Workspace.Id);

        var third = await ReadingAsync(inventory, First.AddDays(2));
        var fourth = await ReadingAsync(inventory, First.AddDays(3));

        Assert.Equal((1L, First), (third.Seq, third.Day));
        Assert.Equal((3L, First.AddDays(3)), (fourth.Seq, fourth.Day));
        Assert.Equal(["ada", "own"], (await inventory.ListAsync(third, ObservationType.RoleAssignment, Cancellation)).Select(Name));
        Assert.Equal(["eve", "own"], (await inventory.ListAsync(fourth, ObservationType.RoleAssignment, Cancellation)).Select(Name));
        Assert.Empty(await inventory.ReadingsAsync(First.AddDays(-1), Cancellation));

        static string Name(Seen seen) => seen.Key[(seen.Key.LastIndexOf('/') + 1)..];
    }

    [Fact]
    public async Task Two_days_differ_by_what_came_and_went_and_privileged_is_what_the_role_grants()
    {
        await using var world = await StartAsync();
        var inventory = new InventoryReader(world.Database, world.Workspace.Id);

        var changes = await Change.BetweenAsync(inventory, await ReadingAsync(inventory, First), await ReadingAsync(inventory, First.AddDays(3)), Cancellation);

        Assert.Equal(
            [
                (ChangeKind.Removed, Layer.Tests.Ledger.Reading.AssignmentKey("ada"), false),
                (ChangeKind.Added, Layer.Tests.Ledger.Reading.AssignmentKey("eve"), true),
            ],
            changes.Where(c => c.Subject.Type == ObservationType.RoleAssignment).Select(c => (c.Kind, c.Subject.Key, c.Privileged)));
        Assert.Equal(3, changes.Count);
    }
}
