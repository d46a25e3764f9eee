using Layer.AzureEmulator;
using Layer.Tests.Azure;

namespace Layer.Tests.Cli;

/// <summary>The built program with one subscription connected and read once: the log has five entries, signed.</summary>
internal sealed class ConnectedLayer : IAsyncDisposable
{
    private readonly Emulator _emulator;

    private ConnectedLayer(Emulator emulator) => _emulator = emulator;

    public LayerProcess Process { get; } = new();

    public Emulator Emulator => _emulator;

    public static async Task<ConnectedLayer> StartAsync()
    {
        var layer = new ConnectedLayer(await Emulator.StartAsync(EmulatedAzure.Company(), new EmulatorOptions(), TestContext.Current.CancellationToken));
        await layer.Process.ReachAsync(layer._emulator);
        layer.Process.Variables["AZURE_SUBSCRIPTION_ID"] = layer._emulator.World.Subscription(EmulatedAzure.Prod).Id.ToString();
        layer.Process.Variables["AZURE_CLIENT_ID"] = layer._emulator.World.App(EmulatedAzure.Reader).ClientId.ToString();
        layer.Process.Variables["AZURE_CLIENT_SECRET"] = layer._emulator.World.App(EmulatedAzure.Reader).Secret;
        await layer.DoneAsync("connect", "azure", "--name", "prod");
        return layer;
    }

    /// <summary>Runs a command that must succeed; its standard output.</summary>
    public async Task<string> DoneAsync(params string[] arguments)
    {
        var outcome = await Process.RunAsync(arguments);
        Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', arguments)}: {outcome.ExitCode}\n{outcome.Error}");
        return outcome.Output;
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        Process.Dispose();
    }
}
