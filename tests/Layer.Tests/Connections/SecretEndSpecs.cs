using System.Text.Json;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Layer.Tests.Azure;
using Layer.Tests.Cli;

namespace Layer.Tests.Connections;

/// <summary>The built program: when a secret ends, from Graph to the list of credentials.</summary>
public sealed class SecretEndSpecs : IAsyncLifetime
{
    private static readonly DateTimeOffset Ends = new(2031, 4, 1, 12, 30, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = new(2032, 5, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly LayerProcess _layer = new();
    private Emulator _emulator = null!; // InitializeAsync

    private App App => _emulator.World.App("reporter");

    public async ValueTask InitializeAsync()
    {
        var world = EmulatedAzure.Company(
            s => s.Grant("Reader", "reporter"), t => t.App("reporter", a => a.Secret("aB3~first.secret.of.the.app.that-is-long", Ends)));
        _emulator = await Emulator.StartAsync(world, new EmulatorOptions(), TestContext.Current.CancellationToken);
        await _layer.ReachAsync(_emulator);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = world.Subscription(EmulatedAzure.Prod).Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = App.ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = App.Secret;
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _layer.Dispose();
    }

    private void LetGraphTell(bool told) =>
        _emulator.World.Change(App, app => app with { GraphPermissions = told ? ["Application.Read.All"] : [] });

    [Fact]
    public async Task Item_10_Connecting_keeps_the_hint_and_the_end_of_the_secret_when_Graph_tells()
    {
        LetGraphTell(true);

        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);

        Assert.Equal(("aB3", "2031-04-01T12:30:00.000Z"), await ListedAsync());
        Assert.Contains("2031-04-01", (await _layer.RunAsync("credential", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_10_A_check_learns_what_connecting_was_not_told_and_forgets_nothing()
    {
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
        Assert.Equal((null, null), await ListedAsync());

        LetGraphTell(true);
        Assert.Equal(0, (await _layer.RunAsync("check", "prod")).ExitCode);
        Assert.Equal(("aB3", "2031-04-01T12:30:00.000Z"), await ListedAsync());

        LetGraphTell(false);
        Assert.Equal(0, (await _layer.RunAsync("check", "prod")).ExitCode);
        Assert.Equal(("aB3", "2031-04-01T12:30:00.000Z"), await ListedAsync());
    }

    [Fact]
    public async Task Item_16_After_a_rotation_hint_and_end_are_those_of_the_new_secret()
    {
        LetGraphTell(true);
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
        _emulator.World.AddSecret(App, "zY9~second.secret.of.the.app.also.long.1", Later);
        _layer.Variables["AZURE_CLIENT_SECRET"] = App.Secret;

        Assert.Equal(0, (await _layer.RunAsync("credential", "rotate", $"app-{App.ClientId:N}"[..12])).ExitCode);

        Assert.Equal(("zY9", "2032-05-02T00:00:00.000Z"), await ListedAsync());
    }

    private async Task<(string? Hint, string? Ends)> ListedAsync()
    {
        using var json = JsonDocument.Parse((await _layer.RunAsync("credential", "list", "-o", "json")).Output);
        var credential = Assert.Single(json.RootElement.GetProperty("value").EnumerateArray());
        return (credential.GetProperty("hint").GetString(), credential.GetProperty("ends").GetString());
    }
}
