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

    private static Task<LogVerdict> VerifyAsync(LedgerWorld world, string since) =>
        LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, pinned: null, Encoding.UTF8.GetBytes(since), Cancellation);
}
