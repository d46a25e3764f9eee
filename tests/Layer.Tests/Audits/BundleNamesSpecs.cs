using Layer.Azure.Names;
using Layer.Evidence.Verification;
using Layer.Inventory;
using Layer.Tests.Storage;
using Reading = Layer.Tests.Ledger.Reading;

namespace Layer.Tests.Audits;

public sealed class BundleNamesOnSqliteSpecs(PostgresCluster cluster) : BundleNamesSpecs(Engine.Sqlite, cluster);

public sealed class BundleNamesOnPostgresSpecs(PostgresCluster cluster) : BundleNamesSpecs(Engine.Postgres, cluster);

public abstract class BundleNamesSpecs(Engine engine, PostgresCluster cluster)
{
    private const string Hostile = "=cmd|' /C calc'!A0 <script>\u202E";

    private static readonly Guid Ada = Guid.Parse("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid Eve = Guid.Parse("eeeeeeee-0000-4000-8000-000000000002");
    private static readonly Guid Nobody = Guid.Parse("cccccccc-0000-4000-8000-000000000003");
    private static readonly Guid Tenant = Guid.Parse(Reading.SubscriptionId);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Names are looked up on the first day; Ada gets her role on the fourth, inside the window.
    private async Task<AuditWorld> StartAsync()
    {
        var world = await AuditWorld.StartAsync(engine, cluster);
        world.Azure.Assignments["eve"] = (Reading.Reader, $"{Eve}", world.Ledger.Clock.GetUtcNow());
        await world.ReadAsync(1);
        await LookUpAsync(world, Tenant, (Ada, "Ada Lovelace"), (Eve, Hostile), (Nobody, "Holds No Role"));
        await LookUpAsync(world, Guid.Parse("22222222-2222-4222-8222-222222222222"), (Eve, "Another Directory's Eve"));
        await world.Ledger.SignAsync();
        await world.ReadAsync(5, day =>
        {
            if (day == 3)
                world.Azure.Assignments["ada"] = (Reading.Reader, $"{Ada}", world.Ledger.Clock.GetUtcNow());
        });
        return world;
    }

    private static Task LookUpAsync(AuditWorld world, Guid tenant, params (Guid Id, string Name)[] names) => world.Ledger.Ledger.AppendAsync(
        world.Ledger.Workspace.Id,
        async (log, connection) => await new NameWriter(world.Ledger.Database.Engine, connection, world.Ledger.Workspace.Id, Cancellation).WriteAsync(
            log, tenant, names.ToDictionary(each => each.Id, NameLookup (each) => new NameLookup.Resolved(each.Name, "user@contoso.example", "user", "Member", true))),
        Cancellation);

    [Fact]
    public async Task On_request_it_tells_what_the_holders_of_roles_are_called_and_proves_it_with_earlier_leaves()
    {
        await using var world = await StartAsync();

        var bundle = await world.BuildAsync(AuditWorld.Window(3, 6), names: true);

        Assert.True(bundle.Head.Names);
        var rows = bundle.Lines("principals.csv").Skip(1).ToList();
        Assert.Equal(2, rows.Count);
        Assert.StartsWith($"{Ada},{Tenant},user,Ada Lovelace,user@contoso.example,Member,true,resolved,2026-09-02T06:00:00.000Z,", rows[0], StringComparison.Ordinal);
        Assert.StartsWith($"{Eve},{Tenant},user,'=cmd|' /C calc'!A0 <script>\u202E,", rows[1], StringComparison.Ordinal);
        Assert.All(rows, row => Assert.EndsWith(",5", row, StringComparison.Ordinal));
        Assert.Contains(5L, bundle.Head.Earlier);
        Assert.Equal(VerificationOutcome.ValidWithRemarks, bundle.Verify().Verdict.Outcome);
        var html = bundle.Text("report.html");
        Assert.Contains("<bdi>Ada Lovelace</bdi>, <bdi>user@contoso.example</bdi>", html, StringComparison.Ordinal);
        Assert.Contains("<code>principals.csv</code> has all of them", html, StringComparison.Ordinal);
        // Markup filled in as text would show its tags.
        Assert.DoesNotContain("&lt;code&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_request_no_name_is_anywhere_in_it()
    {
        await using var world = await StartAsync();

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 6));

        Assert.DoesNotContain("principals.csv", bundle.Names);
        var all = System.Text.Encoding.UTF8.GetString(bundle.Bytes);
        Assert.DoesNotContain("Lovelace", all, StringComparison.Ordinal);
        Assert.DoesNotContain("contoso.example", all, StringComparison.Ordinal);
        Assert.Contains($"{Ada}", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_was_erased_is_in_no_later_bundle_and_its_commitment_stays()
    {
        await using var world = await StartAsync();
        var before = await world.BuildAsync(AuditWorld.Window(0, 6), names: true);
        await NameErasure.ForgetAsync(world.Ledger.Database, world.Ledger.Workspace.Id, $"{Eve}", Cancellation);

        var after = await world.BuildAsync(AuditWorld.Window(0, 6), names: true);

        Assert.Equal((1 + 2, 1 + 1), (before.Lines("principals.csv").Length, after.Lines("principals.csv").Length));
        Assert.Equal(before.Read("leaves.jsonl"), after.Read("leaves.jsonl"));
        Assert.Equal(VerificationOutcome.ValidWithRemarks, after.Verify().Verdict.Outcome);
    }
}
