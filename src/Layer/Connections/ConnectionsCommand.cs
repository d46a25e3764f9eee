using System.CommandLine;
using Layer.Cli;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary><c>layer connections</c>: what is connected and how it is; below it, what can be done with a connection.</summary>
internal static class ConnectionsCommand
{
    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("connections", "List connections and how they are; pause, resume, rename or end one.") { output };
        foreach (var verb in ConnectionChangeCommands.Create(app))
            command.Subcommands.Add(verb);
        command.Subcommands.Add(Fleet.ImportCommand.Create(app));
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(app, parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, OutputForm form, CancellationToken cancellationToken)
    {
        if (await ListAsync(app, cancellationToken) is not { } connections)
            return SyncCommand.NothingConnected(app, form);
        var anyPaused = connections.Any(c => c.State == ConnectionState.Paused);
        new Listing<ListedConnection>(
            [
                new("NAME", "name", c => c.Name) { Shrinks = true, Tone = _ => Tone.Strong },
                new("SUBSCRIPTION", "subscription", c => c.SubscriptionId.ToString()) { Shrinks = true },
                new("STATE", "state", c => KebabCaseText.Of(c.State)) { Tone = c => c.State == ConnectionState.Connected ? Tone.Good : c.State == ConnectionState.Failing ? Tone.Bad : Tone.Quiet },
                new("LAST READ (UTC)", "lastRead", c => c.LastRead is { } at ? $"{at:yyyy-MM-dd HH:mm}" : "never"),
                new("FAILURE", "code", c => c.Code ?? "") { Tone = _ => Tone.Bad },
                new("CREDENTIAL", "credential", c => c.Credential) { Shrinks = true },
                new("PAUSED BY", "pausedBy", c => c.PausedBy ?? "") { Shrinks = true, CsvOnly = !anyPaused },
                new("BECAUSE", "pausedBecause", c => c.PausedBecause ?? "") { Shrinks = true, CsvOnly = !anyPaused },
            ],
            (json, c) => c.WriteTo(json)).Write(app.Terminal, form, connections);
        return connections.Count == 0 && form == OutputForm.Table ? SyncCommand.NothingConnected(app, form) : ExitCode.Done;
    }

    // Null: there is no installation here yet.
    private static async Task<IReadOnlyList<ListedConnection>?> ListAsync(LayerApp app, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await ListedConnection.ListAsync(server, cancellationToken);
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return null;
        await using var opened = layer;
        return await ListedConnection.ListAsync(layer, workspace, cancellationToken);
    }
}
