using Layer.Azure;
using Layer.Connections;
using Layer.Operations;
using Layer.Secrets;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Connections;

public sealed class CredentialRotationOnSqliteSpecs(PostgresCluster cluster) : CredentialRotationSpecs(Engine.Sqlite, cluster);

public sealed class CredentialRotationOnPostgresSpecs(PostgresCluster cluster) : CredentialRotationSpecs(Engine.Postgres, cluster);

public abstract class CredentialRotationSpecs(Engine engine, PostgresCluster cluster)
{
    private const string NewSecret = "nEw~5ecret.value_that-is-long-enough~40";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Item_16_a_new_secret_is_tried_on_all_connections_and_then_used_by_all()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        AddSecret(world);

        var outcome = await RotateAsync(world, NewSecret);

        Assert.True(outcome.Rotated);
        Assert.Equal(3, outcome.Tried.Count);
        world.World.Change(world.App, app => app with { Secrets = [app.Secrets[^1]] });
        await using var fresh = await world.StartNodeAsync();
        foreach (var name in SyncWorld.Names)
            Assert.Null((await world.SyncAsync(name, fresh)).Failure);
        Assert.Equal(3, (await world.LeavesAsync("connection")).Count(leaf => leaf.Contains("\"change\":\"credential-rotated\"")));
    }

    [Fact]
    public async Task Item_16_when_one_of_three_connections_fails_with_the_new_secret_nothing_changes()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        AddSecret(world);
        var before = await SnapshotAsync(world);
        world.World.Remove(world.World.Subscription("lab"));

        var outcome = await RotateAsync(world, NewSecret);

        Assert.False(outcome.Rotated);
        Assert.Equal(["lab"], outcome.Tried.Where(t => t.Failure is not null).Select(t => t.Connection.Name));
        Assert.Equal(before, await SnapshotAsync(world));
        Assert.Null((await world.SyncAsync("prod")).Failure);
    }

    [Fact]
    public async Task A_wrong_secret_changes_nothing()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        var before = await SnapshotAsync(world);

        var outcome = await RotateAsync(world, "not~the~secret~of~this~app~at~all~1234");

        Assert.All(outcome.Tried, t => Assert.Equal("SECRET_INVALID", t.Failure?.Code));
        Assert.Equal(before, await SnapshotAsync(world));
    }

    [Fact]
    public async Task Rule_7_another_client_id_tenant_or_cloud_needs_the_secret_again()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        var credential = Assert.Single(await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation));
        var before = await SnapshotAsync(world);
        RotationRequest[] requests =
        [
            new(null, ClientId: Guid.NewGuid()), new(null, TenantId: Guid.NewGuid()), new(null, Cloud: AzureCloud.China),
        ];
        world.Azure.Requests.Clear();

        foreach (var request in requests)
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => world.Node.Rotation.RunAsync(credential, request, SyncWorld.Actor, Cancellation));
            Assert.Equal("SECRET_NEEDED", refused.Failure.Code);
        }

        Assert.Empty(world.Azure.Requests);
        Assert.Equal(before, await SnapshotAsync(world));
    }

    [Fact]
    public async Task A_connection_is_never_moved_to_another_tenant()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAllAsync();
        var credential = Assert.Single(await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation));
        world.Azure.Requests.Clear();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => world.Node.Rotation.RunAsync(
            credential, new RotationRequest(new SignIn(CredentialKind.Secret, SecretText.From(NewSecret)), TenantId: Guid.NewGuid()), SyncWorld.Actor, Cancellation));

        Assert.Equal("TENANT_PINNED", refused.Failure.Code);
        Assert.Empty(world.Azure.Requests);
    }

    [Fact]
    public async Task Item_16_ciphertexts_of_two_credentials_that_change_places_do_not_open_and_nothing_is_sent()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        await world.ConnectAsync("prod");
        AddSecret(world);
        Assert.Null((await world.ConnectAsync("test", secret: NewSecret)).Failure);
        Assert.Equal(2, await world.CountAsync("credential"));
        var column = SealedColumn.All.Single(c => c.Table == "credential");
        await using (var database = await world.Node.Database.ConnectAsync(Cancellation))
        {
            var stored = await column.ReadAsync(world.Node.Database.Engine, database, Cancellation).ToListAsync(Cancellation);
            await column.UpdateAsync(world.Node.Database.Engine, database, stored[0].Id, stored[1].Value, Cancellation);
            await column.UpdateAsync(world.Node.Database.Engine, database, stored[1].Id, stored[0].Value, Cancellation);
        }

        world.Azure.Requests.Clear();

        foreach (var name in (string[])["prod", "test"])
            Assert.Equal("SEAL_BROKEN", (await world.SyncAsync(name)).Failure?.Code);
        Assert.Empty(world.Azure.Requests);
    }

    private static void AddSecret(SyncWorld world) => world.World.Change(world.App, app => app with
    {
        Secrets = [.. app.Secrets, app.Secrets[0] with { KeyId = Guid.NewGuid(), Value = NewSecret }],
    });

    private static async Task<RotationOutcome> RotateAsync(SyncWorld world, string secret)
    {
        var credential = Assert.Single(await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation));
        return await world.Node.Rotation.RunAsync(
            credential, new RotationRequest(new SignIn(CredentialKind.Secret, SecretText.From(secret))), SyncWorld.Actor, Cancellation);
    }

    private static async Task<string> SnapshotAsync(SyncWorld world)
    {
        var credential = Assert.Single(await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation));
        return $"{Convert.ToHexString(credential.Secret!)} {credential.ClientId} {credential.TenantId} {credential.RotatedAt} {await world.CountAsync("log_leaf")}";
    }
}
