using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Tests.Storage;

namespace Layer.Tests.Ledger;

public sealed class EpochOnSqliteSpecs(PostgresCluster cluster) : EpochSpecs(Engine.Sqlite, cluster);

public sealed class EpochOnPostgresSpecs(PostgresCluster cluster) : EpochSpecs(Engine.Postgres, cluster);

public abstract class EpochSpecs(Engine engine, PostgresCluster cluster)
{
    private const string Actor = "os:test@test";
    private const string Generic = "An operator went on 1 time after signed leaves were lost.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Signed at 4 and 7; then the database is the one of a backup taken at 4.</summary>
    private async Task<LedgerWorld> RolledBackAsync()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        await SyncAsync(world);
        var restore = await world.BackUpAsync();
        await SyncAsync(world);
        await restore();
        return world;
    }

    private static async Task SyncAsync(LedgerWorld world)
    {
        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();
        await world.SignAsync();
    }

    private static async Task<EpochLeaf> GoOnAsync(LedgerWorld world)
    {
        world.Clock.Advance(TimeSpan.FromHours(1));
        var epoch = await world.Ledger.BeginEpochAsync(world.Workspace.Id, Actor, "restored the backup", Cancellation);
        await world.SignAsync();
        return epoch;
    }

    private static async Task<LogVerdict> VerifyAsync(LedgerWorld world) =>
        await LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, await KeyAsync(world), Cancellation);

    private static async Task<VerificationKey> KeyAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        return (await SigningKeys.ListAsync(world.Database.Engine, connection, world.Workspace.Id, Cancellation))[0].Key;
    }

    [Fact]
    public async Task An_old_database_that_was_restored_is_refused_by_every_start_append_and_signature()
    {
        await using var world = await RolledBackAsync();
        var before = await world.CountAllAsync();
        Func<Task>[] ways =
        [
            () => world.Ledger.RefuseRollbackAsync(Cancellation),
            world.SignAsync,
            () => world.SyncAsync(),
            () => world.FailAsync(),
            () => world.Ledger.AppendAsync(world.Workspace.Id, (log, _) =>
            {
                log.Add(new AuditLeaf(Actor, "test", null, null));
                return Task.CompletedTask;
            }, Cancellation),
            () => world.Ledger.AddKeyAsync(world.Workspace.Id, Actor, "yearly", Cancellation),
        ];

        foreach (var way in ways)
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(way);
            Assert.Equal(("LOG_ROLLED_BACK", "7", "4"), (refused.Failure.Code, refused.Failure.Facts["signedSize"], refused.Failure.Facts["size"]));
        }

        Assert.Equal(before, await world.CountAllAsync());
    }

    [Fact]
    public async Task A_log_that_is_the_one_last_signed_is_let_through_and_has_no_epoch()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await SyncAsync(world);
        await world.SyncAsync();

        await world.Ledger.RefuseRollbackAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => GoOnAsync(world));

        Assert.Equal("LOG_NOT_ROLLED_BACK", refused.Failure.Code);
    }

    [Fact]
    public async Task An_epoch_names_what_was_lost_and_from_then_on_the_log_verifies_with_remarks()
    {
        await using var world = await RolledBackAsync();

        var epoch = await GoOnAsync(world);
        await SyncAsync(world);
        var result = await VerifyAsync(world);

        Assert.Equal((7L, "restored the backup", Actor), (epoch.LostSize, epoch.Reason, epoch.Actor));
        Assert.Null(result.Verdict.Problem);
        Assert.Equal(1, result.Verdict.ExitCode);
        Assert.Contains(Generic, result.Verdict.Remarks);
        Assert.Contains("Leaf 4 goes on after 1 signed checkpoint, up to 7 leaves, had been lost: the last one before them has 4 leaves.", result.Verdict.Remarks);
        Assert.Equal((8L, 8L), (result.Leaves, result.Checkpoint!.Size));
    }

    [Fact]
    public async Task Leaves_that_came_before_the_loss_was_noticed_stay_and_the_epoch_still_names_the_lost_checkpoint()
    {
        await using var world = await RolledBackAsync();
        // As an earlier version would have: without the file nobody notices.
        var file = new CheckpointsLog(world.Folder.Keys).Path;
        File.Move(file, file + ".away");
        for (var i = 0; i < 3; i++)
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            await world.SyncAsync();
        }

        File.Move(file + ".away", file);

        var epoch = await GoOnAsync(world);

        Assert.Equal(7, epoch.LostSize);
        var result = await VerifyAsync(world);
        Assert.Contains("Leaf 13 goes on after 1 signed checkpoint, up to 7 leaves, had been lost: the last one before them has 4 leaves.", result.Verdict.Remarks);
    }

    [Fact]
    public async Task A_second_loss_needs_a_second_epoch_and_both_are_told()
    {
        await using var world = await RolledBackAsync();
        await GoOnAsync(world);
        var restore = await world.BackUpAsync();
        await SyncAsync(world);
        await SyncAsync(world);
        await restore();

        Assert.Equal("LOG_ROLLED_BACK", (await Assert.ThrowsAsync<RefusedException>(world.SignAsync)).Failure.Code);
        await GoOnAsync(world);
        var result = await VerifyAsync(world);

        Assert.Null(result.Verdict.Problem);
        Assert.Contains("Leaf 4 goes on after 1 signed checkpoint, up to 7 leaves, had been lost: the last one before them has 4 leaves.", result.Verdict.Remarks);
        Assert.Contains("Leaf 5 goes on after 2 signed checkpoints, up to 11 leaves, had been lost: the last one before them has 5 leaves.", result.Verdict.Remarks);
    }

    [Fact]
    public async Task An_epoch_that_is_lost_itself_is_covered_by_the_next()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        await using var _ = world;
        await SyncAsync(world);
        var restore = await world.BackUpAsync();
        await SyncAsync(world);
        await restore();
        await GoOnAsync(world);
        await restore();

        await GoOnAsync(world);
        var result = await VerifyAsync(world);

        Assert.Null(result.Verdict.Problem);
        Assert.Contains("Leaf 4 goes on after 2 signed checkpoints, up to 5 leaves, had been lost: the last one before them has 4 leaves.", result.Verdict.Remarks);
    }

    [Fact]
    public async Task An_epoch_that_was_cut_off_before_its_signature_is_signed_by_the_next_sync()
    {
        await using var world = await RolledBackAsync();
        world.Reached = step => step == CommitStep.Signed ? throw new IOException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => GoOnAsync(world));
        world.Reached = null;

        await world.Ledger.RefuseRollbackAsync(Cancellation);
        await SyncAsync(world);

        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
        Assert.Equal("LOG_NOT_ROLLED_BACK", (await Assert.ThrowsAsync<RefusedException>(() => GoOnAsync(world))).Failure.Code);
    }

    [Fact]
    public async Task Without_an_epoch_the_lost_checkpoint_is_an_integrity_failure()
    {
        await using var world = await RolledBackAsync();

        var result = await LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, null, Cancellation);

        Assert.Equal("INVALID: Leaf 4: it is missing: a checkpoint of 7 leaves was signed.", result.Verdict.LastLine);
    }

    [Fact]
    public async Task An_epoch_excuses_no_checkpoint_that_was_signed_after_the_one_it_names()
    {
        await using var world = await RolledBackAsync();
        await GoOnAsync(world);
        await new CheckpointsLog(world.Folder.Keys).AppendAsync(await ForgedAsync(world, 6), Cancellation);

        var result = await LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, null, Cancellation);

        Assert.Equal(VerificationOutcome.IntegrityFailure, result.Verdict.Outcome);
        Assert.Equal("INVALID: Leaf 5: it is missing: a checkpoint of 6 leaves was signed.", result.Verdict.LastLine);
    }

    [Fact]
    public async Task A_checkpoint_from_before_the_fork_must_still_be_extended()
    {
        await using var world = await RolledBackAsync();
        await GoOnAsync(world);
        var log = new CheckpointsLog(world.Folder.Keys);
        var lines = await log.ReadAsync(world.Workspace.Origin, Cancellation);
        File.Delete(log.Path);
        foreach (var line in lines.Prepend(await ForgedAsync(world, 3)))
            await log.AppendAsync(line, Cancellation);

        var result = await LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, null, Cancellation);

        Assert.Equal("INVALID: The log does not extend the checkpoint of size 3, and no epoch says that it was lost.", result.Verdict.LastLine);
    }

    private static async Task<SignedCheckpoint> ForgedAsync(LedgerWorld world, long size)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        var keys = await SigningKeys.OpenAsync(world.Database.Engine, connection, world.Seal, world.Workspace.Id, world.Workspace.Origin, Cancellation);
        return new Checkpoint(world.Workspace.Origin, size, MerkleTree.LeafHash([9])).Sign(keys);
    }
}
