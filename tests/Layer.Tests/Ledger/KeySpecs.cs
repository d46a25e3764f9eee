using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Secrets;
using Layer.Storage;
using Layer.Tests.Storage;

namespace Layer.Tests.Ledger;

public sealed class KeyOnSqliteSpecs(PostgresCluster cluster) : KeySpecs(Engine.Sqlite, cluster);

public sealed class KeyOnPostgresSpecs(PostgresCluster cluster) : KeySpecs(Engine.Postgres, cluster);

public abstract class KeySpecs(Engine engine, PostgresCluster cluster)
{
    private const string Actor = "os:test@test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<LedgerWorld> StartAsync()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        world.Clock.Advance(TimeSpan.FromHours(1));
        return world;
    }

    private static async Task<List<KnownKey>> KeysAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        return await SigningKeys.ListAsync(world.Database.Engine, connection, world.Workspace.Id, Cancellation);
    }

    private static Task<VerificationKey> AddAsync(LedgerWorld world) => world.Ledger.AddKeyAsync(world.Workspace.Id, Actor, "yearly", Cancellation);

    private static Task<VerificationKey> RetireAsync(LedgerWorld world, string named) =>
        world.Ledger.RetireKeyAsync(world.Workspace.Id, named, Actor, "stolen laptop", Cancellation);

    private static Task<LogVerdict> VerifyAsync(LedgerWorld world, VerificationKey? pinned) =>
        LogVerification.RunAsync(world.Database, world.Folder, world.Workspace, pinned, Cancellation);

    [Fact]
    public async Task After_a_rotation_every_checkpoint_is_signed_by_all_active_keys_oldest_first()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0].Key;

        var second = await AddAsync(world);
        await world.SyncAsync();
        var signed = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        Assert.Equal([first.KeyId, second.KeyId], signed.Note.Signatures.Select(signature => signature.KeyId));
        Assert.All((VerificationKey[])[first, second], key => Assert.Equal(SignatureState.Valid, signed.Check(key)));
        Assert.Equal([first, second], (await KeysAsync(world)).Select(key => key.Key));
    }

    [Fact]
    public async Task Who_pinned_the_old_key_and_who_pinned_the_new_one_both_verify_after_a_rotation()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0].Key;
        var second = await AddAsync(world);

        foreach (var pinned in (VerificationKey[])[first, second])
        {
            var result = await VerifyAsync(world, pinned);

            Assert.Equal("VALID WITH 1 REMARK", result.Verdict.LastLine);
            Assert.Equal(pinned, result.Key);
        }

        Assert.Equal(VerificationOutcome.WrongKey, (await VerifyAsync(world, SigningKey.Create(world.Workspace.Origin).Public)).Verdict.Outcome);
    }

    [Fact]
    public async Task A_retired_key_has_signed_everything_up_to_its_end_and_nothing_after_it()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0];
        var second = await AddAsync(world);
        await world.SyncAsync();

        await RetireAsync(world, first.ShortId);

        var lines = await new CheckpointsLog(world.Folder.Keys).ReadAsync(world.Workspace.Origin, Cancellation);
        // Genesis and a sync, the key, a sync, the retirement.
        Assert.Equal([(4L, 1), (5L, 2), (8L, 2), (9L, 1)], lines.Select(line => (line.Checkpoint.Size, line.Note.Signatures.Count)));
        Assert.Equal(SignatureState.NotSigned, lines[^1].Check(first.Key));
        Assert.Equal("VALID WITH 1 REMARK", (await VerifyAsync(world, second)).Verdict.LastLine);
        var result = await VerifyAsync(world, first.Key);
        Assert.Equal(1, result.Verdict.ExitCode);
        Assert.Contains("The key given signed up to 8 leaves: for the 1 signed after that, the log's own word on its newer keys was taken.", result.Verdict.Remarks);
        Assert.Equal(second, (await VerifyAsync(world, pinned: null)).Key);
    }

    [Fact]
    public async Task The_leaves_say_who_added_and_retired_a_key_and_why()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0].Key;
        var second = await AddAsync(world);
        await RetireAsync(world, first.ToString());

        await using var context = world.Database.CreateContext();
        var leaves = context.Leaves.Where(leaf => leaf.Kind == LeafKind.Key).OrderBy(leaf => leaf.Index).Select(leaf => leaf.Bytes).ToArray();

        Assert.Equal(
            [new KeyLeaf(Actor, KeyLeaf.Added, $"{second}", "yearly"), new KeyLeaf(Actor, KeyLeaf.Retired, $"{first}", "stolen laptop")],
            leaves.Select(bytes => (KeyLeaf)Leaf.Parse(bytes).Body with { Standing = 0 }));
    }

    [Fact]
    public async Task The_last_active_key_is_not_retired()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0];
        var second = await AddAsync(world);
        await RetireAsync(world, first.ShortId);
        var before = await world.CountAllAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => RetireAsync(world, second.ToString()));

        Assert.Equal("SIGNING_KEY_LAST", refused.Failure.Code);
        Assert.Equal(before, await world.CountAllAsync());
    }

    [Fact]
    public async Task A_key_that_does_not_sign_is_not_retired_again_and_the_active_ones_are_named()
    {
        await using var world = await StartAsync();
        var first = (await KeysAsync(world))[0];
        var second = await AddAsync(world);
        await RetireAsync(world, first.ShortId);
        await AddAsync(world);

        foreach (var named in (string[])["00000000", first.ShortId, first.Key.ToString()])
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => RetireAsync(world, named));

            Assert.Equal("SIGNING_KEY_NOT_FOUND", refused.Failure.Code);
            Assert.Contains($"{second.KeyId:x8}", refused.Failure.Facts["known"]);
        }
    }

    [Fact]
    public async Task A_rotation_that_is_cut_off_before_its_signature_is_made_good_by_the_next()
    {
        await using var world = await StartAsync();
        world.Reached = step => step == CommitStep.Signed ? throw new IOException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => AddAsync(world));
        world.Reached = null;

        var signed = await world.Ledger.SignCheckpointAsync(world.Workspace.Id, Cancellation);

        Assert.Equal(2, signed.Note.Signatures.Count);
        Assert.Equal("VALID WITH 1 REMARK", (await VerifyAsync(world, (await KeysAsync(world))[1].Key)).Verdict.LastLine);
    }

    [Fact]
    public async Task A_rekey_covers_every_signing_key()
    {
        await using var world = await StartAsync();
        await AddAsync(world);
        using var ring = KeyRing.Open(world.Folder.Keys, world.Clock);
        ring.Check(await SealedColumn.ReadAllAsync(world.Database, Cancellation));

        var outcome = await new Rekey(world.Database, ring, new Seal(ring, world.Clock)).RunAsync(Cancellation);

        Assert.Equal((2, 1), (outcome.Wrapped, outcome.Deleted));
        await world.SyncAsync();
        var again = new EvidenceLedger(world.Database, world.Folder, new Seal(ring, world.Clock), world.Clock);
        Assert.Equal(2, (await again.SignCheckpointAsync(world.Workspace.Id, Cancellation)).Note.Signatures.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checkpoint_signed_by_a_key_that_was_not_in_force_then_is_found(bool retired)
    {
        await using var world = await StartAsync();
        var early = await HeadAsync(world);
        if (retired)
        {
            var old = (await KeysAsync(world))[0];
            var seed = await SeedAsync(world, old);
            await AddAsync(world);
            await RetireAsync(world, old.ShortId);
            await world.SyncAsync();
            var late = (await HeadAsync(world)).Sign(SigningKey.FromSeed(world.Workspace.Origin, seed));
            await new CheckpointsLog(world.Folder.Keys).AppendAsync(late, Cancellation);
        }
        else
        {
            await AddAsync(world);
            var added = (await KeysAsync(world))[1];
            await ReplaceFirstLineAsync(world, early.Sign(SigningKey.FromSeed(world.Workspace.Origin, await SeedAsync(world, added))));
        }

        var result = await VerifyAsync(world, pinned: null);

        Assert.Equal(VerificationOutcome.IntegrityFailure, result.Verdict.Outcome);
        Assert.Contains("is signed by a key that did not sign the log then.", result.Verdict.LastLine);
    }

    private static async Task<Checkpoint> HeadAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        var size = Convert.ToInt64(await connection.ScalarAsync("SELECT size FROM log_head", Cancellation));
        return new Checkpoint(world.Workspace.Origin, size, (await LogAppend.ReadFrontierAsync(world.Database.Engine, connection, world.Workspace.Id, size, Cancellation)).Root);
    }

    private static async Task<byte[]> SeedAsync(LedgerWorld world, KnownKey key)
    {
        await using var context = world.Database.CreateContext();
        var row = context.SigningKeys.Single(each => each.Id == key.Id);
        using var seed = world.Seal.Open(SigningKeyRow.Place(world.Workspace.Id, key.Id), row.PrivateKey);
        return seed.Utf8.ToArray();
    }

    // The database's own row goes with it: its text is what it always was.
    private async Task ReplaceFirstLineAsync(LedgerWorld world, SignedCheckpoint forged)
    {
        var log = new CheckpointsLog(world.Folder.Keys);
        var lines = await log.ReadAsync(world.Workspace.Origin, Cancellation);
        File.Delete(log.Path);
        foreach (var line in lines.Skip(1).Prepend(forged))
            await log.AppendAsync(line, Cancellation);
        await world.ExecuteAsync(engine == Engine.Sqlite ? "DROP TRIGGER guard_checkpoint_delete" : "ALTER TABLE checkpoint DISABLE TRIGGER guard_checkpoint_change");
        await world.ExecuteAsync($"DELETE FROM checkpoint WHERE size = {forged.Checkpoint.Size}");
    }
}
