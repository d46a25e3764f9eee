using System.CommandLine;
using System.Globalization;
using Layer.Operations;
using Layer.Serving;
using Layer.Workspaces;

namespace Layer.Cli.Demo;

/// <summary><c>layer demo</c>: the main job on ninety days of a made-up company, nothing faked but the company and the calendar.</summary>
internal static class DemoCommand
{
    public static Command Create(LayerApp app)
    {
        var fresh = new Option<bool>("--fresh") { Description = "throw the earlier demo away and run it again" };
        var serve = new Option<bool>("--serve") { Description = "then serve it in the browser, with the made-up Azure behind it, until stopped" };
        var urls = ServeCommand.UrlsOption();
        var command = new Command("demo", "Read ninety days of a made-up company and show the evidence.") { fresh, serve, urls };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(app, parsed.GetValue(fresh), parsed.GetValue(serve) ? ServeCommand.UrlsOf(parsed, urls) : null, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, bool fresh, IReadOnlyList<string>? serveAt, CancellationToken cancellationToken)
    {
        var (folder, ownFolder) = FolderOf(app);
        var settings = Settings.Of(folder);
        var marker = Path.Combine(folder, "demo-complete");
        if (File.Exists(marker) && !fresh && serveAt is not null && FirstDayIn(marker) is { } begun)
            return await new DemoServer(app, settings).RunAsync(begun, serveAt, cancellationToken);
        if (File.Exists(marker) && !fresh && serveAt is null)
        {
            app.Terminal.Say(app.Terminal.ErrorInk.Quiet("The demo was run before; this is its result. Run it again with: layer demo --fresh"));
            return await ShowAsync(app, settings, ownFolder, cancellationToken);
        }

        if (await HoldsRealEvidenceAsync(app, settings, cancellationToken))
        {
            return UsageProblems.Print(
                app.Terminal,
                [$"{folder} holds connections of yours, and sample data does not belong beside them. Allowed: another LAYER_DATA, or none for a folder of the demo's own."],
                "layer demo");
        }

        // An interrupted demo is half a company: it is thrown away, which is possible because nothing else is in there.
        DeleteSample(folder, marker);
        var first = DemoRun.FirstDay(app.Clock);
        await new DemoRun(app, settings).RunAsync(first, cancellationToken);
        await File.WriteAllTextAsync(marker, first.ToString("O", CultureInfo.InvariantCulture), cancellationToken);
        if (serveAt is not null)
            return await new DemoServer(app, settings).RunAsync(first, serveAt, cancellationToken);
        return await ShowAsync(app, settings, ownFolder, cancellationToken);
    }

    // Demos of earlier versions do not say when they began: they are run again.
    private static DateOnly? FirstDayIn(string marker) =>
        DateOnly.TryParseExact(File.ReadAllText(marker), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) ? first : null;

    private static (string Folder, bool Own) FolderOf(LayerApp app)
    {
        if (app.Terminal.Find(Settings.DataFolderVariable) is { } chosen)
            return (Path.GetFullPath(chosen), false);
        var usual = Settings.Read(app.Terminal.Environment, out _).DataFolder;
        return (usual + "-demo", true);
    }

    private static async Task<bool> HoldsRealEvidenceAsync(LayerApp app, Settings settings, CancellationToken cancellationToken)
    {
        if (!File.Exists(new Storage.DataFolder(settings.DataFolder).Database))
            return false;
        await using var layer = await app.OpenAsync(settings, app.Clock, options: null, withKeys: false, cancellationToken);
        return await layer.Workspaces.FindAsync(WorkspaceStore.DefaultName, cancellationToken) is not null;
    }

    private static void DeleteSample(string folder, string marker)
    {
        if (!Directory.Exists(folder))
            return;
        File.Delete(marker);
        foreach (var file in Directory.EnumerateFiles(folder, "layer.db*"))
            File.Delete(file);
        var keys = new Storage.DataFolder(folder).Keys;
        if (Directory.Exists(keys))
            Directory.Delete(keys, recursive: true);
    }

    private static async Task<int> ShowAsync(LayerApp app, Settings settings, bool ownFolder, CancellationToken cancellationToken)
    {
        await using var layer = await app.OpenAsync(settings, app.Clock, options: null, withKeys: false, cancellationToken);
        var workspace = await layer.Workspaces.FindAsync(Installation.SampleWorkspace, cancellationToken)
            ?? throw new InvalidOperationException("The demo left no workspace.");
        return await new DemoReport(app.Terminal, layer, workspace, ownFolder).WriteAsync(cancellationToken);
    }
}
