using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Storage;
using Layer.Syncing;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

public sealed class FailuresSeenElsewhereOnSqliteSpecs(PostgresCluster cluster) : FailuresSeenElsewhereSpecs(Engine.Sqlite, cluster);

public sealed class FailuresSeenElsewhereOnPostgresSpecs(PostgresCluster cluster) : FailuresSeenElsewhereSpecs(Engine.Postgres, cluster);

/// <summary>What went wrong in other tools that read the same lists, tried from the wire to the rows.</summary>
public abstract class FailuresSeenElsewhereSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<SyncWorld> StartAsync(Action<World>? with = null, int? pageSize = null) => SyncWorld.StartAsync(engine, cluster, pageSize: pageSize, with: with);

    [Fact]
    public async Task F02_assignments_below_the_subscription_are_sealed_for_no_filter_drops_them()
    {
        await using var world = await StartAsync(w => w.Grant($"{w.ResourceGroup("prod", "rg-data").Id}/providers/Microsoft.Storage/storageAccounts/logs", "Reader", "ada"));
        await world.ConnectAsync("prod");

        var levels = (await OpenAsync(world, "prod", ObservationType.RoleAssignment)).Select(facts => facts.GetProperty("scopeLevel").GetString()).Order();

        Assert.Equal(["resource", "resourceGroup", "subscription", "subscription"], levels);
        Assert.All(world.Azure.Requests.Of(AzureCall.ListRoleAssignments), r => Assert.DoesNotContain("filter", r.PathAndQuery, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(world.Azure.Requests.Of(AzureCall.ListOwnRoleAssignments));
    }

    [Fact]
    public async Task F03_what_is_inherited_from_a_management_group_is_seen_from_each_subscription_and_kept_once_under_its_own_id()
    {
        await using var world = await StartAsync(w =>
        {
            var tenant = w.Subscription("prod").TenantId;
            var root = w.ManagementGroup(tenant.ToString());
            w.Grant(root.Id, "Reader", "grace");
        });
        await world.ConnectAllAsync();

        var root = world.World.ManagementGroup(world.World.Subscription("prod").TenantId.ToString());
        var id = world.World.AssignmentsOf("prod").Single(a => a.Scope == root.Id).Id;
        Assert.Equal(1, await world.CountAsync("observation", $"key = '{id.ToLowerInvariant()}'"));
        foreach (var name in SyncWorld.Names)
            Assert.Single(await OpenAsync(world, name, ObservationType.RoleAssignment), facts => facts.GetProperty("scope").GetString() == root.Id);
    }

    [Fact]
    public async Task F04_all_pages_of_a_list_are_sealed_and_a_list_that_leads_back_to_itself_seals_nothing()
    {
        await using var world = await StartAsync(pageSize: 1);
        await world.ConnectAsync("prod");
        Assert.Equal(3, (await OpenAsync(world, "prod", ObservationType.RoleAssignment)).Count);
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Azure.Faults.Set(Fault.NextLinkLoop, AzureCall.ListRoleAssignments, FaultPage.Middle);

        var result = await world.SyncAsync("prod");

        Assert.Equal(("NEXT_LINK_REPEATED", 6), (result.Failure?.Code, result.ExitCode));
        await OnlyAttemptsCameAsync(world, before, 1);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("middle")]
    [InlineData("last")]
    public async Task F07_a_list_throttled_on_its_way_never_has_fewer_rows(string page)
    {
        await using var world = await StartAsync(pageSize: 1);
        await world.ConnectAsync("prod");
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Azure.Faults.Set(Fault.Status429, AzureCall.ListRoleAssignments, FaultPage.Parse(page), delay: TimeSpan.FromHours(2));

        var throttled = await world.SyncAsync("prod");

        Assert.Equal(("THROTTLED", 8), (throttled.Failure?.Code, throttled.ExitCode));
        await OnlyAttemptsCameAsync(world, before, 1);
        world.Azure.Faults.Clear();
        var result = await world.SyncAsync("prod");
        Assert.Equal((SyncStatus.Complete, 3, 0), (result.Status, result.Counts[ObservationType.RoleAssignment], result.Added + result.Changed + result.Removed));
    }

    [Fact]
    public async Task F08_another_case_of_an_id_and_tags_that_are_null_or_empty_are_no_change_and_another_case_of_a_value_is_one()
    {
        await using var world = await StartAsync();
        Put(world, group => group with { Tags = null });
        await world.ConnectAsync("prod");

        Put(world, group => group with { Segment = "RESOURCEGROUPS", Tags = new Dictionary<string, string>() });
        Assert.Equal((0, 0, 0), Changes(await world.SyncAsync("prod")));
        Put(world, group => group with { Tags = new Dictionary<string, string> { ["env"] = "prod" } });
        Assert.Equal((0, 1, 0), Changes(await world.SyncAsync("prod")));
        Put(world, group => group with { Tags = new Dictionary<string, string> { ["env"] = "Prod" } });
        Assert.Equal((0, 1, 0), Changes(await world.SyncAsync("prod")));

        static void Put(SyncWorld world, Func<ResourceGroup, ResourceGroup> change) => world.World.Put(change(world.World.ResourceGroup("prod", "rg-data")));
    }

    [Fact]
    public async Task F11_nothing_that_was_read_stays_in_memory_once_it_is_committed()
    {
        await using var world = await StartAsync(pageSize: 1);
        await world.ConnectAsync("prod");

        var read = await ReadAndCommitAsync(world);

        Assert.NotEmpty(read);
        for (var i = 0; i < 20 && read.Exists(each => each.IsAlive); i++)
        {
            // This very stack may be the one that the commit ended on.
            await Task.Yield();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        }

        Assert.Equal(0, read.Count(each => each.IsAlive));
        // What could keep it: these are still in use.
        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod")).Status);
    }

    [Fact]
    public async Task F14_every_record_of_role_assignments_says_that_eligible_and_activated_roles_are_not_told()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        await world.SyncAsync("prod");

        var records = (await world.LeavesAsync("evidence")).Select(leaf => Assert.IsType<EvidenceRecord>(Leaf.Parse(Encoding.UTF8.GetBytes(leaf)).Body))
            .Where(record => record.Type == EvidenceType.RoleAssignments).ToList();

        Assert.Equal(2, records.Count);
        Assert.All(records, record =>
            Assert.Superset(new HashSet<string> { "pim-eligible", "pim-activations" }, Limits.Of(record.Type, record.Limits).Select(limit => limit.Id).ToHashSet()));
    }

    [Fact]
    public async Task F15_a_condition_is_sealed_and_another_condition_is_a_change()
    {
        const string Condition = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'logs'";
        await using var world = await StartAsync(w => w.Grant("prod", "Contributor", "ada", a => a with { Condition = Condition, ConditionVersion = "2.0" }));
        await world.ConnectAsync("prod");

        Assert.Single(await OpenAsync(world, "prod", ObservationType.RoleAssignment), facts => facts.GetProperty("condition").GetString() == Condition);
        world.World.Change(world.World.FindAssignment("prod", "Contributor", "ada")!, a => a with { Condition = Condition.Replace("logs", "keys", StringComparison.Ordinal) });
        Assert.Equal((0, 1, 0), Changes(await world.SyncAsync("prod")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F16_a_list_that_is_silent_about_what_may_not_be_read_closes_nothing(bool someRights)
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        (world.World.RefusesListsSilently, world.World.GroupRoleReadsSubscription) = (true, true);
        foreach (var grant in world.World.AssignmentsOf("prod").Where(a => a.PrincipalId == world.World.Principal("layer").Id).ToList())
            world.World.Remove(grant);
        world.World.Grant(someRights ? "prod/rg-data" : "test", "Reader", "layer");
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);

        var result = await world.SyncAsync("prod");

        Assert.Equal((SyncStatus.Failed, 5), (result.Status, result.ExitCode));
        await OnlyAttemptsCameAsync(world, before, 1);
    }

    [Fact]
    public async Task F17_attempts_that_fail_again_and_again_add_a_row_and_a_leaf_each_and_nothing_else_grows()
    {
        const int Attempts = 25;
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Azure.Faults.Set(Fault.Status500, AzureCall.ListResourceGroups);

        for (var i = 0; i < Attempts; i++)
            Assert.Equal("AZURE_UNAVAILABLE", (await world.SyncAsync("prod")).Failure?.Code);

        await OnlyAttemptsCameAsync(world, before, Attempts);
    }

    [Fact]
    public async Task Rule_3_from_connecting_to_syncing_only_requests_of_the_list_are_sent_and_the_proxy_refuses_none()
    {
        await using var world = await StartAsync(pageSize: 2);
        await world.ConnectAllAsync();
        world.World.Tenant("elsewhere", _ => { });
        await world.SyncAllAsync();
        world.World.Delete(world.World.Principal("grace"));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SyncAllAsync();
        world.Azure.Faults.Set(Fault.NextLinkForeignHost, AzureCall.ListResourceGroups);
        world.Azure.Faults.Set(Fault.Redirect, AzureCall.ListRoleAssignments);
        Assert.All(await world.SyncAllAsync(), result => Assert.NotNull(result.Failure));

        Assert.NotEmpty(world.Azure.Requests);
        Assert.Empty(world.Azure.Requests.Where(r => !OutboundTemplates.Hold(r)).Select(r => $"{r.Method} {r.Host}{r.PathAndQuery}"));
        Assert.Empty(world.Azure.RefusedHosts);
    }

    // Its own method, so that no local of the caller keeps what it read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> ReadAndCommitAsync(SyncWorld world)
    {
        var connection = await world.GetAsync("prod");
        var lease = await world.Node.Leases.TakeAsync(connection.Id, fence: null, Cancellation);
        using var credential = world.Node.Credentials.Open(await world.Node.Credentials.GetAsync(connection.Credential, Cancellation));
        var collection = await world.Node.Connector.CollectAsync(
            new AzureTarget(AzureCloud.Public, connection.SubscriptionId, connection.TenantId), credential.Azure, Cancellation);
        var now = world.Clock.GetUtcNow();
        await world.Node.Ledger.CommitAsync(
            new SyncAttempt(Guid.CreateVersion7(now), connection.Workspace, connection.Id, lease.Fence, SyncTrigger.Manual, SyncWorld.Actor, "test", now), collection, Cancellation);
        await world.Node.Leases.ReleaseAsync(lease, connection.State, connection.StateCode, Cancellation);
        return [new WeakReference(collection), .. collection.Pages.Select(page => new WeakReference(Array(page.Bytes)))];

        static byte[] Array(ReadOnlyMemory<byte> bytes)
        {
            Assert.True(MemoryMarshal.TryGetArray(bytes, out var segment));
            return segment.Array!;
        }
    }

    private static (int Added, int Changed, int Removed) Changes(SyncResult result)
    {
        Assert.Null(result.Failure);
        return (result.Added, result.Changed, result.Removed);
    }

    private static async Task OnlyAttemptsCameAsync(SyncWorld world, DatabaseDump before, int attempts)
    {
        var after = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        foreach (var table in after.Tables)
        {
            var (came, went) = after.Compare(before, table);
            Assert.Empty(went);
            if (table is "log_node" or "checkpoint")
                Assert.InRange(came.Count, 0, attempts);
            else
                Assert.Equal((table, table is "sync" or "log_leaf" ? attempts : 0), (table, came.Count));
        }
    }

    /// <summary>Facts of what holds now.</summary>
    private static async Task<List<JsonElement>> OpenAsync(SyncWorld world, string connection, string type)
    {
        await using var database = await world.Node.Database.ConnectAsync(Cancellation);
        var open = new List<JsonElement>();
        var rows = database.QueryAsync(
            "SELECT o.bytes FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest"
            + " WHERE v.connection = @connection AND v.type = @type AND v.to_seq IS NULL", Cancellation,
            ("@connection", world.Node.Database.Engine.Id((await world.GetAsync(connection)).Id)), ("@type", type));
        await foreach (var row in rows)
            open.Add(JsonDocument.Parse(row.GetFieldValue<byte[]>(0)).RootElement.GetProperty("facts"));
        return open;
    }
}
