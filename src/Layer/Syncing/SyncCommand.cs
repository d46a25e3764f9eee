using System.CommandLine;
using Layer.Cli;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Workspaces;

namespace Layer.Syncing;

/// <summary><c>layer sync NAME|--all</c>.</summary>
internal static class SyncCommand
{
    public static Command Create(LayerApp app)
    {
        var names = new Argument<string[]>("NAME") { Description = "connections to read", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "every connection that is not paused or ended" };
        var output = OutputOption.Create();
        var command = new Command("sync", "Read connections now and seal what was read.") { names, all, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(names) is { Length: > 0 }))
                result.AddError("Name the connections, or give --all: exactly one of the two.");
        });
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(app, parsed.GetValue(names) ?? [], parsed.GetValue(output), cancellationToken));
        return command;
    }

    public static void Write(Terminal terminal, OutputForm form, IReadOnlyCollection<SyncResult> results) => new Listing<SyncResult>(
        [
            new("CONNECTION", "connection", r => r.Connection) { Shrinks = true, Tone = _ => Tone.Strong },
            new("STATUS", "status", r => r.Failure?.Code ?? "complete") { Tone = r => r.Failure is null ? Tone.Good : Tone.Bad },
            Count("GROUPS", "groups", "azure.resourceGroup"),
            Count("ASSIGNMENTS", "assignments", "azure.roleAssignment"),
            Count("ROLES", "roles", "azure.roleDefinition"),
            new("ADDED", "added", r => Change(r, r.Added)) { Right = true },
            new("CHANGED", "changed", r => Change(r, r.Changed)) { Right = true },
            new("REMOVED", "removed", r => Change(r, r.Removed)) { Right = true },
            new("SYNC", "sync", r => $"{r.Sync}") { CsvOnly = true },
        ],
        (json, result) => result.WriteTo(json)).Write(terminal, form, results);

    /// <summary>One quiet line when it could not be asked what an app registration can see: it costs no evidence, and is asked again.</summary>
    public static void SayUnseen(Terminal terminal, IReadOnlyCollection<SyncResult> results)
    {
        var unseen = results.Where(result => result.VisibleFailure is not null).ToArray();
        if (unseen.Length == 0)
            return;
        var (names, codes) = (unseen.Select(result => result.Connection), unseen.Select(result => result.VisibleFailure!.Code).Distinct(StringComparer.Ordinal)); // those were chosen
        terminal.Say(terminal.ErrorInk.Quiet(
            $"  {string.Join(", ", names)}: which subscriptions the app registration can see could not be listed ({string.Join(", ", codes)}). The next sync of this day asks again."));
    }

    // What was not read has not "0 changes".
    private static string Change(SyncResult result, int count) => result.Failure is null ? $"{count}" : "–";

    private static Column<SyncResult> Count(string title, string name, string type) =>
        new(title, name, r => r.Counts.TryGetValue(type, out var count) ? $"{count}" : "–") { Right = true };

    private static async Task<int> RunAsync(LayerApp app, string[] names, OutputForm form, CancellationToken cancellationToken)
    {
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        if (await layer.FindWorkspaceAsync(cancellationToken) is not { } workspace)
            return NothingConnected(app, form, ExitCode.Error);
        if (workspace.Sample)
            return RefuseSample(app);
        var connections = await ChooseAsync(app, layer, workspace, names, cancellationToken);
        if (connections.Count == 0)
            return NothingToRead(app, form);

        var came = new List<SyncResult>();
        Failure? unsigned = null;
        using (var progress = new ProgressLine(app.Terminal, app.Clock))
        {
            progress.Show(0, connections.Count, $"Reading {string.Join(", ", connections.Select(c => c.Name))}");
            try
            {
                await layer.Syncs.RunAsync(connections, SyncTrigger.Manual, Actor.OfThisProcess, Done, cancellationToken);
            }
            catch (RefusedException refused)
            {
                // What was read is stored, and only the signature is missing: the results are as they came.
                unsigned = refused.Failure;
            }

            void Done(SyncResult result)
            {
                lock (came)
                {
                    came.Add(result);
                    progress.Show(came.Count, connections.Count, $"{result.Connection}: {result.Failure?.Code ?? "complete"}");
                }
            }
        }

        SyncResult[] results = [.. came.OrderBy(r => r.Connection, StringComparer.Ordinal)];
        Write(app.Terminal, form, results);
        SayUnseen(app.Terminal, results);
        var codes = results.Where(r => r.Failure is not null).Select(r => FailureReport.Print(app, r.Failure!, connecting: false, form, r.Connection)).ToList();
        if (unsigned is not null)
            codes.Add(FailureReport.Print(app, unsigned, connecting: false, form));
        cancellationToken.ThrowIfCancellationRequested();
        var complete = results.Where(result => result.Failure is null).Select(result => result.Connection).ToHashSet(StringComparer.Ordinal);
        if (unsigned is null)
            await TimestampAfterSync.RunAsync(app, layer, workspace, cancellationToken);
        await NamesCommand.AfterSyncAsync(app, layer, workspace, connections.Where(connection => complete.Contains(connection.Name)), cancellationToken);
        return ExitCode.WorstOf(codes);
    }

    /// <summary>Says why a sample cannot be read again, and ends as wrong usage.</summary>
    public static int RefuseSample(LayerApp app) => UsageProblems.Print(
        app.Terminal,
        ["This data folder holds the demo's sample data: its Azure was made up, and there is nothing to read. Connect a subscription of yours with: layer connect azure --name NAME"],
        "layer connect azure");

    /// <summary>Says that there is nothing yet.</summary>
    /// <param name="app">The app.</param>
    /// <param name="form">JSON gets an empty list.</param>
    /// <param name="exitCode">Not 0 where the caller asked for work or for a verdict: a timer or a gate that looks at the wrong data folder must not pass.</param>
    public static int NothingConnected(LayerApp app, OutputForm form, int exitCode = ExitCode.Done)
    {
        if (form == OutputForm.Json)
            Json.WriteValue<int>(app.Terminal, [], (json, value) => json.WriteNumberValue(value));
        app.Terminal.Say("Nothing is connected yet. Start with: layer connect azure --name NAME, or look around with: layer demo");
        return exitCode;
    }

    // With connections there but none that may be read, "nothing is connected" would send a person the wrong way.
    private static int NothingToRead(LayerApp app, OutputForm form)
    {
        if (form == OutputForm.Json)
            Json.WriteValue<int>(app.Terminal, [], (json, value) => json.WriteNumberValue(value));
        app.Terminal.Say("Nothing was read: every connection is paused or was ended. See: layer connections");
        return ExitCode.Error;
    }

    private static async Task<IReadOnlyList<Connection>> ChooseAsync(
        LayerApp app, Installation layer, Workspace workspace, string[] names, CancellationToken cancellationToken)
    {
        if (names.Length == 0)
        {
            var all = await layer.Connections.ListAsync(workspace.Id, cancellationToken);
            foreach (var paused in all.Where(c => c.State == ConnectionState.Paused))
                SayPaused(app.Terminal, paused);
            return [.. all.Where(c => c.State is not (ConnectionState.Paused or ConnectionState.Disconnected))];
        }

        var chosen = new List<Connection>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
            chosen.Add(await layer.Connections.GetAsync(workspace.Id, name, cancellationToken));
        return chosen;
    }

    private static void SayPaused(Terminal terminal, Connection paused) => terminal.Say(
        $"{terminal.ErrorInk.Caution("!")} " + SafeText.ForTerminal(
            $"{paused.Name} is not read: paused by {paused.PausedBy}: {paused.PausedBecause ?? "no reason given"}. Its days are not covered until: layer connections resume {paused.Name}"));
}
