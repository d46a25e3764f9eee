using System.CommandLine;
using System.Text.Json.Nodes;
using Layer.Cli;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary><c>layer connections pause|resume|rename|disconnect|gone</c>: each change is a row and a leaf, and is signed at once.</summary>
internal static class ConnectionChangeCommands
{
    public static IEnumerable<Command> Create(LayerApp app) => ((Command[])[Pause(app), Resume(app), Rename(app), Disconnect(app), Gone(app)]).Select(app.AlsoOverServer);

    private static Argument<string> Name() => new("NAME") { Description = "the connection, as 'layer connections' names it" };

    private static Command Pause(LayerApp app)
    {
        var (name, reason) = (Name(), Statement.ReasonOption("why, in a person's words; it is sealed"));
        var command = new Command("pause", "Stop reading a connection for a while: its days are not covered.") { name, reason };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.PauseAsync(connection, Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken),
            (HttpMethod.Patch, new JsonObject { ["paused"] = true, ["reason"] = parsed.GetRequiredValue(reason) }),
            connection => $"{connection.Name} is paused. Its days are not covered until: layer connections resume {connection.Name}", cancellationToken));
        return command;
    }

    private static Command Resume(LayerApp app)
    {
        var name = Name();
        var command = new Command("resume", "Read a paused connection again.") { name };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.ResumeAsync(connection, Actor.OfThisProcess, cancellationToken),
            (HttpMethod.Patch, new JsonObject { ["paused"] = false }),
            connection => $"{connection.Name} is read again from its next sync on: layer sync {connection.Name}", cancellationToken));
        return command;
    }

    private static Command Rename(LayerApp app)
    {
        var name = Name();
        var next = new Argument<string>("NEW") { Description = "its new name", CustomParser = TextOptions.Line };
        var command = new Command("rename", "Give a connection another name.") { name, next };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is { } now && now == result.GetValue(next))
                result.AddError($"NEW: '{now}' is its name already. Give another one.");
        });
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.RenameAsync(connection, parsed.GetRequiredValue(next), Actor.OfThisProcess, cancellationToken),
            (HttpMethod.Patch, new JsonObject { ["name"] = parsed.GetRequiredValue(next) }),
            connection => $"{parsed.GetRequiredValue(name)} is called {connection.Name} from now on.", cancellationToken));
        return command;
    }

    private static Command Disconnect(LayerApp app)
    {
        var (name, reason) = (Name(), Statement.ReasonOption("why, in a person's words; it is sealed"));
        var command = new Command("disconnect", "End a connection for good. Its evidence stays.") { name, reason };
        var yes = Confirmation.AddTo(command, app);
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.DisconnectAsync(connection, Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken),
            (HttpMethod.Delete, new JsonObject { ["reason"] = parsed.GetRequiredValue(reason) }),
            connection => $"{connection.Name} was ended. Its evidence stays and can be verified; days without a reading go on being gaps.", cancellationToken,
            connection => Confirmation.Given(
                app.Terminal, parsed.GetValue(yes), $"{connection.Name} ({connection.SubscriptionId}) would be ended for good and never read again. Its evidence stays. Go on?")));
        return command;
    }

    private static Command Gone(LayerApp app)
    {
        var (name, by, reason) = (Name(), Statement.ByOption(), Statement.ReasonOption("how the person knows; it is sealed with the name"));
        var command = new Command("gone", "State that Azure no longer has the subscription: nothing is expected of it any more.") { name, by, reason };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.EndGoneAsync(
                connection, Actor.OfThisProcess, new Statement(parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason)).ToString(), cancellationToken),
            (HttpMethod.Delete, new JsonObject { ["reason"] = parsed.GetRequiredValue(reason), ["goneBy"] = parsed.GetRequiredValue(by) }),
            connection => $"{connection.Name} was ended: by the word of {parsed.GetRequiredValue(by)} Azure no longer has subscription {connection.SubscriptionId}. Nothing is expected from today on.",
            cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(
        LayerApp app, string name, Func<Installation, Connection, Task<Connection>> change, (HttpMethod Method, JsonObject Body) overServer, Func<Subject, string> told, CancellationToken cancellationToken,
        Func<Subject, bool>? confirmed = null)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
        {
            var listed = await ListedConnection.GetAsync(server, name, cancellationToken);
            if (confirmed is not null && !confirmed(new Subject(listed.Name, listed.SubscriptionId)))
                return ExitCode.Error;
            var read = await server.SendAsync(HttpMethod.Get, listed.Address, body: null, etag: null, cancellationToken);
            var answer = await server.SendAsync(overServer.Method, listed.Address, overServer.Body, read.ETag, cancellationToken);
            var after = server.Read(() => ListedConnection.Read(answer.Body));
            app.Terminal.Say(SafeText.ForTerminal(told(new Subject(after.Name, after.SubscriptionId))));
            return ExitCode.Done;
        }

        if (await app.FindWritableAsync(cancellationToken) is not var (layer, workspace))
            return SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
        await using var opened = layer;
        var connection = await layer.Connections.GetAsync(workspace.Id, name, cancellationToken);
        if (confirmed is not null && !confirmed(new Subject(connection.Name, connection.SubscriptionId)))
            return ExitCode.Error;
        var changed = await change(layer, connection);
        // Told before it is signed: the change is stored whether or not the log may be signed.
        app.Terminal.Say(SafeText.ForTerminal(told(new Subject(changed.Name, changed.SubscriptionId))));
        await layer.Ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
        return ExitCode.Done;
    }

    private sealed record Subject(string Name, Guid SubscriptionId);
}
