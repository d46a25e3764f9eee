using System.IO.Compression;
using System.Text;
using Layer.Azure;
using Layer.Connections;
using Layer.Operations;
using Layer.Secrets;
using Layer.Storage;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Secrets;

public sealed class CanarySpecs(PostgresCluster cluster)
{
    private const string Canary = "Cn4~ary.0f-a_secret~that.must~stay~here1";
    private const string SecondCanary = "Cn5~ary.0f-a_secret~that.must~stay~here2";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule_6_a_secret_is_found_in_no_file_no_text_and_no_exception_whatever_happens_to_it()
    {
        await using var world = await SyncWorld.StartAsync(Engine.Sqlite, cluster, secret: Canary);
        // Held open, so that the write-ahead log stays beside the database: what was overwritten is still in it.
        await using var held = await world.Node.Database.ConnectAsync(Cancellation);
        var told = new StringBuilder();
        told.Append(await world.ConnectAsync("prod", told: step => told.Append(step)));
        told.Append(await world.ConnectAsync("test", secret: SecondCanary, saveAnyway: true, told: step => told.Append(step)));
        told.Append(await world.SyncAsync("prod"));
        foreach (var credential in await world.Node.Credentials.ListAsync(world.Node.Workspace.Id, Cancellation))
        {
            using var open = world.Node.Credentials.Open(credential);
            told.Append(open).Append(open.Azure);
            told.Append(await world.Node.Rotation.RunAsync(
                credential, new RotationRequest(new SignIn(CredentialKind.Secret, SecretText.From(SecondCanary))), SyncWorld.Actor, Cancellation));
        }

        told.Append(world.Request("prod"));
        told.Append(await CatchAsync(() => world.ConnectAsync("prod", secret: SecondCanary)));
        world.World.ExpireSecrets(world.App, world.Clock.GetUtcNow().AddDays(-1));
        await using (var fresh = await world.StartNodeAsync())
        {
            told.Append(await world.SyncAsync("prod", fresh));
            var connection = await world.GetAsync("prod");
            using var open = world.Node.Credentials.Open(await world.Node.Credentials.GetAsync(connection.Credential, Cancellation));
            told.Append(await CatchAsync(() => fresh.Connector.CollectAsync(
                new AzureTarget(AzureCloud.Public, connection.SubscriptionId, connection.TenantId), open.Azure, Cancellation)));
        }

        var files = Directory.GetFiles(world.Folder.Path, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("layer.db-wal", StringComparison.Ordinal));
        Assert.Contains(files, file => Path.GetFileName(file).StartsWith("kek-", StringComparison.Ordinal));
        foreach (var file in files)
            AssertClean(ReadShared(file), file);
        // Leaves are stored compressed and pages gzipped, where a search of the file would not find it.
        await foreach (var row in held.QueryAsync("SELECT bytes FROM log_leaf", Cancellation))
            AssertClean(PackedBytes.Unpack(row.GetFieldValue<byte[]>(0)), "a leaf");
        await foreach (var row in held.QueryAsync("SELECT gzip FROM page", Cancellation))
            AssertClean(Unzip(row.GetFieldValue<byte[]>(0)), "a page");
        AssertClean(Encoding.UTF8.GetBytes(told.ToString()), "what was told");
    }

    private static void AssertClean(byte[] bytes, string where)
    {
        foreach (var canary in (string[])[Canary, SecondCanary])
        {
            // The middle alone would be enough to recognise it, in any of the forms that text takes on its way.
            var middle = canary[8..32];
            byte[][] forms =
            [
                Encoding.UTF8.GetBytes(middle), Encoding.Unicode.GetBytes(middle), Encoding.ASCII.GetBytes(Convert.ToHexString(Encoding.UTF8.GetBytes(middle))),
                Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(middle))),
                .. Enumerable.Range(0, 3).Select(offset => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(canary)[offset..36])[..^4])),
            ];
            foreach (var form in forms)
                Assert.True(bytes.AsSpan().IndexOf(form) < 0, $"A secret is in {where}.");
        }
    }

    private static byte[] Unzip(byte[] packed)
    {
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress))
            gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] ReadShared(string path)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static async Task<string> CatchAsync(Func<Task> act)
    {
        try
        {
            await act();
            return "";
        }
        catch (Exception caught) when (caught is RefusedException or Layer.Evidence.Collecting.CollectionFailedException)
        {
            return caught.ToString();
        }
    }
}
