using System.Text.Json;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

public sealed class SettingOnSqliteSpecs(PostgresCluster cluster) : SettingSpecs(Engine.Sqlite, cluster);

public sealed class SettingOnPostgresSpecs(PostgresCluster cluster) : SettingSpecs(Engine.Postgres, cluster);

public abstract class SettingSpecs(Engine engine, PostgresCluster cluster)
{
    [Fact]
    public async Task The_setting_is_written_once_for_each_connection_whoever_fetched_the_shared_token()
    {
        await using var world = await SyncWorld.StartAsync(engine, cluster);
        foreach (var name in (string[])["prod", "test"])
            Assert.Null((await world.ConnectAsync(name)).Failure);
        await world.SyncAllAsync();
        await world.SyncAllAsync();
        // A process that signs in itself reports the same.
        await world.SyncAsync("prod", await world.StartNodeAsync());

        var manifests = (await world.LeavesAsync("sync")).ConvertAll(leaf => JsonElement.Parse(leaf).GetProperty("body"));

        Assert.Equal(7, manifests.Count);
        var written = manifests.Where(body => body.GetProperty("setting").ValueKind == JsonValueKind.Object).ToArray();
        Assert.Equal(2, written.Select(body => body.GetProperty("connection").GetString()).Distinct().Count());
        Assert.Equal(2, written.Length);
        Assert.All(written, body => Assert.Equal(
            ["login.microsoftonline.com", "management.azure.com"], body.GetProperty("setting").GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("host").GetString())));
    }
}
