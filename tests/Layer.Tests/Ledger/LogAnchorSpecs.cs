using System.Text;
using Layer.Evidence.Log;
using Layer.Ledger;
using Layer.Tests.Evidence;
using Layer.Tests.Storage;

namespace Layer.Tests.Ledger;

public sealed class LogAnchorOnSqliteSpecs(PostgresCluster cluster) : LogAnchorSpecs(Engine.Sqlite, cluster);

public sealed class LogAnchorOnPostgresSpecs(PostgresCluster cluster) : LogAnchorSpecs(Engine.Postgres, cluster);

public abstract class LogAnchorSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkpoint_that_was_kept_elsewhere_anchors_the_days_below_it()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAsync();
        await world.SignAsync();
        var signed = await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation);

        var older = await VerifyAsync(world, signed[0].Note.Note);
        Assert.Equal(1, older.Verdict.ExitCode);
        Assert.Contains("Anchored are 1 of 2 days.", older.Verdict.Remarks);
        var newest = await VerifyAsync(world, signed[^1].Note.Note);
        Assert.DoesNotContain(newest.Verdict.Remarks, remark => remark.Contains("nchored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_that_the_log_does_not_extend_is_an_integrity_failure()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        var forked = new Checkpoint(world.Workspace.Origin, 2, Samples.Hash("another tree"));
        var larger = forked with { Size = 99 };
        foreach (var other in new[] { forked, larger })
        {
            var verdict = (await VerifyAsync(world, SigningKey.FromSeed(world.Workspace.Origin, new byte[32]).Sign(other.Text).Note)).Verdict;
            Assert.Equal(2, verdict.ExitCode);
        }
    }

    [Fact]
    public async Task A_checkpoint_that_another_key_signed_or_that_is_of_another_log_or_none_is_told_apart()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        var signed = (await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation))[0].Checkpoint;
        Assert.Equal(3, (await VerifyAsync(world, SigningKey.FromSeed(world.Workspace.Origin, new byte[32]).Sign(signed.Text).Note)).Verdict.ExitCode);
        var elsewhere = SigningKey.FromSeed("layer/other", new byte[32]);
        Assert.Equal(4, (await VerifyAsync(world, elsewhere.Sign((signed with { Origin = "layer/other" }).Text).Note)).Verdict.ExitCode);
        Assert.Equal(4, (await VerifyAsync(world, "no checkpoint\n")).Verdict.ExitCode);
    }

    [Fact]
    public async Task A_checkpoint_is_taken_from_the_keys_that_signed_the_log_then_and_from_the_one_given()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        var seed = await SeedAsync(world);
        var retired = SigningKey.FromSeed(world.Workspace.Origin, seed);
        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.Ledger.AddKeyAsync(world.Workspace.Id, "os:test@test", "yearly", Cancellation);
        await world.Ledger.RetireKeyAsync(world.Workspace.Id, $"{retired.Public}", "os:test@test", "stolen laptop", Cancellation);
        var then = (await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation))[0].Checkpoint;
        await world.SyncAsync();
        var signed = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);
        var stolen = signed.Checkpoint.Sign(retired).Note.Note;

        var refused = (await VerifyAsync(world, stolen)).Verdict;

        Assert.Equal((3, "INVALID: The checkpoint given with --since is not signed with a key that signed this log then."), (refused.ExitCode, refused.LastLine));
        Assert.Equal(1, (await VerifyAsync(world, then.Sign(retired).Note.Note)).Verdict.ExitCode);
        Assert.Equal(1, (await VerifyAsync(world, signed.Note.Note)).Verdict.ExitCode);
        // Whoever pinned the key takes what it signed, as of a bundle.
        Assert.Equal(1, (await VerifyAsync(world, stolen, retired.Public)).Verdict.ExitCode);
    }

    [Fact]
    public async Task Beside_a_checkpoint_from_elsewhere_the_time_stamp_is_still_told()
    {
        await using var local = await LocalAuthority.StartAsync();
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        using var client = new TimestampAuthority(local.Address, world.Clock, LocalAuthority.Network);
        await world.SyncAsync();
        await world.SignAsync();
        await new LogTimestamps(world.Database, world.Ledger, client, world.Clock).StampOnceADayAsync(world.Workspace.Id, Cancellation);
        var signed = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        var verdict = (await VerifyAsync(world, signed.Note.Note)).Verdict;

        Assert.Contains(verdict.Remarks, remark => remark.Contains("stamped the checkpoint of 4 leaves", StringComparison.Ordinal));
    }

    private static Task<LogVerdict> VerifyAsync(LedgerWorld world, string since, VerificationKey? pinned = null) =>
        LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, pinned, Encoding.UTF8.GetBytes(since), Cancellation);

    private static async Task<byte[]> SeedAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        var key = context.SigningKeys.Single();
        using var seed = world.Seal.Open(SigningKeyRow.Place(world.Workspace.Id, key.Id), key.PrivateKey);
        return seed.Utf8.ToArray();
    }
}
