using System.Collections.Concurrent;
using System.CommandLine;
using Layer.Cli;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Remote;
using Layer.Workspaces;

namespace Layer.Syncing;

/// <summary><c>layer sync NAME|--all</c>.</summary>
internal static class SyncCommand
{
    private const int AtATime = 8;

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
        app.AlsoOverServer(command);
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
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await RunAsync(app, server, names, form, cancellationToken);
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        if (await layer.FindWorkspaceAsync(cancellationToken) is not { } workspace)
            return NothingConnected(app, form, ExitCode.Error);
        if (workspace.Sample)
            return RefuseSample(app);
        var connections = await ChooseAsync(app, layer, workspace, names, cancellationToken);
        if (connections.Count == 0)
            return NothingToRead(app, form);

        using var came = new SyncProgress(app, form, [.. connections.Select(c => c.Name)]);
        Failure? unsigned = null;
        try
        {
            await layer.Syncs.RunAsync(connections, SyncTrigger.Manual, Actor.OfThisProcess, came.Add, cancellationToken);
        }
        catch (RefusedException refused)
        {
            // What was read is stored, and only the signature is missing: the results are as they came.
            unsigned = refused.Failure;
        }

        var (results, codes) = came.End(unsigned is null ? [] : [unsigned]);
        cancellationToken.ThrowIfCancellationRequested();
        var complete = results.Where(result => result.Failure is null).Select(result => result.Connection).ToHashSet(StringComparer.Ordinal);
        if (unsigned is null)
            await TimestampAfterSync.RunAsync(app, layer, workspace, cancellationToken);
        await NamesCommand.AfterSyncAsync(app, layer, workspace, connections.Where(connection => complete.Contains(connection.Name)), cancellationToken);
        return ExitCode.WorstOf(codes);
    }

    // The server reads, each connection as an operation of its own; several at a time, as it has its own limits.
    private static async Task<int> RunAsync(LayerApp app, RemoteServer server, string[] names, OutputForm form, CancellationToken cancellationToken)
    {
        var all = await ListedConnection.ListAsync(server, cancellationToken);
        if (all.Count == 0)
            return NothingConnected(app, form, ExitCode.Error);
        foreach (var paused in all.Where(c => names.Length == 0 && c.State == ConnectionState.Paused))
            SayPaused(app.Terminal, paused.Name, paused.PausedBy, paused.PausedBecause);
        ListedConnection[] connections = names.Length == 0
            ? [.. all.Where(c => c.State is not (ConnectionState.Paused or ConnectionState.Disconnected))]
            : [.. names.Distinct(StringComparer.Ordinal).Select(name => ListedConnection.Choose(all, name))];
        if (connections.Length == 0)
            return NothingToRead(app, form);

        using var came = new SyncProgress(app, form, [.. connections.Select(c => c.Name)]);
        var unsigned = new ConcurrentBag<Failure>();
        await Parallel.ForEachAsync(connections, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (connection, stopped) =>
        {
            SyncResult? result = null;
            var operation = await server.RunAsync($"{connection.Address}/sync", body: null, told =>
            {
                if (told.Text("type") == "synced")
                    result = SyncResult.Read(told.GetProperty("sync"));
            }, stopped);
            var failure = server.FailureOf(operation);
            came.Add(result ?? SyncResult.Refused(connection.Name, failure ?? throw server.NotUnderstood("a sync ended without a result")));
            if (result is { Failure: null } && failure is not null)
                unsigned.Add(failure);
        });
        return ExitCode.WorstOf(came.End([.. unsigned.DistinctBy(failure => failure.Code)]).Codes);
    }

    // Results as they come, and all of them at the end.
    private sealed class SyncProgress : IDisposable
    {
        private readonly LayerApp _app;
        private readonly OutputForm _form;
        private readonly int _count;
        private readonly List<SyncResult> _came = [];
        private readonly ProgressLine _line;

        public SyncProgress(LayerApp app, OutputForm form, string[] names)
        {
            (_app, _form, _count, _line) = (app, form, names.Length, new ProgressLine(app.Terminal, app.Clock));
            _line.Show(0, _count, $"Reading {string.Join(", ", names)}");
        }

        public void Add(SyncResult result)
        {
            lock (_came)
            {
                _came.Add(result);
                _line.Show(_came.Count, _count, $"{result.Connection}: {result.Failure?.Code ?? "complete"}");
            }
        }

        public void Dispose() => _line.Dispose();

        /// <summary>Prints what was read, a card for each failure, and those of the signature.</summary>
        public (SyncResult[] Results, List<int> Codes) End(Failure[] unsigned)
        {
            _line.Dispose();
            SyncResult[] results = [.. _came.OrderBy(r => r.Connection, StringComparer.Ordinal)];
            Write(_app.Terminal, _form, results);
            SayUnseen(_app.Terminal, results);
            var codes = results.Where(r => r.Failure is not null).Select(r => FailureReport.Print(_app, r.Failure!, connecting: false, _form, r.Connection)).ToList();
            codes.AddRange(unsigned.Select(failure => FailureReport.Print(_app, failure, connecting: false, _form)));
            return (results, codes);
        }
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
                SayPaused(app.Terminal, paused.Name, paused.PausedBy, paused.PausedBecause);
            return [.. all.Where(c => c.State is not (ConnectionState.Paused or ConnectionState.Disconnected))];
        }

        var chosen = new List<Connection>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
            chosen.Add(await layer.Connections.GetAsync(workspace.Id, name, cancellationToken));
        return chosen;
    }

    private static void SayPaused(Terminal terminal, string name, string? by, string? because) => terminal.Say(
        $"{terminal.ErrorInk.Caution("!")} " + SafeText.ForTerminal(
            $"{name} is not read: paused by {by}: {because ?? "no reason given"}. Its days are not covered until: layer connections resume {name}"));
}
