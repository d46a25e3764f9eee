using Layer.Audits;
using Layer.Azure.RawPages;
using Layer.Evidence.Audits;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Audits;

public sealed class BundleOfAzureOnSqliteSpecs(PostgresCluster cluster) : BundleOfAzureSpecs(Engine.Sqlite, cluster);

public sealed class BundleOfAzureOnPostgresSpecs(PostgresCluster cluster) : BundleOfAzureSpecs(Engine.Postgres, cluster);

/// <summary>Bundles of what a real connector read from the emulator, over several subscriptions.</summary>
public abstract class BundleOfAzureSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_its_pages_every_population_that_changed_is_derived_again()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        for (var day = 0; day < 3; day++)
        {
            world.Clock.Advance(TimeSpan.FromDays(1));
            if (day == 1)
                world.World.Grant(world.World.Subscription("prod").Scope, "Reader", "grace");
            await world.SyncAllAsync();
        }

        var (bundle, verdict) = await BuildAsync(world, new AuditWindow(new DateOnly(2026, 11, 24), new DateOnly(2026, 11, 27)));

        Assert.Equal((0, "Covered 3 of 3 days, 9 of 9 connection-days; no gap."), (verdict.Missing, verdict.Coverage));
        Assert.True(verdict.Derived > 0);
        // Three subscriptions, two types, four readings with the base; four populations each.
        Assert.Equal(3 * 4 * 4, verdict.Derived + verdict.NotKept);
        Assert.Equal(verdict.Verdict.LastLine, bundle.Verdict.LastLine);
        Assert.Empty(verdict.Verdict.Gaps);
    }

    [Fact]
    public async Task Of_a_subscription_out_of_scope_nothing_but_its_leaves_goes_with_it()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        var (prod, lab) = (world.World.Subscription("prod").Id, world.World.Subscription("lab").Id);
        var window = new AuditWindow(new DateOnly(2026, 11, 23), new DateOnly(2026, 11, 24));
        await world.Node.Ledger.AppendAsync(world.Node.Workspace.Id, (log, _) =>
        {
            log.Add(new Layer.Evidence.Leaves.ScopeLeaf
            {
                Actor = SyncWorld.Actor, By = "Ada", Window = window, Included = [prod], Excluded = [new Layer.Evidence.Leaves.ExcludedSubscription(lab, "sandbox")],
            });
            return Task.CompletedTask;
        }, Cancellation);
        await world.Node.Ledger.SignCheckpointAsync(world.Node.Workspace.Id, Cancellation);

        var (bundle, verdict) = await BuildAsync(world, window);

        Assert.Equal("Covered 1 of 1 days, 1 of 1 connection-days; no gap.", verdict.Coverage);
        var text = System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(bundle.File, Cancellation));
        Assert.Contains("rg-prod", text, StringComparison.Ordinal);
        Assert.DoesNotContain("rg-lab", text, StringComparison.Ordinal);
    }

    private static async Task<(Bundle Bundle, BundleVerdict Verdict)> BuildAsync(SyncWorld world, AuditWindow window)
    {
        var path = Path.Combine(world.Folder.Path, "bundle.zip");
        var builder = new BundleBuilder(world.Node.Database, world.Node.Ledger, world.Node.Workspace, DerivedObservations.Of);
        var bundle = await builder.RunAsync(new BundleRequest(window, path, Raw: true, WithNames: false, Checkpoint: null), Cancellation);
        await using var file = File.OpenRead(path);
        return (bundle, BundleVerifier.Verify(file, bundle.Keys[0], derive: DerivedObservations.Of));
    }
}
