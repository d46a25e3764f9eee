using System.CommandLine;
using Layer.Azure;
using Layer.Cli;
using Layer.Evidence.Collecting;
using Layer.Remote;

namespace Layer.Connections;

/// <summary><c>layer check [NAME]</c>: tries everything a sync needs and seals nothing.</summary>
internal static class CheckCommand
{
    public static Command Create(LayerApp app)
    {
        var names = new Argument<string[]>("NAME") { Description = "connections to check; without one all of them, or AZURE_* and ARM_* when there are none", Arity = ArgumentArity.ZeroOrMore };
        var output = OutputOption.Create();
        var command = new Command("check", "Try every step a sync needs, without recording anything.") { names, output };
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(app, parsed.GetValue(names) ?? [], parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, string[] names, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await RunAsync(app, server, names, form, cancellationToken);
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        var workspace = await layer.FindWorkspaceAsync(cancellationToken);
        if (workspace is { Sample: true })
            return Syncing.SyncCommand.RefuseSample(app);
        var connections = new List<Connection>();
        if (workspace is not null && names.Length == 0)
            connections.AddRange((await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(c => c.State != ConnectionState.Disconnected));
        foreach (var name in names)
            connections.Add(await layer.Connections.GetAsync(workspace?.Id ?? Guid.Empty, name, cancellationToken));
        var report = new Report(app, form);
        if (connections.Count == 0)
            return await CheckEnvironmentAsync(app, layer, report, cancellationToken);

        foreach (var connection in connections)
        {
            var stored = await layer.Credentials.GetAsync(connection.Credential, cancellationToken);
            using var credential = layer.Credentials.Open(stored);
            var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
            var found = await report.RunAsync(connection.Name, connection.SubscriptionId, told => layer.Check.RunAsync(target, credential.Azure, told, cancellationToken), outcome => outcome.Failure);
            await layer.Credentials.KeepAsync(stored, found.Secret, cancellationToken);
        }

        return report.End(connecting: false);
    }

    private static async Task<int> RunAsync(LayerApp app, RemoteServer server, string[] names, OutputForm form, CancellationToken cancellationToken)
    {
        var all = await ListedConnection.ListAsync(server, cancellationToken);
        ListedConnection[] connections = names.Length == 0 ? [.. all.Where(c => c.State != ConnectionState.Disconnected)] : [.. names.Select(name => ListedConnection.Choose(all, name))];
        if (connections.Length == 0)
            return Syncing.SyncCommand.NothingConnected(app, form, ExitCode.Error);
        var report = new Report(app, form);
        foreach (var connection in connections)
        {
            var tried = 0;
            await report.RunAsync(connection.Name, connection.SubscriptionId, told => server.RunAsync($"{connection.Address}/check", body: null, happened =>
            {
                if (happened.Text("type") != "checked")
                    return;
                told(CheckStepJson.Read(happened));
                tried++;
            }, cancellationToken), server.FailureOf);
            // A check without a step is not one that passed.
            if (tried == 0)
                throw server.NotUnderstood("it checked nothing");
        }

        return report.End(connecting: false);
    }

    private static async Task<int> CheckEnvironmentAsync(LayerApp app, Installation layer, Report report, CancellationToken cancellationToken)
    {
        var input = ConnectInput.Resolve(InputSource.OfEnvironment(app.Terminal.Environment), ask: false);
        if (input.Request is not { } request)
            return ConnectCommand.PrintProblems(app.Terminal, input);
        var tenant = request.TenantId ?? await layer.Connector.FindTenantAsync(request.Cloud, request.SubscriptionId, cancellationToken);
        using var credential = OpenCredential.Of(request.ClientId, request.SignIn);
        var target = new AzureTarget(request.Cloud, request.SubscriptionId, tenant);
        await report.RunAsync("environment", request.SubscriptionId, told => layer.Check.RunAsync(target, credential.Azure, told, cancellationToken), outcome => outcome.Failure);
        return report.End(connecting: true);
    }

    private sealed class Report(LayerApp app, OutputForm form)
    {
        private readonly List<(string Connection, CheckStep Step)> _steps = [];
        private readonly List<Failure> _failures = [];

        public async Task<T> RunAsync<T>(string name, Guid subscription, Func<Action<CheckStep>, Task<T>> check, Func<T, Failure?> failureOf)
        {
            var ladder = new CheckLadder(app.Terminal.Out, app.Terminal.OutInk, app.Terminal.Width);
            if (form == OutputForm.Table)
                app.Terminal.Out.WriteLine($"{app.Terminal.OutInk.Strong(SafeText.ForTerminal(name))}  {app.Terminal.OutInk.Quiet(subscription.ToString())}");
            var found = await check(Told);
            if (failureOf(found) is { } failure)
                _failures.Add(failure);
            return found;

            void Told(CheckStep step)
            {
                _steps.Add((name, step));
                if (form != OutputForm.Table)
                    return;
                ladder.Write(step);
                ladder.WriteFacts(step);
                app.Terminal.Out.Flush();
            }
        }

        public int End(bool connecting)
        {
            if (form != OutputForm.Table)
                Steps.Write(app.Terminal, form, _steps);
            return ExitCode.WorstOf([.. _failures.Select(failure => FailureReport.Print(app, failure, connecting, form))]);
        }

        private static Listing<(string Connection, CheckStep Step)> Steps => new(
            [
                new("CONNECTION", "connection", s => s.Connection), new("STEP", "id", s => s.Step.Id), new("STATUS", "status", s => StatusOf(s.Step)),
                new("MS", "ms", s => $"{s.Step.Milliseconds}"), new("AZURE ACTION", "azureAction", s => s.Step.AzureAction ?? ""),
                new("CODE", "code", s => s.Step.Failure?.Code ?? ""),
            ],
            (json, s) =>
            {
                json.WriteStartObject();
                json.WriteString("connection", s.Connection);
                json.WriteString("id", s.Step.Id);
                json.WriteString("title", s.Step.Title);
                json.WriteString("status", StatusOf(s.Step));
                json.WriteNumber("ms", s.Step.Milliseconds);
                json.WriteString("azureAction", s.Step.AzureAction);
                json.WriteString("lostWithoutIt", s.Step.LostWithoutIt);
                json.WriteString("code", s.Step.Failure?.Code);
                json.WriteEndObject();
            });

        private static string StatusOf(CheckStep step) => step.Result switch
        {
            CheckResult.Pass => "pass", CheckResult.Warn => "warn", CheckResult.Fail => "fail", _ => "skipped",
        };
    }
}
