using System.CommandLine;
using System.Text.Json.Nodes;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Remote;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary><c>layer audit scope</c>: which subscriptions the audit of a window covers, and who said so.</summary>
internal static class ScopeCommand
{
    private const string Path = "layer audit scope";

    public static Command Create(LayerApp app)
    {
        var window = new Option<string?>("--window") { Description = "UTC days: the first one, and the day after the last one", HelpName = "FROM..TO" };
        var by = new Option<string?>("--by") { Description = "who answers for the statement, e.g. \"Ada Lindqvist, CISO\"", HelpName = "NAME, TITLE" };
        var @in = Many("--in", "a subscription that the audit covers: its id, or the name of its connection", "SUBSCRIPTION");
        var @out = Many("--out", "one that it does not cover, and why not", "SUBSCRIPTION=REASON");
        var all = new Option<bool>("--all-connected") { Description = "the audit covers every connected subscription that is not --out" };
        var output = OutputOption.Create();
        var command = new Command("scope", "Show, or state by name, which subscriptions the audit of a window covers.") { window, by, @in, @out, all, output };
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var problems = new List<string>();
            var days = ReadWindow(parsed.GetValue(window), app.Clock, problems);
            var order = ScopeOrder.Read(
                days, parsed.GetValue(by), parsed.GetValue(@in) ?? [], parsed.GetValue(@out) ?? [], parsed.GetValue(all), problems);
            return order is null
                ? Task.FromResult(UsageProblems.Print(app.Terminal, problems, Path))
                : RunAsync(app, order, parsed.GetValue(output), cancellationToken);
        });
        return command;
    }

    private static Option<string[]> Many(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };

    private static AuditWindow? ReadWindow(string? text, TimeProvider clock, List<string> problems)
    {
        if (text is null)
            problems.Add("--window is missing: the UTC days of the audit as FROM..TO, e.g. 2026-01-01..2027-01-01 for the whole of 2026.");
        else if (TextOptions.TryParseWindow(text, clock, out var window, out var problem))
            return window;
        else
            problems.Add($"--window: {problem}");
        return null;
    }

    private static async Task<int> RunAsync(LayerApp app, ScopeOrder order, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await RunAsync(app, server, order, form, cancellationToken);
        if (await app.FindReadableAsync(cancellationToken) is not var (readable, workspace))
            return SyncCommand.NothingConnected(app, form, ExitCode.Error);
        await using (readable)
        {
            if (!order.States)
            {
                await ShowAsync(app, readable, workspace, order.Window, sealedAt: null, form, cancellationToken);
                return ExitCode.Done;
            }
        }

        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        var problems = new List<string>();
        var leaf = await ResolveAsync(layer, workspace, order, Actor.OfThisProcess, problems, cancellationToken);
        if (leaf is null)
            return UsageProblems.Print(app.Terminal, problems, Path);
        var sealedAt = await SealAsync(layer, workspace, leaf, cancellationToken);
        await ShowAsync(app, layer, workspace, order.Window, sealedAt, form, cancellationToken);
        return ExitCode.Done;
    }

    // What was typed is judged by what the server shows, and it refuses when somebody stated something meanwhile.
    private static async Task<int> RunAsync(LayerApp app, RemoteServer server, ScopeOrder order, OutputForm form, CancellationToken cancellationToken)
    {
        var here = $"/v1/audits/{order.Window}";
        var scope = await ReadAsync();
        if (!order.States)
        {
            if (scope.Connected.Count == 0 && (await Connections.ListedConnection.ListAsync(server, cancellationToken)).Count == 0)
                return SyncCommand.NothingConnected(app, form, ExitCode.Error);
            new ScopeView(app.Terminal, scope).Write(sealedAt: null, form);
            return ExitCode.Done;
        }

        var problems = new List<string>();
        if (order.Resolve(scope.Rows, scope.Connected, actor: "", problems) is not { } leaf)
            return UsageProblems.Print(app.Terminal, problems, Path);
        var body = new JsonObject
        {
            ["by"] = order.By,
            ["in"] = new JsonArray([.. leaf.Included.Select(id => (JsonNode)id.ToString())]),
            ["out"] = new JsonArray([.. leaf.Excluded.Select(excluded => (JsonNode)$"{excluded.Subscription}={excluded.Reason}")]),
        };
        var answer = await server.SendAsync(HttpMethod.Post, $"{here}/scope", body, scope.ETag, cancellationToken);
        var sealedAt = server.Read(() => answer.Body.GetProperty("statement").GetProperty("leaf").GetInt64());
        new ScopeView(app.Terminal, await ReadAsync()).Write(sealedAt, form);
        return ExitCode.Done;

        async Task<StatedScope> ReadAsync()
        {
            var list = await server.ListAsync(here, "subscriptions of a window", cancellationToken);
            return server.Read(() => StatedScope.Read(order.Window, list.Beside, list.Rows));
        }
    }

    /// <summary>What is to be sealed; null when there are problems.</summary>
    public static async Task<ScopeLeaf?> ResolveAsync(
        Installation layer, Workspace workspace, ScopeOrder order, string actor, List<string> problems, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(layer.Database, workspace, cancellationToken);
        var rows = SubscriptionTable.Of(whole.Log, order.Window, whole.Size, whole.SourceOf(order.Window)).Rows;
        return order.Resolve(rows, whole.ConnectedIn(order.Window), actor, problems);
    }

    private static async Task ShowAsync(
        LayerApp app, Installation layer, Workspace workspace, AuditWindow window, long? sealedAt, OutputForm form, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(layer.Database, workspace, cancellationToken);
        new ScopeView(app.Terminal, StatedScope.Of(whole, window)).Write(sealedAt, form);
    }

    /// <summary>Seals a statement and signs it; <paramref name="unchanged"/> is given, under the log's lock, what it would replace, and throws when that was not what was read.</summary>
    /// <returns>Index of its leaf.</returns>
    public static async Task<long> SealAsync(Installation layer, Workspace workspace, ScopeLeaf leaf, CancellationToken cancellationToken, Action<StatedScope>? unchanged = null)
    {
        var sealedAt = 0L;
        await layer.Ledger.AppendAsync(workspace.Id, async (log, _) =>
        {
            if (unchanged is not null)
            {
                await using var whole = await WholeLog.OpenAsync(layer.Database, workspace, cancellationToken);
                unchanged(StatedScope.Of(whole, leaf.Window));
            }

            sealedAt = log.Add(leaf).Index;
        }, cancellationToken);
        await layer.Ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
        return sealedAt;
    }
}
