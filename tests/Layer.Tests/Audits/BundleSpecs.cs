using System.Text;
using Layer.Audits;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

public sealed class BundleOnSqliteSpecs(PostgresCluster cluster) : BundleSpecs(Engine.Sqlite, cluster);

public sealed class BundleOnPostgresSpecs(PostgresCluster cluster) : BundleSpecs(Engine.Postgres, cluster);

public abstract class BundleSpecs(Engine engine, PostgresCluster cluster)
{
    private static readonly DateTimeOffset Long = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Task<AuditWorld> StartAsync(string name = "prod", bool sample = false) => AuditWorld.StartAsync(engine, cluster, name, sample);

    [Fact]
    public async Task The_same_window_and_data_give_the_same_bytes_also_after_a_bundle_was_recorded()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(6, day => world.Azure.Assignments[$"ada{day}"] = (Reading.Reader, "ada", Long));

        var first = await world.BuildAsync(AuditWorld.Window(0, 6), raw: true);
        world.Ledger.Clock.Advance(TimeSpan.FromHours(3));
        var second = await world.BuildAsync(AuditWorld.Window(0, 6), raw: true);

        Assert.Equal(first.Bytes, second.Bytes);
        Assert.Equal(Digest.Of(first.Bytes), first.Made.Sha256);
        Assert.Equal(2, await world.Ledger.CountAsync("log_leaf", "kind = 'audit'"));
    }

    [Fact]
    public async Task That_a_bundle_was_made_is_sealed_and_signed_with_window_hash_and_checkpoint()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(2);
        var before = await world.Ledger.CountAsync("checkpoint");

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 2));

        await using var snapshot = await AuditDatabase.OpenAsync(world.Ledger.Database, world.Ledger.Workspace, TestContext.Current.CancellationToken);
        var leaf = Assert.IsType<AuditLeaf>(snapshot.Leaf(snapshot.Head.Size - 1).Body);
        Assert.Equal(("audit.bundle", $"2026-09-01..2026-09-03 sha256:{bundle.Made.Sha256} checkpoint:{bundle.Head.Checkpoint}"), (leaf.Action, leaf.Subject));
        Assert.Equal(before + 1, await world.Ledger.CountAsync("checkpoint"));
        Assert.Equal(snapshot.Head.Size, snapshot.Checkpoints()[^1].Checkpoint.Size);
    }

    [Fact]
    public async Task It_leads_to_the_smallest_signed_checkpoint_that_holds_the_window()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(3);
        var size = await world.Ledger.CountAsync("log_leaf");
        await world.ReadAsync(3);

        // The reading of the day after the window is made six hours after its end: more than the hour that still belongs to it.
        var bundle = await world.BuildAsync(AuditWorld.Window(0, 3));

        Assert.Equal(size, bundle.Head.Checkpoint);
        Assert.Equal(size, bundle.Made.Checkpoint.Size);
        var larger = await world.BuildAsync(AuditWorld.Window(0, 3), checkpoint: size + 3);
        Assert.Equal(size + 3, larger.Head.Checkpoint);
        Assert.Equal(VerificationOutcome.ValidWithRemarks, larger.Verify().Verdict.Outcome);
    }

    [Fact]
    public async Task A_scope_stated_later_moves_the_checkpoint_behind_it()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(3);
        await world.SealAsync(Scope(AuditWorld.Window(0, 2)), Scope(AuditWorld.Window(0, 3)));
        await world.Ledger.SignAsync();
        var stated = await world.Ledger.CountAsync("log_leaf");
        await world.ReadAsync(1);

        Assert.Equal(stated, (await world.BuildAsync(AuditWorld.Window(0, 2))).Head.Checkpoint);
        Assert.Equal(5, (await world.BuildAsync(AuditWorld.Window(0, 1))).Head.Checkpoint);
    }

    [Fact]
    public async Task A_window_in_the_middle_of_a_log_discloses_the_earlier_leaves_it_rests_on_and_hashes_of_all_others()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(9, day =>
        {
            if (day is 2 or 5)
                world.Azure.Groups[$"dev{day}"] = "westeurope";
        });

        var bundle = await world.BuildAsync(AuditWorld.Window(5, 7));

        // 0 genesis, 1 connection, then three leaves a day: the sixth day begins with 17. The first manifest, 2, carries the setting of all.
        Assert.Equal((17L, 23L), (bundle.Head.First, bundle.Head.Checkpoint));
        Assert.Equal([0L, 1, 2, 14, 15, 16], bundle.Head.Earlier);
        Assert.Equal([0L, 1, 2, 14, 15, 16, 17, 18, 19, 20, 21, 22], bundle.Lines("index.csv").Skip(1).Select(line => long.Parse(line.Split(',')[0])));
        Assert.Equal(["tiles/0", "tiles/1", "tiles/2"], bundle.Names.Where(name => name.StartsWith("tiles/", StringComparison.Ordinal)));
        Assert.Equal(bundle.Made.Checkpoint.Root, RootOf(bundle));
        var verdict = bundle.Verify();
        Assert.Equal(VerificationOutcome.ValidWithRemarks, verdict.Verdict.Outcome);
        Assert.Equal((4 + 2, "Covered 2 of 2 days, 2 of 2 connection-days; no gap."), (verdict.Records, verdict.Coverage));
        Assert.Contains("azure.resourceGroup,added", bundle.Text("changes.csv"), StringComparison.Ordinal);
        Assert.DoesNotContain("dev2\"", bundle.Text("changes.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kept_pages_go_with_it_and_the_record_that_last_changed_something_before_the_window()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(8, day => world.Azure.Groups["dev"] = day < 2 ? "westeurope" : day < 6 ? "northeurope" : "francecentral");

        var bundle = await world.BuildAsync(AuditWorld.Window(5, 8), raw: true);

        // The third day's record changed the groups; the base of the window is the fifth day's, and equal to it.
        Assert.Equal([0L, 1, 2, 3, 8, 10, 14, 15, 16], bundle.Head.Earlier);
        Assert.True(bundle.Head.Raw);
        var pages = bundle.Names.Where(name => name.StartsWith("raw/", StringComparison.Ordinal)).ToList();
        // All four lists of the first reading, which is the last that changed assignments; groups of the third and of the seventh.
        Assert.Equal(4 + 2, pages.Count);
        Assert.Equal(VerificationOutcome.ValidWithRemarks, bundle.Verify().Verdict.Outcome);
        Assert.DoesNotContain((await world.BuildAsync(AuditWorld.Window(5, 8))).Names, name => name.StartsWith("raw/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_day_that_failed_and_one_that_was_missed_are_gaps_with_their_cause()
    {
        await using var world = await StartAsync();
        await world.ReadAsync(2);
        await world.Ledger.FailAsync("SECRET_EXPIRED");
        world.Ledger.Clock.Advance(TimeSpan.FromDays(2));
        await world.ReadAsync(1);

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 5));

        var verdict = bundle.Verify();
        Assert.Equal(
            ["prod has no complete reading on 2026-09-03: failed (SECRET_EXPIRED).", "prod has no complete reading on 2026-09-04: missed."], verdict.Verdict.Gaps);
        Assert.Equal((verdict.Coverage, 2), (bundle.Made.Coverage, bundle.Made.Verdict.Gaps.Count));
        Assert.Contains("The client secret has expired", bundle.Text("report.html"), StringComparison.Ordinal);
        Assert.Contains("Covered 3 of 5 days", bundle.Text("report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_out_of_scope_stay_out_of_populations_and_observations()
    {
        await using var world = await StartAsync();
        world.Azure.Groups["secret-project"] = "westeurope";
        await world.ReadAsync(2);
        var other = Guid.Parse("99999999-9999-4999-8999-999999999999");
        await world.SealAsync(new ScopeLeaf
        {
            Actor = "os:test@test", By = "Ada", Window = AuditWorld.Window(0, 2), Included = [other],
            Excluded = [new ExcludedSubscription(Guid.Parse(Reading.SubscriptionId), "no customer data")],
        });
        await world.Ledger.SignAsync();

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 2));

        Assert.Equal(("", ""), (bundle.Text("observations.jsonl"), bundle.Text("populations.jsonl")));
        Assert.DoesNotContain("secret-project", Encoding.UTF8.GetString(bundle.Bytes), StringComparison.Ordinal);
        Assert.Equal(VerificationOutcome.ValidWithRemarks, bundle.Verify().Verdict.Outcome);
    }

    private static ScopeLeaf Scope(AuditWindow window) =>
        new() { Actor = "os:test@test", By = "Ada", Window = window, Included = [Guid.Parse(Reading.SubscriptionId)], Excluded = [] };

    // As a verifier written from the page alone would: leaves and subtrees from left to right.
    private static Digest RootOf(OpenBundle bundle)
    {
        var parts = new SortedDictionary<long, (int Level, Digest Hash)>();
        foreach (var (index, leaf) in bundle.Head.Disclosed.Zip(bundle.Leaves))
            parts.Add(index, (0, leaf.Hash));
        foreach (var name in bundle.Names.Where(name => name.StartsWith("tiles/", StringComparison.Ordinal)))
        {
            var level = int.Parse(name["tiles/".Length..]);
            foreach (var line in bundle.Lines(name))
                parts.Add(long.Parse(line.Split(' ')[0]) << level, (level, new Digest(Convert.FromBase64String(line.Split(' ')[1]))));
        }

        var tree = new Frontier();
        foreach (var (start, part) in parts)
        {
            Assert.Equal(tree.Size, start);
            tree.AppendSubtree(part.Level, part.Hash);
        }

        return tree.Root;
    }
}
