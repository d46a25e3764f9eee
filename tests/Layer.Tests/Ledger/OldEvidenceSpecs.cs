using Layer.Connections;
using Layer.Evidence.Log;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

public sealed class OldEvidenceOnSqliteSpecs(PostgresCluster cluster) : OldEvidenceSpecs(Engine.Sqlite, cluster);

public sealed class OldEvidenceOnPostgresSpecs(PostgresCluster cluster) : OldEvidenceSpecs(Engine.Postgres, cluster);

/// <summary>Evidence outlives connections, people and keys: whatever ends, what was sealed before verifies as it did.</summary>
public abstract class OldEvidenceSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<SyncWorld> StartAsync()
    {
        var world = await SyncWorld.StartAsync(engine, cluster);
        world.World.Change(world.App, app => app with { GraphPermissions = ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"] });
        await world.ConnectAllAsync();
        return world;
    }

    [Fact]
    public async Task Rule_8_a_paused_a_renamed_an_ended_and_a_gone_connection_leave_all_evidence_verifiable()
    {
        await using var world = await StartAsync();
        var before = await VerifyAsync(world);
        var connections = world.Node.Connections;

        await connections.RenameAsync(await world.GetAsync("prod"), "production", SyncWorld.Actor, Cancellation);
        await connections.PauseAsync(await world.GetAsync("production"), SyncWorld.Actor, "tenant move", Cancellation);
        await connections.DisconnectAsync(await world.GetAsync("test"), SyncWorld.Actor, "sold", Cancellation);
        await connections.EndGoneAsync(await world.GetAsync("lab"), SyncWorld.Actor, "Ada Lovelace: cancelled", Cancellation);

        await AssertStillValidAsync(world, before, moreLeaves: 4);
    }

    [Fact]
    public async Task Rule_8_a_person_deleted_in_Azure_and_forgotten_here_leaves_all_evidence_verifiable()
    {
        await using var world = await StartAsync();
        await RefreshNamesAsync(world);
        var before = await VerifyAsync(world);

        world.World.Delete(world.World.Principal("ada"));
        Assert.Null((await world.SyncAsync("prod")).Failure);
        await RefreshNamesAsync(world);
        Assert.Equal(1, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, "ada", Cancellation));

        // A manifest, two records, and the leaf that says that the directory has her no longer.
        await AssertStillValidAsync(world, before, moreLeaves: 4);
    }

    [Fact]
    public async Task Rule_8_a_rotated_secret_and_a_new_key_encryption_key_leave_all_evidence_verifiable_and_the_log_can_be_signed()
    {
        await using var world = await StartAsync();
        var before = await VerifyAsync(world);
        world.World.AddSecret(world.App, "nEw~5ecret.value_that-is-long-enough~40");
        var credential = Assert.Single(await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation));

        using var secret = SecretText.From("nEw~5ecret.value_that-is-long-enough~40");
        Assert.True((await world.Node.Rotation.RunAsync(credential, new RotationRequest(new SignIn(CredentialKind.Secret, secret)), SyncWorld.Actor, Cancellation)).Rotated);
        Assert.Equal(1, (await new Rekey(world.Node.Database, world.Node.Ring, world.Node.Seal).RunAsync(Cancellation)).Deleted);

        await AssertStillValidAsync(world, before, moreLeaves: 3);
        Assert.Null((await world.SyncAsync("prod", await world.StartNodeAsync())).Failure);
    }

    private static async Task AssertStillValidAsync(SyncWorld world, LogVerdict before, long moreLeaves)
    {
        await world.Node.Ledger.SignCheckpointAsync(world.Node.Workspace.Id, Cancellation);

        var after = await VerifyAsync(world);

        Assert.Null(after.Verdict.Problem);
        Assert.Equal((before.Verdict.ExitCode, before.Verdict.LastLine), (after.Verdict.ExitCode, after.Verdict.LastLine));
        Assert.Equal(before.Verdict.Remarks.Select(Kind), after.Verdict.Remarks.Select(Kind));
        Assert.Equal(before.Leaves + moreLeaves, after.Leaves);
        Assert.Equal(after.Leaves, after.Checkpoint!.Size);
    }

    // "6 records were read from …" is the same remark as "8 records were read from …".
    private static string Kind(string remark) => remark.TrimStart([.. "0123456789"]);

    private static async Task<LogVerdict> VerifyAsync(SyncWorld world)
    {
        await using var context = world.Node.Database.CreateContext();
        var key = VerificationKey.Parse((await context.SigningKeys.SingleAsync(Cancellation)).Verifier);
        var found = await LogVerification.RunAsync(world.Node.Database, world.Folder, world.Node.Workspace, key, Cancellation);
        Assert.Null(found.Verdict.Problem);
        return found;
    }

    private static async Task RefreshNamesAsync(SyncWorld world)
    {
        var (node, connections) = (world.Node, await world.Node.Connections.ListAsync(world.Node.Workspace.Id, Cancellation));
        await new NameBook(node.Database, node.Ledger, node.Credentials, node.Connector, node.Workspace.Id, world.Clock).RefreshAsync(connections, all: true, Cancellation);
    }
}
