using System.Text.Json;
using Layer.AzureEmulator;

namespace Layer.Tests.Cli;

/// <summary>Many subscriptions under one app registration: connected in one go, and looked at by cause.</summary>
public sealed class FleetSpecs : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private Emulator _azure = null!; // set before each test

    private World World => _azure.World;

    public async ValueTask InitializeAsync()
    {
        var world = World.Create().Tenant($"contoso-{Guid.NewGuid():n}", tenant =>
        {
            tenant.App("layer", app => app.Secret()).User("ada");
            foreach (var name in (string[])["prod", "test", "lab", "shop", "data"])
                tenant.Subscription(name, subscription => (name == "data" ? subscription : subscription.Grant("Reader", "layer")).Grant("Owner", "ada").ResourceGroup("rg"));
        });
        _azure = await Emulator.StartAsync(world, new EmulatorOptions { Throttling = false }, TestContext.Current.CancellationToken);
        await _layer.ReachAsync(_azure);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = world.Subscription("prod").Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = world.App("layer").ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = world.App("layer").Secret;
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _azure.DisposeAsync();
        _layer.Dispose();
    }

    [Fact]
    public async Task A_list_is_shown_first_and_nothing_is_changed()
    {
        var credential = await CredentialAsync();

        var shown = await _layer.RunWithInputAsync(Csv("prod", "test", "lab"), "connections", "import", "-", "--credential", credential);

        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("nothing: connected as prod", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed. The same command with --yes checks, connects and reads the 2", shown.Error, StringComparison.Ordinal);
        Assert.Single(await ConnectionsAsync());
    }

    [Fact]
    public async Task With_yes_each_is_checked_connected_and_read_and_one_that_is_refused_keeps_none_of_the_others()
    {
        var credential = await CredentialAsync();

        var done = await _layer.RunWithInputAsync(Csv("test", "data", "lab"), "connections", "import", "-", "--credential", credential, "--yes");

        Assert.Equal(5, done.ExitCode);
        Assert.Contains("NO_READER", done.Error, StringComparison.Ordinal);
        Assert.Equal(["lab", "prod", "test"], (await ConnectionsAsync()).Select(connection => connection.GetProperty("name").GetString()));
        Assert.All(await ConnectionsAsync(), connection => Assert.Equal("connected", connection.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task What_the_app_registration_can_see_and_nobody_connected_is_offered_and_connected()
    {
        var done = await _layer.RunAsync("connections", "import", "--visible", "--credential", await CredentialAsync(), "--yes", "-o", "json");

        Assert.Equal(0, done.ExitCode);
        Assert.Equal(["lab", "prod", "shop", "test"], (await ConnectionsAsync()).Select(connection => connection.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("subscriptionId,name\n123,prod\n8d6c0c1a-0000-4000-8000-000000000001,\n", "line 2: '123' is no subscription ID.", "line 3: the name is missing")]
    [InlineData("[{\"id\":\"8d6c0c1a-0000-4000-8000-000000000001\",\"name\":\"a\"},{\"id\":\"8d6c0c1a-0000-4000-8000-000000000001\",\"name\":\"a\"},7]", "entry 3 is no object", "stands there 2 times", "'a' names 2 subscriptions")]
    [InlineData("name,owner\nprod,ada\n", "line 1: the header is 'name,owner'. Allowed: CSV with the columns subscriptionId and name")]
    [InlineData("", "It is empty.")]
    public async Task A_list_with_mistakes_is_refused_with_all_of_them_and_nothing_is_done(string list, params string[] problems)
    {
        var refused = await _layer.RunWithInputAsync(list, "connections", "import", "-", "--credential", await CredentialAsync(), "--yes");

        Assert.Equal(64, refused.ExitCode);
        Assert.All(problems, problem => Assert.Contains(problem, refused.Error, StringComparison.Ordinal));
        Assert.Single(await ConnectionsAsync());
    }

    [Fact]
    public async Task What_stops_several_connections_for_one_reason_is_one_line_and_one_remedy()
    {
        await _layer.RunWithInputAsync(Csv("test", "lab", "shop"), "connections", "import", "-", "--credential", await CredentialAsync(), "--yes");
        Assert.Equal(0, (await _layer.RunAsync("fleet")).ExitCode);
        World.RemoveGrants("layer");
        foreach (var name in (string[])["prod", "test"])
            World.Grant(World.Subscription(name).Scope, "Reader", "layer");
        await _layer.RunAsync("sync", "--all");

        var fleet = await _layer.RunAsync("fleet");
        var json = JsonSerializer.Deserialize<JsonElement>((await _layer.RunAsync("fleet", "-o", "json")).Output).GetProperty("value");

        Assert.Equal(5, fleet.ExitCode);
        Assert.Contains("lab, shop: ", fleet.Error, StringComparison.Ordinal);
        Assert.Equal(1, fleet.Error.Split("READER_REMOVED").Length - 1);
        Assert.Equal([("failing", "READER_REMOVED", 2), ("connected", null, 2)], json.EnumerateArray()
            .Select(cause => (cause.GetProperty("state").GetString()!, cause.GetProperty("code").GetString(), cause.GetProperty("connections").GetArrayLength())));
    }

    private string Csv(params string[] names) => "subscriptionId,name\n" + string.Concat(names.Select(name => $"{World.Subscription(name).Id},{name}\n"));

    private async Task<string> CredentialAsync() => (await ConnectionsAsync())[0].GetProperty("credential").GetString()!;

    private async Task<List<JsonElement>> ConnectionsAsync() =>
        [.. JsonSerializer.Deserialize<JsonElement>((await _layer.RunAsync("connections", "-o", "json")).Output).GetProperty("value").EnumerateArray()];
}
