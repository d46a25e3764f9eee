using System.CommandLine;
using Layer.Cli;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary><c>layer connections pause|resume|rename|disconnect|gone</c>: each change is a row and a leaf, and is signed at once.</summary>
internal static class ConnectionChangeCommands
{
    public static IEnumerable<Command> Create(LayerApp app) => [Pause(app), Resume(app), Rename(app), Disconnect(app), Gone(app)];

    private static Argument<string> Name() => new("NAME") { Description = "the connection, as 'layer connections' names it" };

    private static Command Pause(LayerApp app)
    {
        var (name, reason) = (Name(), Statement.ReasonOption("why, in a person's words; it is sealed"));
        var command = new Command("pause", "Stop reading a connection for a while: its days are not covered.") { name, reason };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            app, parsed.GetRequiredValue(name),
            (layer, connection) => layer.Connections.PauseAsync(connection, Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken),
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
            connection => $"{connection.Name} was ended: by the word of {parsed.GetRequiredValue(by)} Azure no longer has subscription {connection.SubscriptionId}. Nothing is expected from today on.",
            cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(
        LayerApp app, string name, Func<Installation, Connection, Task<Connection>> change, Func<Connection, string> told, CancellationToken cancellationToken,
        Func<Connection, bool>? confirmed = null)
    {
        if (await app.FindWritableAsync(cancellationToken) is not var (layer, workspace))
            return SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
        await using var opened = layer;
        var connection = await layer.Connections.GetAsync(workspace.Id, name, cancellationToken);
        if (confirmed is not null && !confirmed(connection))
            return ExitCode.Error;
        var changed = await change(layer, connection);
        // Told before it is signed: the change is stored whether or not the log may be signed.
        app.Terminal.Say(SafeText.ForTerminal(told(changed)));
        await layer.Ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
        return ExitCode.Done;
    }
}
