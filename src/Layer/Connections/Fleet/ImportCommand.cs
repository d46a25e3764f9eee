using System.Collections.Concurrent;
using System.CommandLine;
using Layer.Cli;
using Layer.Connections.Web;
using Layer.Operations;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Connections.Fleet;

/// <summary><c>layer connections import</c>: many subscriptions under one stored app registration, shown first and connected on <c>--yes</c>.</summary>
internal static class ImportCommand
{
    private const string Path = "layer connections import";

    public static Command Create(LayerApp app)
    {
        var file = new Argument<string?>("FILE") { Description = "a list of subscriptions, CSV or JSON; - for standard input", Arity = ArgumentArity.ZeroOrOne };
        var credential = new Option<string>("--credential") { Description = "the stored app registration that may read them", HelpName = "NAME", Required = true };
        var visible = new Option<bool>("--visible") { Description = "instead of a file: what the app registration could see when it last read" };
        var yes = new Option<bool>("--yes") { Description = "connect them; without it they are only shown" };
        var output = OutputOption.Create();
        var command = new Command("import", "Connect many subscriptions under one app registration.") { file, credential, visible, yes, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(visible) == (result.GetValue(file) is not null))
                result.AddError("Give a FILE, or --visible: exactly one of the two.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            app, parsed.GetValue(file), parsed.GetRequiredValue(credential), parsed.GetValue(yes), parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, string? file, string credentialName, bool yes, OutputForm form, CancellationToken cancellationToken)
    {
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        if (await layer.FindWorkspaceAsync(cancellationToken) is not { } workspace)
            return SyncCommand.NothingConnected(app, form, ExitCode.Error);
        if (workspace.Sample)
            return SyncCommand.RefuseSample(app);
        var credential = await layer.Credentials.GetAsync(workspace.Id, credentialName, cancellationToken);
        var problems = new List<string>();
        var lines = file is null
            ? await VisibleAsync(layer, workspace, credential, problems, cancellationToken)
            : ImportFile.Read(file == "-" ? await app.Terminal.In.ReadToEndAsync(cancellationToken) : await ReadFileAsync(file, problems, cancellationToken), problems);
        var existing = (await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(connection => connection.State != ConnectionState.Disconnected).ToList();
        var open = lines.Where(line => !existing.Exists(connection => connection.SubscriptionId == line.Subscription)).ToList();
        problems.AddRange(open.Where(line => existing.Exists(connection => connection.Name == line.Name))
            .Select(line => $"{line.Where}: a connection is called '{line.Name}' already. Allowed: a name of its own."));
        if (problems.Count > 0)
            return UsageProblems.Print(app.Terminal, problems, Path);

        var known = existing.ToDictionary(connection => connection.SubscriptionId, connection => connection.Name);
        if (!yes)
            return Preview(app, form, lines, known, open.Count, credential);
        return await ConnectAsync(app, layer, workspace, credential, open, form, cancellationToken);
    }

    private static int Preview(LayerApp app, OutputForm form, IReadOnlyCollection<ImportLine> lines, Dictionary<Guid, string> known, int open, Credential credential)
    {
        new Listing<ImportLine>(
            [
                new("NAME", "name", line => line.Name) { Shrinks = true, Tone = _ => Tone.Strong },
                new("SUBSCRIPTION", "subscriptionId", line => line.Subscription.ToString()),
                new("WHAT WOULD BE DONE", "plan", line => known.TryGetValue(line.Subscription, out var name) ? $"nothing: connected as {name}" : "connect"),
            ],
            (json, line) =>
            {
                json.WriteStartObject();
                json.WriteString("name", line.Name);
                json.WriteString("subscriptionId", line.Subscription);
                json.WriteString("connection", known.GetValueOrDefault(line.Subscription));
                json.WriteEndObject();
            }).Write(app.Terminal, form, lines);
        app.Terminal.Say(open == 0
            ? "Nothing is left to connect."
            : $"Nothing was changed. The same command with --yes checks, connects and reads {(open == 1 ? "the one" : $"the {open}")} under {credential.Name}.");
        return ExitCode.Done;
    }

    private static async Task<int> ConnectAsync(
        LayerApp app, Installation layer, Workspace workspace, Credential credential, IReadOnlyCollection<ImportLine> lines, OutputForm form, CancellationToken cancellationToken)
    {
        var came = new ConcurrentBag<(ImportLine Line, Evidence.Collecting.Failure? Failure)>();
        using (var progress = new ProgressLine(app.Terminal, app.Clock))
        {
            progress.Show(0, lines.Count, $"Connecting under {credential.Name}");
            var limits = new ParallelOptions { MaxDegreeOfParallelism = InFlight.PerCredential, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(lines, limits, async (line, stopping) =>
            {
                came.Add((line, await ConnectAsync(layer, workspace, credential, line, stopping)));
                lock (progress)
                    progress.Show(came.Count, lines.Count, line.Name);
            });
        }

        var results = came.OrderBy(result => result.Line.Name, StringComparer.Ordinal).ToList();
        new Listing<(ImportLine Line, Evidence.Collecting.Failure? Failure)>(
            [
                new("NAME", "name", result => result.Line.Name) { Shrinks = true, Tone = _ => Tone.Strong },
                new("SUBSCRIPTION", "subscriptionId", result => result.Line.Subscription.ToString()),
                new("STATUS", "status", result => result.Failure?.Code ?? "connected") { Tone = result => result.Failure is null ? Tone.Good : Tone.Bad },
            ],
            (json, result) =>
            {
                json.WriteStartObject();
                json.WriteString("name", result.Line.Name);
                json.WriteString("subscriptionId", result.Line.Subscription);
                json.WriteString("code", result.Failure?.Code);
                json.WriteEndObject();
            }).Write(app.Terminal, form, results);
        // One card for each cause: a role that is missing on a hundred is missing for one reason.
        return ExitCode.WorstOf([.. results.Where(result => result.Failure is not null).GroupBy(result => result.Failure!.Code).Select(group =>
            FailureReport.Print(app, group.First().Failure!, connecting: true, form, group.Count() == 1 ? group.First().Line.Name : $"{group.First().Line.Name} and {group.Count() - 1} more"))]);
    }

    private static async Task<Evidence.Collecting.Failure?> ConnectAsync(
        Installation layer, Workspace workspace, Credential credential, ImportLine line, CancellationToken cancellationToken)
    {
        var request = layer.Credentials.RequestFor(credential, line.Subscription);
        using var secret = request.SignIn.Value;
        try
        {
            var options = new ConnectOptions(line.Name, SaveAnyway: false, TimeSpan.Zero, Actor.OfThisProcess);
            return (await layer.Connecting.RunAsync(workspace.Id, request, options, static _ => { }, cancellationToken)).Failure;
        }
        catch (RefusedException refused)
        {
            return refused.Failure;
        }
    }

    private static async Task<IReadOnlyList<ImportLine>> VisibleAsync(
        Installation layer, Workspace workspace, Credential credential, List<string> problems, CancellationToken cancellationToken)
    {
        var apps = await VisibleApps.ListAsync(layer, workspace.Id, cancellationToken);
        if (apps.FirstOrDefault(app => app.Credential.ClientId == credential.ClientId && app.Credential.TenantId == credential.TenantId) is not { } seen)
        {
            problems.Add($"--visible: what {credential.Name} can see is not recorded yet. It is read once a day, with the first sync: layer sync --all");
            return [];
        }

        // Azure lets two subscriptions have one name; a connection's is unique.
        return [.. seen.Open.Select(one => new ImportLine(
            one.Id, seen.Open.Count(other => other.DisplayName == one.DisplayName) > 1 ? $"{one.DisplayName} {one.Id.ToString()[..8]}" : one.DisplayName, one.DisplayName))];
    }

    private static async Task<string> ReadFileAsync(string file, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file} cannot be read. {e.Message}");
            return "[]";
        }
    }
}
