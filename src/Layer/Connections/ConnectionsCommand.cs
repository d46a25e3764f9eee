using System.CommandLine;
using System.Text.Json;
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
        command.SetAction((parsed, cancellationToken) => RunAsync(app, parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return SyncCommand.NothingConnected(app, form);
        await using var opened = layer;
        var connections = await layer.Connections.ListAsync(workspace.Id, cancellationToken);
        var credentials = (await layer.Credentials.ListAsync(workspace.Id, cancellationToken)).ToDictionary(c => c.Id);
        var readings = (await layer.InventoryOf(workspace).ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(r => r.Connection, r => r.ObservedAt);
        var anyPaused = connections.Exists(c => c.State == ConnectionState.Paused);
        new Listing<Connection>(
            [
                new("NAME", "name", c => c.Name) { Shrinks = true, Tone = _ => Tone.Strong },
                new("SUBSCRIPTION", "subscription", c => c.SubscriptionId.ToString()) { Shrinks = true },
                new("STATE", "state", c => KebabCaseText.Of(c.State)) { Tone = c => c.State == ConnectionState.Connected ? Tone.Good : c.State == ConnectionState.Failing ? Tone.Bad : Tone.Quiet },
                new("LAST READ (UTC)", "lastRead", c => readings.TryGetValue(c.Id, out var at) ? $"{at:yyyy-MM-dd HH:mm}" : "never"),
                new("FAILURE", "code", c => c.StateCode ?? "") { Tone = _ => Tone.Bad },
                new("CREDENTIAL", "credential", c => credentials[c.Credential].Name) { Shrinks = true },
                new("PAUSED BY", "pausedBy", c => c.PausedBy ?? "") { Shrinks = true, CsvOnly = !anyPaused },
                new("BECAUSE", "pausedBecause", c => c.PausedBecause ?? "") { Shrinks = true, CsvOnly = !anyPaused },
            ],
            (json, c) => WriteJson(json, c, credentials[c.Credential], readings.TryGetValue(c.Id, out var at) ? at : null)).Write(app.Terminal, form, connections);
        return connections.Count == 0 && form == OutputForm.Table ? SyncCommand.NothingConnected(app, form) : ExitCode.Done;
    }

    /// <summary>A connection as JSON; <paramref name="lastRead"/> is null when it was never read to its end.</summary>
    public static void WriteJson(Utf8JsonWriter json, Connection connection, Credential credential, DateTimeOffset? lastRead)
    {
        json.WriteStartObject();
        json.WriteString("name", connection.Name);
        json.WriteString("id", connection.Id);
        json.WriteString("subscriptionId", connection.SubscriptionId);
        json.WriteString("tenantId", connection.TenantId);
        json.WriteString("cloud", connection.Cloud);
        json.WriteString("state", KebabCaseText.Of(connection.State));
        json.WriteString("code", connection.StateCode);
        json.WriteString("lastRead", lastRead is { } at ? $"{at:yyyy-MM-ddTHH:mm:ss.fffZ}" : null);
        json.WriteString("credential", credential.Name);
        json.WriteString("pausedBy", connection.PausedBy);
        json.WriteString("pausedBecause", connection.PausedBecause);
        json.WriteEndObject();
    }
}
