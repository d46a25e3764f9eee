using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Cli.Demo;

/// <summary>Serves the demo in the browser, with the made-up Azure still behind it: connections can be checked and read again, and one more can be connected.</summary>
internal sealed class DemoServer(LayerApp app, Settings settings)
{
    // Nothing but this terminal shows it, so a name may keep its letters.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<int> RunAsync(DateOnly first, IReadOnlyList<string> urls, CancellationToken cancellationToken)
    {
        await using var emulator = await DemoRun.TellAgainAsync(first, app.Clock, cancellationToken);
        using var anchor = X509CertificateLoader.LoadCertificate(emulator.TrustAnchor.RawData);
        var options = new AzureConnectorOptions { Clock = app.Clock, Proxy = emulator.Proxy, TrustAnchors = [anchor] };
        await using var layer = await app.OpenAsync(settings, app.Clock, options, withKeys: true, cancellationToken);
        var workspace = await layer.Workspaces.FindAsync(Installation.SampleWorkspace, cancellationToken) ?? throw new InvalidOperationException("The demo left no workspace.");
        await WebServer.RunAsync(app, layer, workspace, new ServeOptions(urls, (address, link) => Say(address, link, emulator.World)), cancellationToken);
        return ExitCode.Done;
    }

    private void Say(Uri address, Uri? link, World world)
    {
        var (subscription, registration) = (world.Subscription(DemoCompany.Other), world.App(DemoCompany.OtherApp));
        var ink = app.Terminal.OutInk;
        ServeCommand.Say(app, address, link);
        app.Terminal.Out.WriteLine();
        app.Terminal.Out.WriteLine(ink.Quiet("Brightwater Foods is made up, and so is its Azure. To try Connect, paste this there; nobody connected it yet:"));
        app.Terminal.Out.WriteLine(JsonSerializer.Serialize(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["subscriptionId"] = subscription.Id.ToString(), ["appId"] = registration.ClientId.ToString(), ["password"] = registration.Secret, ["tenant"] = subscription.TenantId.ToString(),
            }, Readable));
        app.Terminal.Out.WriteLine(ink.Quiet("Ctrl-C stops it; what you did stays until: layer demo --fresh"));
        app.Terminal.Out.Flush();
    }
}
