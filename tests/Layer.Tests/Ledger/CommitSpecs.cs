using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

public sealed class CommitOnSqliteSpecs(PostgresCluster cluster) : CommitSpecs(Engine.Sqlite, cluster);

public sealed class CommitOnPostgresSpecs(PostgresCluster cluster) : CommitSpecs(Engine.Postgres, cluster);

public abstract class CommitSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<LedgerWorld> StartAsync() => LedgerWorld.StartAsync(engine, cluster);

    [Fact]
    public async Task The_first_sync_seals_a_manifest_and_one_record_for_each_evidence_type()
    {
        await using var world = await StartAsync();

        var outcome = await world.SyncAsync();

        Assert.Equal([2, 3], outcome.Evidence);
        Assert.Equal(1, outcome.Counts[ObservationType.RoleAssignment]);
        Assert.Equal((4, 0, 0), (outcome.Sync.Added, outcome.Sync.Changed, outcome.Sync.Removed));
        await using var context = world.Database.CreateContext();
        var leaves = await context.Leaves.OrderBy(leaf => leaf.Index).ToListAsync(Cancellation);
        Assert.Equal(["genesis", "sync", "evidence", "evidence"], leaves.Select(leaf => leaf.Kind));
        var record = Assert.IsType<EvidenceRecord>(Leaf.Parse(leaves[2].Bytes).Body);
        Assert.Equal((1L, 1L, (long?)null), (record.Seq, record.Manifest, record.Previous));
        Assert.Equal(leaves[2].Hash, (await context.Evidence.SingleAsync(e => e.Index == 2, Cancellation)).Id);
        Assert.Equal(4, (await context.Heads.SingleAsync(Cancellation)).Size);
        Assert.Equal(2, (await context.Connections.SingleAsync(Cancellation)).NextSeq);
    }

    [Fact]
    public async Task A_sync_that_finds_nothing_new_writes_no_observation_and_no_interval()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var (observations, intervals, populations, pages) = await CountsAsync(world);
        world.Clock.Advance(TimeSpan.FromDays(1));

        var outcome = await world.SyncAsync();

        Assert.Equal((0, 0, 0), (outcome.Sync.Added, outcome.Sync.Changed, outcome.Sync.Removed));
        Assert.Equal((observations, intervals, populations, pages), await CountsAsync(world));
        Assert.Equal(2, outcome.Evidence.Count);
        Assert.Equal(2, await world.CountAsync("sync"));
    }

    [Fact]
    public async Task What_came_changed_and_went_is_counted_and_closes_its_intervals()
    {
        await using var world = await StartAsync();
        world.Azure.Assignments["ada"] = (Reading.Reader, "ada", world.Clock.GetUtcNow());
        world.Azure.Groups["dev"] = "westeurope";
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Assignments.Remove("ada");
        world.Azure.Assignments["eve"] = (Reading.Reader, "eve", world.Clock.GetUtcNow());
        world.Azure.Groups["dev"] = "northeurope";

        var outcome = await world.SyncAsync();

        Assert.Equal((1, 1, 1), (outcome.Sync.Added, outcome.Sync.Changed, outcome.Sync.Removed));
        await using var context = world.Database.CreateContext();
        var leaf = await context.Leaves.SingleAsync(l => l.Index == outcome.Evidence[0], Cancellation);
        var record = Assert.IsType<EvidenceRecord>(Leaf.Parse(leaf.Bytes).Body);
        Assert.Equal([new PopulationChange(ObservationType.RoleAssignment, 1, 0, 1), new PopulationChange(ObservationType.RoleDefinition, 0, 0, 0)], record.Changes);
        var closed = await context.ObservationVersions.Where(v => v.ToSeq != null).ToListAsync(Cancellation);
        Assert.Equal([2L, 2L], closed.Select(v => v.ToSeq!.Value));
        Assert.Equal(3, record.Previous - 0 + 1);
    }

    [Fact]
    public async Task Rule_1_a_failed_attempt_closes_nothing_it_leaves_its_leaf_and_its_row_and_nothing_else()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var before = await world.CountAllAsync();

        var outcome = await world.FailAsync();

        Assert.Equal((SyncStatus.Failed, "SECRET_EXPIRED", 2L), (outcome.Sync.Status, outcome.Sync.Code, outcome.Sync.Seq));
        Assert.Equal(before.Replace("log_leaf 4", "log_leaf 5").Replace("sync 1", "sync 2"), await world.CountAllAsync());
        await using var context = world.Database.CreateContext();
        Assert.Equal("sync", (await context.Leaves.SingleAsync(l => l.Index == 4, Cancellation)).Kind);
    }

    [Fact]
    public async Task Rule_8_evidence_outlives_its_connection_which_cannot_be_deleted()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => world.ExecuteAsync("DELETE FROM connection"));

        Assert.Equal(1, await world.CountAsync("connection"));
    }

    [Fact]
    public async Task A_cancelled_attempt_is_recorded_as_cancelled()
    {
        await using var world = await StartAsync();

        var outcome = await world.FailAsync("CANCELLED");

        Assert.Equal((SyncStatus.Cancelled, null), (outcome.Sync.Status, outcome.Sync.Code));
    }

    [Theory]
    [InlineData(CommitStep.HeadLocked)]
    [InlineData(CommitStep.ObservationsWritten)]
    [InlineData(CommitStep.RowsWritten)]
    [InlineData(CommitStep.LeavesWritten)]
    [InlineData(CommitStep.HeadMoved)]
    internal async Task A_commit_that_is_cut_off_before_its_end_leaves_nothing(CommitStep step)
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var before = await world.CountAllAsync();
        world.Azure.Assignments["ada"] = (Reading.Reader, "ada", world.Clock.GetUtcNow());
        world.Reached = reached => reached == step ? throw new IOException("cut off") : Task.CompletedTask;

        await Assert.ThrowsAsync<IOException>(world.SyncAsync);

        Assert.Equal(before, await world.CountAllAsync());
        world.Reached = null;
        Assert.Equal(2, (await world.SyncAsync()).Sync.Seq);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_by_its_id_and_stored_once()
    {
        await using var world = await StartAsync();
        var attempt = world.Attempt();
        var collection = world.Azure.At(world.Clock.GetUtcNow());
        world.Reached = step => step == CommitStep.Committed ? throw new IOException("connection lost") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => world.Ledger.CommitAsync(attempt, collection, Cancellation));
        var stored = await world.CountAllAsync();

        var outcome = await world.Ledger.CommitAsync(attempt, collection, Cancellation);

        Assert.Equal(stored, await world.CountAllAsync());
        Assert.Equal([2, 3], outcome.Evidence);
        Assert.Equal((1L, SyncStatus.Complete, 4), (outcome.Sync.Seq, outcome.Sync.Status, outcome.Sync.Added));
        Assert.Equal(1, outcome.Counts[ObservationType.ResourceGroup]);
    }

    [Fact]
    public async Task Rule_4_a_commit_with_an_older_fence_is_refused()
    {
        await using var world = await StartAsync();
        var attempt = world.Attempt();
        await world.ExecuteAsync("UPDATE connection SET fence = fence + 1");
        var before = await world.CountAllAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => world.Ledger.CommitAsync(attempt, world.Azure.At(world.Clock.GetUtcNow()), Cancellation));

        Assert.Equal("LEASE_LOST", refused.Failure.Code);
        Assert.Equal(before, await world.CountAllAsync());
    }

    [Fact]
    public async Task A_clock_a_little_behind_the_last_leaf_is_waited_out_and_one_far_behind_is_refused()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        var last = world.Clock.GetUtcNow();
        await world.ExecuteAsync($"UPDATE log_head SET at = {last.AddSeconds(4).UtcTicks}");

        await world.SyncAsync();

        await using (var context = world.Database.CreateContext())
            Assert.Equal(last.AddSeconds(4), await context.Leaves.MaxAsync(leaf => leaf.At, Cancellation));
        await world.ExecuteAsync($"UPDATE log_head SET at = {last.AddSeconds(6).UtcTicks}");
        Assert.Equal("CLOCK_BEHIND_LOG", (await Assert.ThrowsAsync<RefusedException>(world.SyncAsync)).Failure.Code);
    }

    [Fact]
    public async Task A_drop_of_more_than_half_is_flagged_and_still_sealed()
    {
        await using var world = await StartAsync();
        for (var i = 0; i < 9; i++)
            world.Azure.Assignments[$"a{i}"] = (Reading.Reader, $"p{i}", world.Clock.GetUtcNow());
        await world.SyncAsync();
        for (var i = 0; i < 6; i++)
            world.Azure.Assignments.Remove($"a{i}");
        world.Clock.Advance(TimeSpan.FromDays(1));

        var outcome = await world.SyncAsync();

        Assert.Equal(1, outcome.Sync.Anomalies);
        await using var context = world.Database.CreateContext();
        Assert.Equal([1, 0], await context.Evidence.Where(e => e.Seq == 2).OrderBy(e => e.Index).Select(e => e.Anomalies).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task An_assignment_that_comes_back_unchanged_marks_the_first_record_that_lacked_it()
    {
        await using var world = await StartAsync();
        world.Azure.Assignments["ada"] = (Reading.Reader, "ada", world.Clock.GetUtcNow());
        await world.SyncAsync();
        var ada = world.Azure.Assignments["ada"];
        world.Azure.Assignments.Remove("ada");
        world.Clock.Advance(TimeSpan.FromDays(1));
        var lacking = await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAsync();
        world.Azure.Assignments["ada"] = ada;
        world.Clock.Advance(TimeSpan.FromDays(1));

        var back = await world.SyncAsync();

        await using var context = world.Database.CreateContext();
        var exception = await context.Exceptions.SingleAsync(Cancellation);
        Assert.Equal(("reappeared", lacking.Evidence[0], back.Sync.Seq), (exception.Code, exception.Record, exception.Seq));
        Assert.Equal(Reading.AssignmentKey("ada"), exception.Key);
        Assert.Equal("exception", (await context.Leaves.SingleAsync(l => l.Index == exception.Index, Cancellation)).Kind);
    }

    [Fact]
    public async Task An_assignment_that_is_older_than_the_last_reading_is_marked_as_seen_late()
    {
        await using var world = await StartAsync();
        var first = await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Assignments["late"] = (Reading.Reader, "late", first.Sync.ObservedFrom!.Value - TimeSpan.FromMinutes(16));
        world.Azure.Assignments["lag"] = (Reading.Reader, "lag", first.Sync.ObservedFrom!.Value - TimeSpan.FromMinutes(14));

        await world.SyncAsync();

        await using var context = world.Database.CreateContext();
        var exception = await context.Exceptions.SingleAsync(Cancellation);
        Assert.Equal(("seen-late", Reading.AssignmentKey("late"), first.Evidence[0]), (exception.Code, exception.Key, exception.Record));
    }

    [Fact]
    public async Task Many_writers_at_once_make_one_chain_and_no_fork()
    {
        await using var world = await StartAsync();
        var second = await world.ConnectAsync("second", Guid.NewGuid());
        var collection = world.Azure.At(world.Clock.GetUtcNow());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await world.Ledger.CommitAsync(world.Attempt(i % 2 == 0 ? second : null), collection, Cancellation);
            await world.SignAsync();
        })));

        await using var context = world.Database.CreateContext();
        Assert.Equal(Enumerable.Range(0, 25).Select(i => (long)i), await context.Leaves.OrderBy(l => l.Index).Select(l => l.Index).ToListAsync(Cancellation));
        Assert.Equal([1L, 2L, 3L, 4L], await context.Syncs.Where(s => s.Connection == second).OrderBy(s => s.Seq).Select(s => s.Seq).ToListAsync(Cancellation));
        var frontier = new Layer.Evidence.Log.Frontier();
        foreach (var leaf in await context.Leaves.OrderBy(l => l.Index).ToListAsync(Cancellation))
            frontier.Append(leaf.Hash);
        Assert.Equal(frontier.Root, (await context.Heads.SingleAsync(Cancellation)).Root);
    }

    [Fact]
    public async Task An_unchanged_sync_stores_at_most_4_KB()
    {
        await using var world = await StartAsync();
        for (var i = 0; i < 200; i++)
            world.Azure.Assignments[$"a{i}"] = (Reading.Reader, $"p{i}", world.Clock.GetUtcNow());
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAsync();
        const int Syncs = 200;
        var before = await SizeAsync(world);

        for (var i = 0; i < Syncs; i++)
        {
            world.Clock.Advance(TimeSpan.FromDays(1));
            await world.SyncAsync();
        }

        var each = (await SizeAsync(world) - before) / Syncs;
        TestContext.Current.SendDiagnosticMessage($"{engine}: {each} bytes for each unchanged sync");
        Assert.InRange(each, 1, 4096);
    }

    private async Task<long> SizeAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        if (engine == Engine.Postgres)
        {
            // Without the maps of free space, which cost the same for ten rows as for ten thousand.
            return (long)(await connection.ScalarAsync(
                "SELECT SUM(pg_relation_size(c.oid))::bigint FROM pg_class c WHERE c.relkind IN ('r', 'i') AND c.relnamespace = 'public'::regnamespace", Cancellation))!;
        }

        var pages = (long)(await connection.ScalarAsync("PRAGMA page_count", Cancellation))!;
        return pages * (long)(await connection.ScalarAsync("PRAGMA page_size", Cancellation))!;
    }

    private static async Task<(long, long, long, long)> CountsAsync(LedgerWorld world) => (
        await world.CountAsync("observation"), await world.CountAsync("observation_version"),
        await world.CountAsync("population"), await world.CountAsync("page"));
}
