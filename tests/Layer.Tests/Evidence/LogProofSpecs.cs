using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Operations;
using Layer.Storage;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Evidence;

public sealed class LogProofOnSqliteSpecs(PostgresCluster cluster) : LogProofSpecs(Engine.Sqlite, cluster);

public sealed class LogProofOnPostgresSpecs(PostgresCluster cluster) : LogProofSpecs(Engine.Postgres, cluster);

/// <summary>Proofs as they come out of the database.</summary>
public abstract class LogProofSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static LogProofs Proofs(LedgerWorld world) => new(world.Database, world.Workspace.Id);

    private static EvidenceRecords Records(LedgerWorld world) => new(world.Database, world.Workspace.Id);

    [Fact]
    public Task Every_pair_of_signed_sizes_up_to_40_is_proven_as_by_the_definition() => ProveAllAsync(40);

    [Fact]
    [Trait("category", "soak")]
    public Task Every_pair_of_signed_sizes_up_to_256_is_proven_as_by_the_definition() => ProveAllAsync(256);

    private async Task ProveAllAsync(int most)
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SignAsync();
        for (var size = 1; size < most; size++)
        {
            await world.Ledger.AppendAsync(world.Workspace.Id, (log, _) =>
            {
                log.Add(new AuditLeaf("os:test@test", $"test.{size}", null, null));
                return Task.CompletedTask;
            }, Cancellation);
            await world.SignAsync();
        }

        var naive = new MerkleLog();
        for (var i = 0; i < most; i++)
            naive.Append(Leaf.Parse((await Records(world).FindLeafAsync(i, Cancellation))!).Hash);
        var proofs = Proofs(world);
        var key = await KeyAsync(world);
        for (var to = 1; to <= most; to++)
        {
            var newer = (await proofs.FindCheckpointAsync(to, Cancellation))!;
            Assert.Equal(naive.NaiveRoot(to), newer.Checkpoint.Root);
            for (var from = 1; from <= to; from++)
            {
                var inclusion = await proofs.ProveAsync(from - 1, naive.Leaf(from - 1), newer, Cancellation);
                Assert.Equal(naive.NaiveInclusion(from - 1, 0, to), inclusion.Hashes);
                var older = new Checkpoint(world.Workspace.Origin, from, naive.NaiveRoot(from));
                var consistency = await proofs.ProveAsync(older, newer, Cancellation);
                Assert.Equal(naive.NaiveConsistency(from, 0, to, whole: true), consistency.Hashes);
                if (to % 16 == 0)
                    Assert.True(inclusion.Verify(naive.Leaf(from - 1), key) && consistency.Verify(older, key));
            }
        }
    }

    [Fact]
    public async Task Every_object_of_both_records_is_proven_whatever_the_case_of_its_id()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        for (var i = 0; i < 7; i++)
            world.Azure.Groups[$"Rg-{i}"] = "westeurope";
        await world.SyncAsync();
        await world.SignAsync();
        var key = await KeyAsync(world);
        var proven = new HashSet<string>();
        foreach (var line in await Records(world).ListAsync(Cancellation))
        {
            var (leaf, inLog) = await RecordAsync(world, line.Index);
            await foreach (var (id, _) in KeysAsync(world))
            {
                if (await Proofs(world).FindObservationAsync(leaf, inLog, id.ToUpperInvariant(), Cancellation) is not { } proof)
                    continue;
                Assert.True(ObservationProof.TryParse(System.Text.Encoding.UTF8.GetBytes(proof.Text), out var read, out _));
                Assert.True(read.Verify(key, out var problem), problem);
                Assert.True(proven.Add(id));
            }
        }

        // The subscription, eight groups, an assignment and a role.
        Assert.Equal(11, proven.Count);
    }

    [Fact]
    public async Task An_object_is_proven_as_it_was_when_the_record_was_sealed()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        var first = (await world.SyncAsync()).Evidence;
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Groups["prod"] = "northeurope";
        world.Azure.Groups["late"] = "northeurope";
        var second = (await world.SyncAsync()).Evidence;
        await world.SignAsync();
        const string Prod = $"/subscriptions/{Reading.SubscriptionId}/resourceGroups/Prod";

        Assert.Contains("westeurope", await ProveAsync(first, Prod));
        Assert.Contains("northeurope", await ProveAsync(second, Prod));
        Assert.Null(await ProveAsync(first, Prod.Replace("Prod", "late")));
        Assert.NotNull(await ProveAsync(second, Prod.Replace("Prod", "late")));

        async Task<string?> ProveAsync(IReadOnlyList<long> records, string id)
        {
            foreach (var index in records)
            {
                var (leaf, inLog) = await RecordAsync(world, index);
                if (await Proofs(world).FindObservationAsync(leaf, inLog, id, Cancellation) is { } proof)
                    return System.Text.Encoding.UTF8.GetString(proof.Observation.Span);
            }

            return null;
        }
    }

    [Fact]
    public async Task What_was_changed_in_the_database_is_not_proven()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        var (leaf, inLog) = await RecordAsync(world, 2);
        var checkpoint = (await Proofs(world).FindCheckpointAsync(null, Cancellation))!;
        var other = MerkleTree.LeafHash("another leaf"u8);
        await using (var connection = await world.Database.ConnectAsync(Cancellation))
        {
            foreach (var table in (string[])["log_leaf", "observation", "checkpoint"])
            {
                await connection.ExecuteAsync(engine == Engine.Sqlite
                    ? $"DROP TRIGGER guard_{table}_update" : $"DROP FUNCTION guard_{table}_change() CASCADE", Cancellation);
            }
        }

        await RefusedAsync(() => Proofs(world).ProveAsync(2, other, checkpoint, Cancellation));
        await world.ExecuteAsync("UPDATE log_leaf SET hash = (SELECT hash FROM log_leaf WHERE idx = 1) WHERE idx = 3");
        await RefusedAsync(() => Proofs(world).ProveAsync(2, leaf.Hash, checkpoint, Cancellation));
        await RefusedAsync(() => Proofs(world).ProveAsync(new Checkpoint(world.Workspace.Origin, 2, other), checkpoint, Cancellation));
        await world.ExecuteAsync("UPDATE observation SET bytes = (SELECT bytes FROM log_leaf WHERE idx = 1)");
        await RefusedAsync(async () =>
        {
            await foreach (var (id, _) in KeysAsync(world))
                await Proofs(world).FindObservationAsync(leaf, inLog, id, Cancellation);
        });
        await world.ExecuteAsync("UPDATE checkpoint SET text = replace(text, '4', '5')");
        await RefusedAsync(() => Proofs(world).FindCheckpointAsync(null, Cancellation));

        static async Task RefusedAsync(Func<Task> prove) =>
            Assert.Equal("LOG_BROKEN", (await Assert.ThrowsAsync<RefusedException>(prove)).Failure.Code);
    }

    [Fact]
    public async Task A_record_is_found_by_its_index_and_by_the_beginning_of_its_id_alone()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        foreach (var line in await Records(world).ListAsync(Cancellation))
        {
            foreach (var named in (string[])[$"{line.Index}", $"{line.Id}", $"{line.Id}"[..8], $"{line.Id}"[..9].ToUpperInvariant(), $"{line.Id}"[..63]])
                Assert.Equal(line.Index, await Records(world).FindIndexAsync(named, Cancellation));
            Assert.Null(await Records(world).FindIndexAsync($"{line.Id}"[..7], Cancellation));
        }

        foreach (var named in (string[])["1", "99", "", "nonsense", "00000000", new string('0', 65)])
            Assert.Null(await Records(world).FindIndexAsync(named, Cancellation));
    }

    [Fact]
    public async Task Sizes_that_were_signed_near_one_that_was_not_are_told()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        for (var i = 0; i < 6; i++)
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            await world.SyncAsync();
            await world.SignAsync();
        }

        // 4, 7, 10, 13, 16, 19
        Assert.Equal([7, 10, 13, 16, 19], await Proofs(world).SizesNearAsync(11, Cancellation));
        Assert.Equal([4, 7, 19], await Proofs(world).SizesNearAsync(1, Cancellation));
        Assert.Equal([16, 19], await Proofs(world).SizesNearAsync(400, Cancellation));
        Assert.Null(await Proofs(world).FindCheckpointAsync(11, Cancellation));
        Assert.Equal(19, (await Proofs(world).FindCheckpointAsync(null, Cancellation))!.Checkpoint.Size);
    }

    private static async Task<(Leaf Leaf, TlogProof Proof)> RecordAsync(LedgerWorld world, long index)
    {
        var leaf = Leaf.Parse((await Records(world).FindLeafAsync(index, Cancellation))!);
        return (leaf, await Proofs(world).ProveAsync(index, leaf.Hash, (await Proofs(world).FindCheckpointAsync(null, Cancellation))!, Cancellation));
    }

    private static async Task<VerificationKey> KeyAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        return (await Layer.Ledger.SigningKeys.ListAsync(world.Database.Engine, connection, world.Workspace.Id, Cancellation))[0].Key;
    }

    private static async IAsyncEnumerable<(string Id, string Type)> KeysAsync(LedgerWorld world)
    {
        await using var connection = await world.Database.ConnectAsync(Cancellation);
        await foreach (var row in connection.QueryAsync("SELECT key, type FROM observation ORDER BY key", Cancellation))
            yield return (row.GetString(0), row.GetString(1));
    }
}
