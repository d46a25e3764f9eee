using System.Text.Json;
using Layer.AzureEmulator;
using Layer.Tests.Azure;
using Layer.Tests.Cli;

namespace Layer.Tests.Inventory;

/// <summary>The built program, from connecting without the right to names until they are erased.</summary>
public sealed class NamesCommandSpecs : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private Emulator _emulator = null!; // InitializeAsync

    public async ValueTask InitializeAsync()
    {
        _emulator = await Emulator.StartAsync(EmulatedAzure.Company(), new EmulatorOptions(), TestContext.Current.CancellationToken);
        await _layer.ReachAsync(_emulator);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = _emulator.World.Subscription(EmulatedAzure.Prod).Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = _emulator.World.App(EmulatedAzure.Reader).ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = _emulator.World.App(EmulatedAzure.Reader).Secret;
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
        _emulator.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _layer.Dispose();
    }

    private bool AskedGraph => _emulator.Requests.Of(AzureCall.GetDirectoryObjects).Count > 0;

    [Fact]
    public async Task Item_12_Names_are_off_until_switched_on_and_then_a_sync_never_fails_for_them()
    {
        Assert.Equal(0, (await _layer.RunAsync("sync", "--all")).ExitCode);
        Assert.False(AskedGraph);
        Assert.Equal([("not-looked-up", null)], await StatesAsync());

        _layer.Variables["Layer__Names"] = "true";
        var refused = await _layer.RunAsync("sync", "--all", "-o", "json");

        Assert.Equal(0, refused.ExitCode);
        Assert.Contains("\"status\":\"complete\"", refused.Output, StringComparison.Ordinal);
        var note = Assert.Single(refused.Error.Split('\n'), line => line.Contains("NAMES_UNAVAILABLE", StringComparison.Ordinal));
        Assert.Contains($"az ad app permission add --id {_emulator.World.App(EmulatedAzure.Reader).ClientId} ", note, StringComparison.Ordinal);
        Assert.True(AskedGraph);
        Assert.Equal([("not-permitted", null)], await StatesAsync());
    }

    [Fact]
    public async Task Item_12_Names_are_refreshed_shown_and_forgotten_on_demand()
    {
        _emulator.World.Change(_emulator.World.App(EmulatedAzure.Reader), app => app with { GraphPermissions = ["User.Read.All", "Application.Read.All"] });

        var refreshed = await _layer.RunAsync("names", "refresh", "-o", "json");

        Assert.Equal((0, "{\"value\":[{\"resolved\":3,\"notFound\":1,\"notPermitted\":0,\"notLookedUp\":0,\"sealed\":4}]}\n"), (refreshed.ExitCode, refreshed.Output));
        Assert.Contains("\"sealed\":0}", (await _layer.RunAsync("names", "refresh", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Contains(("resolved", "ada"), await StatesAsync());
        using (var names = JsonDocument.Parse((await _layer.RunAsync("names", "list", "-o", "json")).Output))
        {
            var ada = names.RootElement.GetProperty("value").EnumerateArray().Single(row => row.GetProperty("name").GetString() == "ada");
            Assert.Equal(
                ("user", "Member", true, _emulator.World.Principal("ada").UserPrincipalName),
                (ada.GetProperty("type").GetString(), ada.GetProperty("userType").GetString(), ada.GetProperty("enabled").GetBoolean(), ada.GetProperty("upnOrAppId").GetString()));
            var gone = names.RootElement.GetProperty("value").EnumerateArray().Single(row => row.GetProperty("state").GetString() == "not-found");
            Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (gone.GetProperty("enabled").ValueKind, gone.GetProperty("type").ValueKind));
        }

        Assert.Contains(("not-found", null), await StatesAsync());
        Assert.Contains("not found in this directory", (await _layer.RunAsync("show", "assignments")).Output, StringComparison.Ordinal);

        Assert.Equal(1, (await _layer.RunAsync("names", "forget", "nobody")).ExitCode);
        Assert.Equal(64, (await _layer.RunAsync("names", "forget")).ExitCode);
        Assert.Equal(0, (await _layer.RunAsync("names", "forget", "--all")).ExitCode);
        Assert.Equal([("not-looked-up", null)], await StatesAsync());
    }

    private async Task<List<(string? State, string? Name)>> StatesAsync()
    {
        var states = new List<(string?, string?)>();
        foreach (var (verb, state, name) in new[] { ("assignments", "principalNameState", "principalName"), ("principals", "nameState", "name") })
        {
            using var json = JsonDocument.Parse((await _layer.RunAsync("show", verb, "-o", "json")).Output);
            states.AddRange(json.RootElement.GetProperty("value").EnumerateArray().Select(row => (row.GetProperty(state).GetString(), row.GetProperty(name).GetString())));
        }

        return [.. states.Distinct()];
    }
}
