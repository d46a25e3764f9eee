using Layer.Audits;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Operations;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

public sealed class BundleRefusalOnSqliteSpecs(PostgresCluster cluster) : BundleRefusalSpecs(Engine.Sqlite, cluster);

public sealed class BundleRefusalOnPostgresSpecs(PostgresCluster cluster) : BundleRefusalSpecs(Engine.Postgres, cluster);

public abstract class BundleRefusalSpecs(Engine engine, PostgresCluster cluster)
{
    private static readonly AuditWindow Window = AuditWorld.Window(0, 2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<AuditWorld> StartAsync()
    {
        var world = await AuditWorld.StartAsync(engine, cluster);
        await world.ReadAsync(2);
        return world;
    }

    [Fact]
    public async Task A_window_whose_newest_leaves_nobody_signed_is_refused_until_somebody_does()
    {
        await using var world = await StartAsync();
        await world.Ledger.SyncAsync();

        var refused = await world.RefuseAsync(AuditWorld.Window(0, 3));

        Assert.Equal(("WINDOW_NOT_SIGNED", "11", "8"), (refused.Failure.Code, refused.Failure.Facts["needed"], refused.Failure.Facts["signedSize"]));
        await world.Ledger.SignAsync();
        Assert.Equal(11, (await world.BuildAsync(AuditWorld.Window(0, 3))).Head.Checkpoint);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(5)]
    [InlineData(999)]
    public async Task A_checkpoint_that_is_too_small_or_was_never_signed_is_refused_with_those_that_fit(long size)
    {
        await using var world = await StartAsync();
        await world.ReadAsync(1);

        var refused = await world.RefuseAsync(Window, size);

        Assert.Equal(("CHECKPOINT_UNUSABLE", $"{size}", "8", "8, 11"), (refused.Failure.Code, refused.Failure.Facts["size"], refused.Failure.Facts["needed"], refused.Failure.Facts["known"]));
    }

    [Fact]
    public async Task What_a_killed_run_left_of_the_file_is_replaced_and_what_another_run_is_writing_stays()
    {
        await using var world = await StartAsync();
        string[] others = ["bundle.zip.mine.partial", "other.zip.0a1b2c3d.partial"];
        foreach (var name in others.Append("bundle.zip.0a1b2c3d.partial"))
            await File.WriteAllTextAsync(world.PathOf(name), "half of a list", Cancellation);
        using var running = BundleFile.Create(world.PathOf("bundle.zip"));
        var written = Assert.Single(world.Files, name => !others.Contains(name));

        await world.Builder().RunAsync(new BundleRequest(Window, world.PathOf("bundle.zip"), false, false, null), Cancellation);

        Assert.Equal(others.Append("bundle.zip").Append(written).Order(StringComparer.Ordinal), world.Files);
        Assert.Equal("FILE_EXISTS", Assert.Throws<RefusedException>(() => running.Finish()).Failure.Code);
    }

    [Fact]
    public async Task A_window_in_which_nothing_was_connected_is_refused()
    {
        await using var world = await StartAsync();

        Assert.Equal("WINDOW_EMPTY", (await world.RefuseAsync(AuditWorld.Window(-5, -2))).Failure.Code);
    }

    [Fact]
    public async Task A_file_that_is_there_is_never_written_over()
    {
        await using var world = await StartAsync();
        await File.WriteAllTextAsync(world.PathOf("handed-over.zip"), "precious", Cancellation);

        var refused = await world.RefuseAsync(Window, file: "handed-over.zip");

        Assert.Equal("FILE_EXISTS", refused.Failure.Code);
        Assert.Equal("precious", await File.ReadAllTextAsync(world.PathOf("handed-over.zip"), Cancellation));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told_as_what_it_is()
    {
        await using var world = await StartAsync();

        Assert.Equal("FILE_UNWRITABLE", (await world.RefuseAsync(Window, file: Path.Combine("nowhere", "bundle.zip"))).Failure.Code);
    }

    [Fact]
    public async Task A_log_that_was_rolled_back_gets_no_signature()
    {
        await using var world = await StartAsync();
        var checkpoint = new CheckpointsLog(world.Ledger.Folder.Keys);
        var last = (await checkpoint.FindLastAsync(world.Ledger.Workspace.Origin, Cancellation))!;
        var key = (await world.Ledger.Ledger.OpenSigningKeysAsync(world.Ledger.Workspace.Id, Cancellation))[0];
        await checkpoint.AppendAsync((last.Checkpoint with { Size = last.Checkpoint.Size + 3 }).Sign(key), Cancellation);

        Assert.Equal("LOG_ROLLED_BACK", (await world.RefuseAsync(Window)).Failure.Code);
    }

    [Theory]
    [InlineData("UPDATE log_leaf SET bytes = (SELECT bytes FROM log_leaf WHERE idx = 5) WHERE idx = 6")]
    [InlineData("UPDATE log_node SET hash = (SELECT hash FROM log_leaf WHERE idx = 5)")]
    [InlineData("UPDATE observation SET bytes = (SELECT bytes FROM observation ORDER BY digest LIMIT 1)")]
    [InlineData("DELETE FROM observation WHERE type = 'azure.resourceGroup'")]
    [InlineData("UPDATE observation_version SET from_seq = 2 WHERE type = 'azure.resourceGroup'")]
    [InlineData("DELETE FROM log_leaf WHERE idx = 4")]
    [InlineData("UPDATE page SET gzip = (SELECT gzip FROM page ORDER BY sha256 LIMIT 1)")]
    [InlineData("UPDATE log_head SET root = (SELECT hash FROM log_leaf WHERE idx = 5)")]
    public async Task What_somebody_changed_in_the_database_is_never_signed(string change)
    {
        await using var world = await StartAsync();
        await world.ReadAsync(3);
        await world.TamperAsync(change);

        Assert.Equal("LOG_BROKEN", (await world.RefuseAsync(AuditWorld.Window(0, 5))).Failure.Code);
    }

    [Fact]
    public async Task What_our_own_verifier_refuses_is_never_handed_over()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(4);
        // The columns find the newest record before the window; the leaf that says so is still there, and the verifier misses it.
        await world.TamperAsync("DELETE FROM evidence WHERE idx = 9");

        var refused = await world.RefuseAsync(AuditWorld.Window(3, 5));

        Assert.Equal(("BUNDLE_INVALID", "leaf 11"), (refused.Failure.Code, refused.Failure.Facts["place"]));
    }

    [Fact]
    public async Task A_checkpoint_whose_key_is_not_here_any_more_is_refused_and_a_later_one_is_taken()
    {
        await using var world = await StartAsync();
        var old = (await world.Ledger.Ledger.OpenSigningKeysAsync(world.Ledger.Workspace.Id, Cancellation))[0];
        await world.ReplaceSigningKeyAsync();
        var now = (await world.Ledger.Ledger.OpenSigningKeysAsync(world.Ledger.Workspace.Id, Cancellation))[0];
        await world.SealAsync(new KeyLeaf("os:test@test", "added", now.Public.ToString(), null), new KeyLeaf("os:test@test", "retired", old.Public.ToString(), null));
        await world.Ledger.SignAsync();
        await world.ReadAsync(1);

        var refused = await world.RefuseAsync(Window);

        Assert.Equal("CHECKPOINT_KEY_GONE", refused.Failure.Code);
        Assert.Contains($"{old.Public.KeyId:x8}", refused.Failure.Facts["key"], StringComparison.Ordinal);
        Assert.Equal([now.Public], (await world.BuildAsync(Window, checkpoint: 10)).Head.Keys);
    }

    [Fact]
    public async Task A_bundle_that_could_not_be_recorded_is_not_made()
    {
        await using var world = await StartAsync();
        world.Ledger.Clock.AdjustTime(world.Ledger.Clock.GetUtcNow() - TimeSpan.FromDays(2));

        Assert.Equal("CLOCK_BEHIND_LOG", (await world.RefuseAsync(Window)).Failure.Code);
    }

    [Fact]
    public async Task Stopped_half_way_it_leaves_nothing()
    {
        await using var world = await StartAsync();
        using var stopped = new CancellationTokenSource();
        var builder = world.Builder((_, _, what) =>
        {
            if (what.EndsWith("report.html", StringComparison.Ordinal))
                stopped.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => builder.RunAsync(new BundleRequest(Window, world.PathOf("stopped.zip"), true, false, null), stopped.Token));

        Assert.Empty(world.Files);
        Assert.Equal(0, await world.Ledger.CountAsync("log_leaf", "kind = 'audit'"));
    }

    [Fact]
    public void The_refusals_are_in_the_catalog_and_what_was_typed_wrong_ends_as_usage()
    {
        Assert.All(BundleErrors.All, entry => Assert.Same(entry, ErrorCatalog.Get(entry.Code)));
        Assert.Equal(
            ["CHECKPOINT_KEY_GONE", "CHECKPOINT_UNUSABLE", "FILE_EXISTS", "WINDOW_EMPTY", "WINDOW_NOT_BEGUN"],
            BundleErrors.All.Where(entry => entry.Kind == Layer.Evidence.Errors.FailureKind.Usage).Select(entry => entry.Code).Order(StringComparer.Ordinal));
    }
}
