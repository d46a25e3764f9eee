using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Secrets;

public sealed class RekeyOnSqliteSpecs(PostgresCluster cluster) : RekeySpecs(Engine.Sqlite, cluster);

public sealed class RekeyOnPostgresSpecs(PostgresCluster cluster) : RekeySpecs(Engine.Postgres, cluster);

public abstract class RekeySpecs(Engine engine, PostgresCluster cluster)
{
    private const int Values = 5;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-11-23T06:00:00Z"));
    private readonly Guid _workspace = Guid.Parse("01930000-0000-7000-8000-000000000001");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Item_16_a_rekey_wraps_every_value_anew_and_deletes_the_old_key()
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await test.OpenAsync();
        using var ring = await RingAsync(test, database);
        await StoreAsync(database, ring);
        var before = Assert.Single(ring.KeyIds);

        var outcome = await NewRekey(database, ring).RunAsync(Cancellation);

        Assert.Equal((Values, 1, false), (outcome.Wrapped, outcome.Deleted, outcome.Resumed));
        Assert.NotEqual(before, outcome.KeyId);
        await AssertOnlyAsync(test, database, outcome.KeyId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Item_16_a_rekey_that_died_after_any_step_is_finished_by_the_next(int steps)
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await test.OpenAsync();
        using (var ring = await RingAsync(test, database))
        {
            await StoreAsync(database, ring);
            var dying = NewRekey(database, ring);
            dying.AddKey();
            if (steps > 1)
                await dying.WrapAsync(Cancellation);
            if (steps > 2)
                await dying.DeleteOldKeysAsync(Cancellation);
        }

        using var reopened = await RingAsync(test, database);
        var current = reopened.KeyIds[^1];
        await AssertAllOpenAsync(database, reopened);

        var outcome = await NewRekey(database, reopened).RunAsync(Cancellation);

        Assert.Equal(steps < 3, outcome.Resumed);
        if (outcome.Resumed)
            Assert.Equal(current, outcome.KeyId);
        await AssertOnlyAsync(test, database, outcome.KeyId);
    }

    [Fact]
    public async Task Item_16_a_rekey_cut_off_while_it_wraps_changes_nothing_or_everything()
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await test.OpenAsync();
        using var ring = await RingAsync(test, database);
        await StoreAsync(database, ring);
        var old = Assert.Single(ring.KeyIds);
        var rekey = NewRekey(database, ring);
        rekey.AddKey();
        using var cut = new CancellationTokenSource();
        cut.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rekey.WrapAsync(cut.Token));

        Assert.All(await SealedColumn.ReadAllAsync(database, Cancellation), value => Assert.Equal(old, SealedBlob.Read(value).KeyEncryptionKeyId));
        Assert.Equal(0, await rekey.DeleteOldKeysAsync(Cancellation));
        await AssertAllOpenAsync(database, ring);
    }

    [Fact]
    public async Task A_process_that_knew_only_the_old_key_opens_what_was_wrapped_anew()
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await test.OpenAsync();
        using var running = await RingAsync(test, database);
        await StoreAsync(database, running);

        using (var other = await RingAsync(test, database))
            await NewRekey(database, other).RunAsync(Cancellation);

        await AssertAllOpenAsync(database, running);
    }

    [Fact]
    public async Task Values_sealed_while_a_rekey_runs_open_afterwards()
    {
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        await using var database = await test.OpenAsync();
        using var first = await RingAsync(test, database);
        await StoreAsync(database, first);
        using var second = await RingAsync(test, database);

        await Task.WhenAll(
            Task.Run(() => NewRekey(database, first).RunAsync(Cancellation)),
            Task.Run(() => StoreAsync(database, second)));

        using var reopened = await RingAsync(test, database);
        Assert.Equal(2 * Values, await AssertAllOpenAsync(database, reopened));
    }

    private async Task<KeyRing> RingAsync(TestDatabase test, LayerDatabase database)
    {
        var ring = KeyRing.Open(test.Folder.Keys, _clock);
        ring.Check(await SealedColumn.ReadAllAsync(database, Cancellation));
        return ring;
    }

    private Rekey NewRekey(LayerDatabase database, KeyRing ring) => new(database, ring, new Seal(ring, _clock));

    // The table of signing keys stands for all sealed columns: it needs no other row.
    private async Task StoreAsync(LayerDatabase database, KeyRing ring)
    {
        var seal = new Seal(ring, _clock);
        for (var i = 0; i < Values; i++)
        {
            await using var context = database.CreateContext();
            await context.Database.OpenConnectionAsync(Cancellation);
            var connection = context.Database.GetDbConnection();
            await using var transaction = await database.Engine.BeginWriteAsync(connection, Cancellation);
            await context.Database.UseTransactionAsync(transaction, Cancellation);
            var id = Guid.CreateVersion7(_clock.GetUtcNow());
            using var secret = SecretText.From(id.ToString());
            context.SigningKeys.Add(new SigningKeyRow
            {
                Id = id, Workspace = _workspace, Verifier = "v", PublicKey = [], CreatedAt = _clock.GetUtcNow(),
                PrivateKey = await seal.CloseAsync(database.Engine, connection, PlaceOf(id), secret, Cancellation),
            });
            await context.SaveChangesAsync(Cancellation);
            await transaction.CommitAsync(Cancellation);
        }
    }

    private SealedPlace PlaceOf(Guid id) => new(_workspace, $"signing_key/{id}", "private_key");

    private async Task<int> AssertAllOpenAsync(LayerDatabase database, KeyRing ring)
    {
        await using var context = database.CreateContext();
        var rows = await context.SigningKeys.AsNoTracking().ToListAsync(Cancellation);
        foreach (var row in rows)
        {
            using var secret = new Seal(ring, _clock).Open(PlaceOf(row.Id), row.PrivateKey);
            Assert.Equal(row.Id.ToString(), secret.Reveal());
        }

        return rows.Count;
    }

    private async Task AssertOnlyAsync(TestDatabase test, LayerDatabase database, Guid keyId)
    {
        Assert.Equal($"kek-{keyId}.key", Path.GetFileName(Assert.Single(Directory.GetFiles(test.Folder.Keys, "kek-*"))));
        using var ring = await RingAsync(test, database);
        Assert.Equal(Values, await AssertAllOpenAsync(database, ring));
    }
}
