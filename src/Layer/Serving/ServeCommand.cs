using System.CommandLine;

namespace Layer.Serving;

/// <summary><c>layer serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Create(LayerApp app)
    {
        var urls = UrlsOption();
        var command = new Command("serve", "Serve Layer in the browser and over HTTP, until stopped.") { urls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            var workspace = await layer.FindWorkspaceAsync(cancellationToken) ?? await layer.GetOrCreateWorkspaceAsync(cancellationToken);
            var options = new ServeOptions(UrlsOf(parsed, urls), (address, link) => Say(app, address, link));
            await WebServer.RunAsync(app, layer, workspace, options, cancellationToken);
            return Cli.ExitCode.Done;
        });
        return command;
    }

    public static Option<string[]> UrlsOption() => new("--urls")
    {
        Description = $"where to listen; without it, {ServeOptions.DefaultUrl}", HelpName = "URL", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true,
    };

    public static IReadOnlyList<string> UrlsOf(ParseResult parsed, Option<string[]> urls) => parsed.GetValue(urls) is { Length: > 0 } chosen ? chosen : [ServeOptions.DefaultUrl];

    /// <summary>Tells whoever started the server where to go.</summary>
    public static void Say(LayerApp app, Uri address, Uri? link)
    {
        var ink = app.Terminal.OutInk;
        app.Terminal.Out.WriteLine($"Layer listens on {ink.Accent(address.GetLeftPart(UriPartial.Authority))}");
        if (link is not null)
        {
            app.Terminal.Out.WriteLine($"Set it up here, once and within an hour: {ink.Accent(link.ToString())}");
        }

        app.Terminal.Out.Flush();
    }
}
