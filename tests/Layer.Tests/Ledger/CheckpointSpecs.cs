using Layer.Evidence.Log;
using Layer.Ledger;
using Layer.Operations;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

public sealed class CheckpointOnSqliteSpecs(PostgresCluster cluster) : CheckpointSpecs(Engine.Sqlite, cluster);

public sealed class CheckpointOnPostgresSpecs(PostgresCluster cluster) : CheckpointSpecs(Engine.Postgres, cluster);

public abstract class CheckpointSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<LedgerWorld> StartAsync() => LedgerWorld.StartAsync(engine, cluster);

    [Fact]
    public async Task A_checkpoint_is_signed_with_the_key_of_the_genesis_leaf_and_stands_in_the_file_and_the_database()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();

        var signed = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        await using var context = world.Database.CreateContext();
        var key = VerificationKey.Parse((await context.SigningKeys.SingleAsync(Cancellation)).Verifier);
        Assert.Equal(SignatureState.Valid, signed.Check(key));
        Assert.Equal(4, signed.Checkpoint.Size);
        Assert.Equal(signed.ToString(), (await context.Checkpoints.SingleAsync(Cancellation)).Text);
        Assert.Equal([signed.ToString()], (await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation)).Select(c => c.ToString()));
    }

    [Fact]
    public async Task Signing_again_without_a_new_leaf_gives_the_same_checkpoint_and_writes_nothing()
    {
        await using var world = await StartAsync();
        var first = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        var second = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        Assert.Equal(first.ToString(), second.ToString());
        Assert.Single(await File.ReadAllLinesAsync(new CheckpointsLog(world.Folder.Keys).Path, Cancellation));
    }

    [Theory]
    [InlineData(CommitStep.Signed)]
    [InlineData(CommitStep.Appended)]
    [InlineData(CommitStep.Stored)]
    internal async Task A_signature_that_is_cut_off_is_made_good_by_the_next(CommitStep step)
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Reached = reached => reached == step ? throw new IOException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(world.SignAsync);
        world.Reached = null;

        await world.SignAsync();

        Assert.Equal(1, await world.CountAsync("checkpoint"));
        Assert.Single(await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation));
    }

    [Fact]
    public async Task A_line_that_was_cut_off_by_a_crash_is_dropped()
    {
        await using var world = await StartAsync();
        await world.SignAsync();
        var log = new CheckpointsLog(world.Folder.Keys);
        await File.AppendAllTextAsync(log.Path, "\"layer/half", Cancellation);
        await world.SyncAsync();

        await world.SignAsync();

        Assert.Equal([1L, 4L], (await log.ReadAsync(world.Workspace.Origin, Cancellation)).Select(c => c.Checkpoint.Size));
    }

    [Fact]
    public async Task A_database_that_was_rolled_back_is_not_signed()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        await world.SignAsync();
        await world.ExecuteAsync("UPDATE log_head SET size = 1, root = (SELECT hash FROM log_leaf WHERE idx = 0)");

        var refused = await Assert.ThrowsAsync<RefusedException>(world.SignAsync);

        Assert.Equal("LOG_ROLLED_BACK", refused.Failure.Code);
        Assert.Equal(("4", "1"), (refused.Failure.Facts["signedSize"], refused.Failure.Facts["size"]));
    }

    [Fact]
    public async Task The_last_line_of_a_log_is_found_behind_many_lines_of_another()
    {
        await using var world = await StartAsync();
        await world.SignAsync();
        var other = SigningKey.Create("layer/other");
        var log = new CheckpointsLog(world.Folder.Keys);
        for (var i = 1; i < 200; i++)
            await log.AppendAsync(new Checkpoint("layer/other", i, MerkleTree.LeafHash([1])).Sign(other), Cancellation);

        Assert.Equal(1, (await log.FindLastAsync(world.Workspace.Origin, Cancellation))!.Checkpoint.Size);
        Assert.Equal(199, (await log.FindLastAsync("layer/other", Cancellation))!.Checkpoint.Size);
        Assert.Null(await log.FindLastAsync("layer/nobody", Cancellation));
    }
}
