using System.Diagnostics;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

/// <summary>Which keys sign a bundle, and what a time-stamp authority adds.</summary>
public sealed class BundleSignatureSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<AuditWorld> StartAsync()
    {
        var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster);
        await world.ReadAsync(2);
        return world;
    }

    [Fact]
    public async Task Every_key_that_signed_the_checkpoint_signs_the_bundle_and_either_is_enough()
    {
        await using var world = await StartAsync();
        var added = await world.Ledger.Ledger.AddKeyAsync(world.Ledger.Workspace.Id, "os:test@test", "yearly", Cancellation);
        await world.ReadAsync(1);

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 3));

        Assert.Equal(added, bundle.Head.Keys[1]);
        var note = SignedNote.Parse(bundle.Read("files.sha256.sig"));
        Assert.Equal($"layer-bundle/1\n{world.Ledger.Workspace.Origin}\n{Layer.Evidence.Digest.Of(bundle.Read("files.sha256"))}\n", note.Text);
        Assert.Equal(2, note.Signatures.Count);
        foreach (var key in bundle.Head.Keys)
            Assert.Equal(VerificationOutcome.ValidWithRemarks, BundleVerifier.Verify(new MemoryStream(bundle.Bytes), key).Verdict.Outcome);
        var stranger = SigningKey.Create(world.Ledger.Workspace.Origin).Public;
        Assert.Equal(VerificationOutcome.WrongKey, BundleVerifier.Verify(new MemoryStream(bundle.Bytes), stranger).Verdict.Outcome);
    }

    [Fact]
    public async Task A_key_that_is_retired_still_signs_windows_of_its_time_and_no_later_ones()
    {
        await using var world = await StartAsync();
        var before = await world.BuildAsync(AuditWorld.Window(0, 2));
        var added = await world.Ledger.Ledger.AddKeyAsync(world.Ledger.Workspace.Id, "os:test@test", "yearly", Cancellation);
        await world.Ledger.Ledger.RetireKeyAsync(world.Ledger.Workspace.Id, $"{before.Head.Keys[0].KeyId:x8}", "os:test@test", "yearly", Cancellation);
        await world.ReadAsync(1);

        Assert.Equal(before.Bytes, (await world.BuildAsync(AuditWorld.Window(0, 2))).Bytes);
        var after = await world.BuildAsync(AuditWorld.Window(0, 3));
        Assert.Equal([added], after.Head.Keys);
        Assert.Single(SignedNote.Parse(after.Read("files.sha256.sig")).Signatures);
    }

    [Fact]
    public async Task The_time_stamp_of_exactly_this_checkpoint_goes_with_it_and_openssl_verifies_it()
    {
        await using var local = await LocalAuthority.StartAsync();
        await using var world = await StartAsync();
        using var client = new TimestampAuthority(local.Address, world.Ledger.Clock, LocalAuthority.Network);
        var stamped = await new LogTimestamps(world.Ledger.Database, world.Ledger.Ledger, client, world.Ledger.Clock).StampAsync(world.Ledger.Workspace.Id, Cancellation);
        await world.ReadAsync(1);

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 2));

        Assert.Equal(stamped.Size, bundle.Head.Checkpoint);
        Assert.Equal(stamped.At, bundle.Verify().StampedAt);
        Assert.DoesNotContain("checkpoint.tsr", (await world.BuildAsync(AuditWorld.Window(0, 3))).Names);
        await File.WriteAllBytesAsync(world.PathOf("checkpoint"), bundle.Read("checkpoint"), Cancellation);
        await File.WriteAllBytesAsync(world.PathOf("checkpoint.tsr"), bundle.Read("checkpoint.tsr"), Cancellation);
        // The command of the README, with the authority's certificate.
        Assert.Contains("openssl ts -verify -in checkpoint.tsr -data checkpoint -CAfile AUTHORITY.pem\n", bundle.Text("README.txt"), StringComparison.Ordinal);
        using var openssl = Process.Start(new ProcessStartInfo(
            "openssl", ["ts", "-verify", "-in", "checkpoint.tsr", "-data", "checkpoint", "-CAfile", local.Root])
        {
            WorkingDirectory = Path.GetDirectoryName(world.PathOf("checkpoint")), UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await openssl.WaitForExitAsync(Cancellation);
        Assert.Equal(0, openssl.ExitCode);
    }
}
