using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;
using Layer.Syncing;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

public sealed class SyncRunOnSqliteSpecs(PostgresCluster cluster) : SyncRunSpecs(Engine.Sqlite, cluster);

public sealed class SyncRunOnPostgresSpecs(PostgresCluster cluster) : SyncRunSpecs(Engine.Postgres, cluster);

public abstract class SyncRunSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<SyncWorld> StartAsync(string role = "Reader") => SyncWorld.StartAsync(engine, cluster, role);

    [Fact]
    public async Task Item_22_a_sync_tells_connection_status_counts_and_changes()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        world.World.Put(new Layer.AzureEmulator.Worlds.ResourceGroup(world.World.Subscription("prod").Id, "rg-new", "westeurope"));

        var result = await world.SyncAsync("prod");

        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            result.WriteTo(json);
        var expected = """
            {"connection":"prod","sync":"ID","status":"complete","code":null,
            "counts":{"azure.resourceGroup":3,"azure.roleAssignment":3,"azure.roleDefinition":3,"azure.subscription":1},"changes":{"added":1,"changed":0,"removed":0}}
            """;
        Assert.Equal(expected.ReplaceLineEndings("").Replace("ID", result.Sync.ToString()), Encoding.UTF8.GetString(buffer.ToArray()));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task One_connection_that_fails_does_not_keep_the_others_from_being_sealed()
    {
        await using var world = await StartAsync();
        await world.ConnectAllAsync();
        world.World.Remove(world.World.Subscription("lab"));

        var results = await world.SyncAllAsync();

        Assert.Equal(["lab", "prod", "test"], results.Select(r => r.Connection));
        Assert.Equal([SyncStatus.Failed, SyncStatus.Complete, SyncStatus.Complete], results.Select(r => r.Status));
        Assert.Equal(ConnectionState.Failing, (await world.GetAsync("lab")).State);
        Assert.Equal(ConnectionState.Connected, (await world.GetAsync("prod")).State);
    }

    [Fact]
    public async Task Rule_4_while_one_process_reads_a_connection_another_is_refused_and_records_nothing()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var other = await world.StartNodeAsync();
        var lease = await world.Node.Leases.TakeAsync((await world.GetAsync("prod")).Id, fence: null, Cancellation);

        var refused = await world.SyncAsync("prod", other);

        Assert.Equal(("SYNC_RUNNING", (Guid?)null, 1), (refused.Failure?.Code, refused.Sync, refused.ExitCode));
        Assert.Equal($"process {Environment.ProcessId} on {Environment.MachineName}", refused.Failure?.Facts["holder"]);
        Assert.Equal(1, await world.CountAsync("sync"));
        await world.Node.Leases.ReleaseAsync(lease, ConnectionState.Connected, null, Cancellation);
        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod", other)).Status);
    }

    [Fact]
    public async Task Rule_4_of_eight_that_want_a_lease_at_once_one_gets_it()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var id = (await world.GetAsync("prod")).Id;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await world.Node.Leases.TakeAsync(id, fence: null, Cancellation);
                return "taken";
            }
            catch (RefusedException refused)
            {
                return refused.Failure.Code;
            }
        })));

        Assert.Equal(["SYNC_RUNNING", "taken"], outcomes.Distinct().Order());
        Assert.Single(outcomes, "taken");
    }

    [Fact]
    public async Task Rule_4_two_processes_that_sync_the_same_connections_at_once_seal_each_once_at_a_time()
    {
        await using var world = await StartAsync();
        await world.ConnectAllAsync();
        var other = await world.StartNodeAsync();
        var connections = await world.Node.Connections.ListAsync(world.Node.Workspace.Id, Cancellation);

        var results = (await Task.WhenAll(
            Task.Run(() => world.Node.Sync.RunAsync(connections, SyncTrigger.Manual, "a", null, Cancellation)),
            Task.Run(() => other.Sync.RunAsync(connections, SyncTrigger.Manual, "b", null, Cancellation)))).SelectMany(r => r).ToList();

        Assert.All(results, r => Assert.True(r.Status == SyncStatus.Complete || r.Failure?.Code == "SYNC_RUNNING", r.Failure?.Code));
        var complete = results.Count(r => r.Status == SyncStatus.Complete);
        Assert.InRange(complete, 3, 6);
        Assert.Equal(3 + complete, await world.CountAsync("sync"));
        Assert.Equal(2 * (3 + complete), await world.CountAsync("evidence"));
    }

    [Fact]
    public async Task Rule_4_a_process_that_was_taken_over_cannot_commit()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var connection = await world.GetAsync("prod");
        var lease = await world.Node.Leases.TakeAsync(connection.Id, fence: null, Cancellation);
        using var credential = world.Node.Credentials.Open(await world.Node.Credentials.GetAsync(connection.Credential, Cancellation));
        var stale = await world.Node.Connector.CollectAsync(
            new AzureTarget(AzureCloud.Public, connection.SubscriptionId, connection.TenantId), credential.Azure, Cancellation);
        world.Clock.Advance(SyncLeases.Usual);
        var other = await world.StartNodeAsync();
        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod", other)).Status);
        var leaves = await world.CountAsync("log_leaf");

        var attempt = new SyncAttempt(
            Guid.CreateVersion7(world.Clock.GetUtcNow()), connection.Workspace, connection.Id, lease.Fence, SyncTrigger.Manual, "asleep", "node", world.Clock.GetUtcNow());
        var refused = await Assert.ThrowsAsync<RefusedException>(() => world.Node.Ledger.CommitAsync(attempt, stale, Cancellation));

        Assert.Equal("LEASE_LOST", refused.Failure.Code);
        Assert.Equal(leaves, await world.CountAsync("log_leaf"));
        await world.Node.Leases.ReleaseAsync(lease, ConnectionState.Failing, "X", Cancellation);
        Assert.Equal(ConnectionState.Connected, (await world.GetAsync("prod")).State);
    }

    [Fact]
    public async Task Rule_4_a_process_that_slept_through_its_lease_cannot_commit_even_when_nobody_took_over()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var (leaves, state) = (await world.CountAsync("log_leaf"), (await world.GetAsync("prod")).State);
        var sleepy = await world.StartNodeAsync();
        // Its first answer is the token's: everything else is read after the lease has run out.
        world.DuringNextAnswer(() => world.Clock.Advance(SyncLeases.Usual));

        var result = await world.SyncAsync("prod", sleepy);

        Assert.Equal(("LEASE_LOST", (Guid?)null), (result.Failure?.Code, result.Sync));
        Assert.Equal((leaves, state), (await world.CountAsync("log_leaf"), (await world.GetAsync("prod")).State));
        Assert.Null((await world.SyncAsync("prod", sleepy)).Failure);
    }

    [Fact]
    public async Task Rule_4_a_connection_paused_while_it_is_read_gets_no_evidence_of_that_reading()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        var connection = await world.GetAsync("prod");
        var reading = await world.StartNodeAsync();
        world.DuringNextAnswer(() => world.Node.Connections.PauseAsync(connection, SyncWorld.Actor, "migration", Cancellation).Wait(Cancellation));

        Assert.Equal("LEASE_LOST", (await world.SyncAsync("prod", reading)).Failure?.Code);
        Assert.Equal("CONNECTION_PAUSED", (await world.SyncAsync("prod")).Failure?.Code);
        Assert.Equal((1, 2), (await world.CountAsync("sync"), await world.CountAsync("evidence")));
        Assert.Equal(ConnectionState.Paused, (await world.GetAsync("prod")).State);
    }

    [Fact]
    public async Task F06_an_expired_secret_is_told_by_its_code_the_same_day_and_the_day_has_no_evidence()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.World.ExpireSecrets(world.App, world.Clock.GetUtcNow().AddHours(-1));
        await using var fresh = await world.StartNodeAsync();

        var result = await world.SyncAsync("prod", fresh);

        Assert.Equal(("SECRET_EXPIRED", 4), (result.Failure?.Code, result.ExitCode));
        var connection = await world.GetAsync("prod");
        Assert.Equal((ConnectionState.Failing, "SECRET_EXPIRED", world.Clock.GetUtcNow()), (connection.State, connection.StateCode, connection.Since));
        Assert.Equal(1, await world.CountAsync("sync", "status = 'failed' AND code = 'SECRET_EXPIRED'"));
        Assert.Equal(2, await world.CountAsync("evidence"));
    }

    [Fact]
    public async Task F09_a_process_that_was_killed_on_this_machine_while_it_read_keeps_nobody_waiting()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        using var reader = System.Diagnostics.Process.Start("true");
        await reader.WaitForExitAsync(Cancellation);
        await HoldAsync(world, $"{Environment.MachineName}/{reader.Id}/1");

        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod")).Status);
    }

    [Fact]
    public async Task F09_a_process_that_died_on_another_machine_keeps_others_away_for_a_quarter_of_an_hour_and_not_for_ever()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        await HoldAsync(world, "another-machine/1/1");

        world.Clock.Advance(SyncLeases.Usual - TimeSpan.FromSeconds(1));
        Assert.Equal("SYNC_RUNNING", (await world.SyncAsync("prod")).Failure?.Code);
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod")).Status);
        Assert.Null((await world.GetAsync("prod")).LeaseHolder);
    }

    [Fact]
    public async Task F12_a_disabled_subscription_is_read_and_one_without_the_role_fails_by_its_own_code()
    {
        await using var world = await StartAsync();
        await world.ConnectAllAsync();
        world.World.Change(world.World.Subscription("prod"), s => s with { State = "Disabled" });
        foreach (var grant in world.World.AssignmentsOf("test").Where(a => a.PrincipalId == world.World.Principal("layer").Id).ToList())
            world.World.Remove(grant);

        var results = await world.SyncAllAsync();

        Assert.Equal([null, null, "READER_REMOVED"], results.Select(r => r.Failure?.Code));
        Assert.Equal("2026-11-23", results[2].Failure?.Facts["lastRead"]);
        Assert.Equal(5, results.Max(r => r.ExitCode));
        Assert.Equal(1, results[1].Counts[ObservationType.Subscription]);
        Assert.Equal((ConnectionState.Failing, "READER_REMOVED"), ((await world.GetAsync("test")).State, (await world.GetAsync("test")).StateCode));
    }

    [Fact]
    public async Task An_interrupted_sync_is_recorded_as_cancelled_and_the_connection_is_free_again()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        using var interrupt = new CancellationTokenSource();
        world.Azure.Faults.Set(Fault.NeverAnswers, AzureCall.ListRoleAssignments);
        // Else the requests of connecting would pass for those of this sync.
        world.Azure.Requests.Clear();
        var running = world.Node.Sync.RunAsync([await world.GetAsync("prod")], SyncTrigger.Manual, SyncWorld.Actor, null, interrupt.Token);
        while (world.Azure.Requests.Of(AzureCall.ListResourceGroups).Count == 0)
            await Task.Yield();
        interrupt.Cancel();

        var result = Assert.Single(await running);

        Assert.Equal((SyncStatus.Cancelled, "CANCELLED"), (result.Status, result.Failure?.Code));
        Assert.Equal(1, await world.CountAsync("sync", "status = 'cancelled'"));
        world.Azure.Faults.Clear();
        Assert.Equal(SyncStatus.Complete, (await world.SyncAsync("prod")).Status);
    }

    [Fact]
    public async Task Rule_8_evidence_outlives_its_connection()
    {
        await using var world = await StartAsync();
        await world.ConnectAsync("prod");
        await world.Node.Connections.DisconnectAsync(await world.GetAsync("prod"), SyncWorld.Actor, "sold", Cancellation);

        Assert.Equal("CONNECTION_DISCONNECTED", (await world.SyncAsync("prod")).Failure?.Code);
        Assert.Equal(2, await world.CountAsync("evidence"));
        Assert.Null((await world.ConnectAsync("prod")).Failure);
        var again = await world.GetAsync("prod");
        Assert.NotNull(again.Predecessor);
        Assert.Equal(4, await world.CountAsync("evidence"));
        Assert.Equal(["created", "disconnected", "created"], (await world.LeavesAsync("connection")).Select(ChangeOf));
    }

    private static string? ChangeOf(string leaf) => JsonDocument.Parse(leaf).RootElement.GetProperty("body").GetProperty("change").GetString();

    private static async Task HoldAsync(SyncWorld world, string holder)
    {
        await world.Node.Leases.TakeAsync((await world.GetAsync("prod")).Id, fence: null, Cancellation);
        await using var connection = await world.Node.Database.ConnectAsync(Cancellation);
        await connection.ExecuteAsync("UPDATE connection SET lease_holder = @holder", Cancellation, ("@holder", holder));
    }
}
