using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;
using Layer.Tests.Evidence;
using Layer.Tests.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

public sealed class VerificationOnSqliteSpecs(PostgresCluster cluster) : VerificationSpecs(Engine.Sqlite, cluster);

public sealed class VerificationOnPostgresSpecs(PostgresCluster cluster) : VerificationSpecs(Engine.Postgres, cluster);

public abstract class VerificationSpecs(Engine engine, PostgresCluster cluster)
{
    private const string Unpinned = "No key was given to compare with: the log's own was used.";
    private const string NotAnchored = "Not anchored: Layer knows of nobody else who holds a checkpoint of this log.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<LedgerWorld> StartAsync(bool sample = false) => LedgerWorld.StartAsync(engine, cluster, sample);

    private static async Task<LogVerdict> VerifyAsync(LedgerWorld world, VerificationKey? pinned = null)
    {
        var workspace = await new WorkspaceStore(world.Database, world.Seal, world.Clock).FindAsync("main", Cancellation);
        return await LogVerification.RunAsync(world.Database, world.Folder, workspace!, pinned, Cancellation);
    }

    private static async Task<VerificationKey> KeyAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        return VerificationKey.Parse((await context.SigningKeys.SingleAsync(Cancellation)).Verifier);
    }

    [Fact]
    public async Task A_log_as_it_was_written_is_valid_and_only_lacks_an_anchor()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        await world.SignAsync();

        var result = await VerifyAsync(world, await KeyAsync(world));

        Assert.Equal((1, "VALID WITH 1 REMARK"), (result.Verdict.ExitCode, result.Verdict.LastLine));
        Assert.Equal([NotAnchored], result.Verdict.Remarks);
        Assert.Equal((4L, 2, 4, 4), (result.Leaves, result.Records, result.Observations, result.Pages));
        Assert.Equal(4, result.Checkpoint!.Size);
    }

    [Fact]
    public async Task Days_without_a_complete_reading_are_gaps_and_say_why()
    {
        await using var world = await StartAsync();
        await world.SealConnectionAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.FailAsync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.SyncAsync();
        await world.SignAsync();

        var result = await VerifyAsync(world, await KeyAsync(world));

        Assert.Equal(
            ["prod has no complete reading on 2026-09-02: failed (SECRET_EXPIRED).", "prod has no complete reading on 2026-09-03: missed."],
            result.Verdict.Gaps);
        Assert.StartsWith("VALID WITH 2 GAPS", result.Verdict.LastLine);
    }

    [Fact]
    public async Task Sample_data_a_private_trust_anchor_an_unsigned_tail_and_an_unpinned_key_are_remarks()
    {
        await using var world = await StartAsync(sample: true);
        world.Azure.PublicTrust = false;
        await world.SyncAsync();

        var result = await VerifyAsync(world);

        Assert.Equal(1, result.Verdict.ExitCode);
        Assert.Equal(
            [
                "SAMPLE: this log is a demonstration and no evidence of a real system.",
                "2 records were read from servers whose trust anchor is not public.",
                "The newest 4 leaves are not signed yet.", Unpinned, NotAnchored,
            ],
            result.Verdict.Remarks);
    }

    [Fact]
    public async Task Standing_leaves_are_chained_by_the_ledger_whatever_their_writers_say()
    {
        await using var world = await StartAsync();
        await AppendAsync(world, Samples.Scope with { Standing = 999 }, Samples.Bodies["audit"], Samples.Scope);
        await AppendAsync(world, Samples.Bodies["names"]);
        await world.SyncAsync();
        await AppendAsync(world, new KeyLeaf("os:ada@layer-1", KeyLeaf.Added, $"{Layer.Evidence.Log.SigningKey.Create(world.Workspace.Origin).Public}", null), Samples.Sample);
        await world.FailAsync();

        var standing = new List<string>();
        await using (var context = world.Database.CreateContext())
        {
            foreach (var row in await context.Leaves.OrderBy(leaf => leaf.Index).ToListAsync(Cancellation))
            {
                var body = Leaf.Parse(row.Bytes).Body;
                if (((body as StandingLeaf)?.Standing ?? (body as SyncManifest)?.Standing) is { } named)
                    standing.Add($"{row.Index} {row.Kind} {named}");
            }

            Assert.Equal(8, (await context.Heads.SingleAsync(Cancellation)).Standing);
        }

        Assert.Equal(["1 scope 0", "3 scope 1", "5 sync 3", "8 key 3", "10 sync 8"], standing);
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Fact]
    public async Task Another_key_than_the_one_given_is_told_apart_from_damage()
    {
        await using var world = await StartAsync();
        await world.SignAsync();

        var result = await VerifyAsync(world, SigningKey.Create(world.Workspace.Origin).Public);

        Assert.Equal(VerificationOutcome.WrongKey, result.Verdict.Outcome);
        Assert.Equal(3, result.Verdict.ExitCode);
    }

    /// <summary>What someone who can drop triggers might do, and the item that gives it away.</summary>
    public static TheoryData<string, string> Tampering => new()
    {
        { "UPDATE log_leaf SET bytes = (SELECT bytes FROM log_leaf WHERE idx = 1) WHERE idx = 4", "Leaf 4:" },
        { "UPDATE log_leaf SET hash = (SELECT hash FROM log_leaf WHERE idx = 1) WHERE idx = 4", "Leaf 4:" },
        { "UPDATE log_leaf SET at = at + 1 WHERE idx = 4", "Leaf 4:" },
        { "DELETE FROM log_leaf WHERE idx = 5", "Leaf 5:" },
        { "DELETE FROM log_leaf WHERE idx = 6", "Leaf 6:" },
        { "UPDATE log_node SET hash = (SELECT hash FROM log_leaf WHERE idx = 1) WHERE level = 1 AND idx = 2", "Leaf 5: it completes node 1/2" },
        { "DELETE FROM log_node WHERE level = 2 AND idx = 0", "Leaf 3: it completes node 2/0" },
        { "UPDATE log_head SET root = (SELECT hash FROM log_leaf WHERE idx = 1)", "The head has another root" },
        { "UPDATE log_head SET standing = 2", "The head names leaf 2 as the newest standing leaf, which is leaf 0" },
        { "UPDATE evidence SET count = count + 1 WHERE idx = 5", "The evidence row 5 does not say" },
        { "DELETE FROM evidence WHERE idx = 5", "The log has 4 evidence leaves" },
        { "UPDATE sync SET status = 'failed' WHERE seq = 2", "The sync row of leaf 4 does not say" },
        { "DELETE FROM sync WHERE seq = 2", "The log has 2 sync leaves" },
        { "UPDATE observation SET bytes = (SELECT bytes FROM observation WHERE key LIKE '%/ada') WHERE key LIKE '%/own'", "does not hash to its digest" },
        { "UPDATE observation SET principal_id = 'eve' WHERE key LIKE '%/ada'", "do not say what its bytes say" },
        { "DELETE FROM observation WHERE key LIKE '%/ada'", "which is not there" },
        { "UPDATE observation_version SET to_seq = 2 WHERE digest = (SELECT digest FROM observation WHERE key LIKE '%/own')", "Leaf 5: it sealed 1 of azure.roleAssignment" },
        { "DELETE FROM observation_version WHERE to_seq IS NOT NULL", "Leaf 2: it sealed 2 of azure.roleAssignment" },
        { "UPDATE page SET gzip = (SELECT gzip FROM page ORDER BY sha256 LIMIT 1)", "does not hash to its name" },
        { "UPDATE checkpoint SET text = 'x' WHERE size = 7", "The stored checkpoint of size 7 is none" },
        { "UPDATE workspace SET sample = NOT sample", "the workspace denies that it is a sample" },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task What_is_changed_after_dropping_the_guards_is_found_and_named(string tampering, string named)
    {
        await using var world = await StartAsync();
        world.Azure.Assignments["ada"] = (Reading.Reader, "ada", world.Clock.GetUtcNow());
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Assignments.Remove("ada");
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
        Assert.Contains(named, result.Verdict.LastLine);
    }

    [Fact]
    public async Task A_log_without_its_head_is_broken_for_whoever_verifies_appends_signs_or_reads_it()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        await world.SignAsync();
        await world.ExecuteAsync("DELETE FROM log_head");

        Assert.Equal("INVALID: The head is missing: the log has 4 leaves, and nothing says so.", (await VerifyAsync(world)).Verdict.LastLine);
        foreach (var act in new Func<Task>[]
        {
            () => world.SyncAsync(), () => world.FailAsync(), () => world.SealConnectionAsync(), world.SignAsync,
            () => world.Ledger.RefuseRollbackAsync(Cancellation), () => world.Ledger.BeginEpochAsync(world.Workspace.Id, "os:test@test", "why", Cancellation),
            async () => await Layer.Audits.AuditDatabase.OpenAsync(world.Database, world.Workspace, Cancellation),
        })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(act);
            Assert.Equal(("LOG_BROKEN", "the head"), (refused.Failure.Code, refused.Failure.Facts["item"]));
        }

        var again = await new WorkspaceStore(world.Database, world.Seal, world.Clock).GetOrCreateAsync("main", null, sample: false, Cancellation);
        Assert.Equal(world.Workspace.Id, again.Id);
        Assert.Equal((4L, 0L), (await world.CountAsync("log_leaf"), await world.CountAsync("log_head")));
    }

    [Fact]
    public async Task A_log_that_was_rolled_back_behind_its_last_checkpoint_is_found()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        await world.SignAsync();
        var log = new CheckpointsLog(world.Folder.Keys);
        var later = new Checkpoint(world.Workspace.Origin, 9, MerkleTree.LeafHash([9]));
        using var seed = world.Seal.Open(await PlaceAsync(world), await SealedAsync(world));
        await log.AppendAsync(later.Sign(SigningKey.FromSeed(world.Workspace.Origin, seed.Utf8)), Cancellation);

        var result = await VerifyAsync(world);

        Assert.Equal("INVALID: Leaf 4: it is missing: a checkpoint of 9 leaves was signed.", result.Verdict.LastLine);
    }

    [Fact]
    public async Task A_checkpoint_of_a_key_that_the_log_does_not_name_is_found()
    {
        await using var world = await StartAsync();
        await world.SignAsync();
        await world.SyncAsync();
        var head = await HeadAsync(world);
        await new CheckpointsLog(world.Folder.Keys).AppendAsync(head.Sign(SigningKey.Create(world.Workspace.Origin)), Cancellation);

        var result = await VerifyAsync(world);

        Assert.Equal("INVALID: The checkpoint of size 4 is not signed by the log's key.", result.Verdict.LastLine);
    }

    [Fact]
    public async Task A_lost_checkpoints_log_is_a_remark()
    {
        await using var world = await StartAsync();
        await world.SignAsync();
        File.Delete(new CheckpointsLog(world.Folder.Keys).Path);

        var result = await VerifyAsync(world);

        Assert.Equal(1, result.Verdict.ExitCode);
        Assert.Contains("checkpoints.log lacks 1 checkpoints that the database has: a rollback to before them would not be noticed.", result.Verdict.Remarks);
    }

    [Fact]
    public async Task After_500_random_syncs_with_crashes_and_failures_the_log_verifies()
    {
        const int Syncs = 500;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var world = await StartAsync();
        var (complete, failed) = (0, 0);
        for (var i = 0; i < Syncs; i++)
        {
            world.Clock.Advance(TimeSpan.FromHours(random.Next(1, 30)));
            Change(world, random);
            var crash = random.Next(10) == 0 ? (CommitStep?)random.Next((int)CommitStep.Stored + 1) : null;
            world.Reached = step => step == crash ? throw new IOException("crash") : Task.CompletedTask;
            var attempt = world.Attempt();
            var collection = random.Next(8) == 0 ? null : world.Azure.At(world.Clock.GetUtcNow());
            await TryAsync(() => CommitAsync(world, attempt, collection));
            if (random.Next(3) == 0)
                await TryAsync(world.SignAsync);
            world.Reached = null;
            await CommitAsync(world, attempt, collection);
            complete += collection is null ? 0 : 1;
            failed += collection is null ? 1 : 0;
        }

        await world.SignAsync();
        var result = await VerifyAsync(world);

        Assert.True(result.Verdict.Problem is null, $"seed {seed}: {result.Verdict.Problem}");
        Assert.Equal(2 * complete, result.Records);
        Assert.Equal((complete + failed, Syncs), ((int)await world.CountAsync("sync"), complete + failed));
        Assert.Equal(result.Leaves, result.Checkpoint!.Size);
    }

    private static Task AppendAsync(LedgerWorld world, params LeafBody[] bodies) => world.Ledger.AppendAsync(world.Workspace.Id, (log, _) =>
    {
        foreach (var body in bodies)
            log.Add(body);
        return Task.CompletedTask;
    }, Cancellation);

    private static async Task CommitAsync(LedgerWorld world, SyncAttempt attempt, Layer.Evidence.Collecting.Collection? collection)
    {
        if (collection is null)
            await world.Ledger.RecordFailureAsync(attempt, LedgerWorld.Failed("ARM_UNREACHABLE"), Cancellation);
        else
            await world.Ledger.CommitAsync(attempt, collection, Cancellation);
    }

    private static async Task TryAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (IOException)
        {
            // the crash that was asked for
        }
    }

    private static void Change(LedgerWorld world, Random random)
    {
        var azure = world.Azure;
        for (var i = random.Next(4); i > 0; i--)
        {
            var name = $"a{random.Next(12)}";
            switch (random.Next(5))
            {
                case 0:
                    azure.Assignments[name] = (Reading.Reader, $"p{random.Next(4)}", world.Clock.GetUtcNow() - TimeSpan.FromMinutes(random.Next(60)));
                    break;
                case 1:
                    azure.Assignments.Remove(name);
                    break;
                case 2:
                    azure.Groups[$"g{random.Next(5)}é\ud83d\ude00"[..(2 + random.Next(2))]] = random.Next(2) == 0 ? "westeurope" : "northeurope";
                    break;
                case 3:
                    azure.Groups.Remove($"g{random.Next(5)}");
                    break;
                default:
                    azure.Roles[Guid.Empty.ToString()[..35] + random.Next(3)] = [$"Microsoft.Compute/{random.Next(3)}/read"];
                    break;
            }
        }

        azure.PublicTrust = random.Next(6) != 0;
    }

    private static async Task<Layer.Secrets.SealedPlace> PlaceAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        return SigningKeyRow.Place(world.Workspace.Id, (await context.SigningKeys.SingleAsync(Cancellation)).Id);
    }

    private static async Task<byte[]> SealedAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        return (await context.SigningKeys.SingleAsync(Cancellation)).PrivateKey;
    }

    private static async Task<Checkpoint> HeadAsync(LedgerWorld world)
    {
        await using var context = world.Database.CreateContext();
        var head = await context.Heads.SingleAsync(Cancellation);
        return new Checkpoint(world.Workspace.Origin, head.Size, head.Root);
    }
}
