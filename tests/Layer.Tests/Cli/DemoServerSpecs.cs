using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.Cli;
using Layer.Cli.Demo;
using Layer.Ledger;
using Layer.Operations;

namespace Layer.Tests.Cli;

public sealed class DemoServerSpecs
{
    [Fact]
    public async Task The_served_demo_finds_its_Azure_as_the_story_left_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("layer-demo-");
        var terminal = new Terminal { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>() };
        var app = new LayerApp(terminal, TimeProvider.System);
        var settings = Settings.Of(folder.FullName);
        var first = DemoRun.FirstDay(app.Clock);
        await new DemoRun(app, settings).RunAsync(first, cancellation);

        await using var emulator = await DemoRun.TellAgainAsync(first, app.Clock, cancellation);
        var options = new AzureConnectorOptions { Clock = app.Clock, Proxy = emulator.Proxy, TrustAnchors = new X509Certificate2Collection(emulator.TrustAnchor) };
        await using (var layer = await app.OpenAsync(settings, app.Clock, options, withKeys: true, cancellation))
        {
            var workspace = (await layer.FindWorkspaceAsync(cancellation))!;
            var connections = await layer.Connections.ListAsync(workspace.Id, cancellation);
            var results = await layer.Syncs.RunAsync(connections, SyncTrigger.Manual, "os:test@test", done: null, cancellation);
            Assert.All(results, result => Assert.Null(result.Failure));
            Assert.All(results, result => Assert.Equal((0, 0, 0), (result.Added, result.Changed, result.Removed)));
        }

        folder.Delete(recursive: true);
    }
}
