using System.CommandLine;
using System.Text.Json;
using Layer.Cli;
using Layer.Connections.Web;
using Layer.Operations;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Connections.Fleet;

/// <summary><c>layer fleet</c>: how all connections are, grouped by cause: a hundred with one expired secret are one line and one remedy.</summary>
internal static class FleetCommand
{
    // Enough to recognise them; all stand in the JSON.
    private const int Named = 3;

    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("fleet", "How all connections are, grouped by cause, each with its remedy.") { output };
        command.SetAction((parsed, cancellationToken) => RunAsync(app, parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return SyncCommand.NothingConnected(app, form);
        await using var opened = layer;
        var credentials = (await layer.Credentials.ListAsync(workspace.Id, cancellationToken)).ToDictionary(credential => credential.Id);
        var readings = (await layer.InventoryOf(workspace).ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(reading => reading.Connection, reading => reading.ObservedAt);
        var causes = Cause.Of(await layer.Connections.ListAsync(workspace.Id, cancellationToken), credentials);
        new Listing<Cause>(
            [
                new("CAUSE", "cause", cause => cause.Name) { Tone = cause => cause.IsFailure ? Tone.Bad : cause.State == ConnectionState.Connected ? Tone.Good : Tone.Quiet },
                new("CONNECTIONS", "connections", cause => $"{cause.Connections.Count}") { Right = true },
                new("APP REGISTRATION", "credential", cause => cause.Credential.Name) { Shrinks = true },
                new("SINCE (UTC)", "since", cause => $"{cause.Since:yyyy-MM-dd HH:mm}"),
                new("LAST READ (UTC)", "lastRead", cause => cause.LastRead(readings) is { } at ? $"{at:yyyy-MM-dd HH:mm}" : "never"),
                new("WHICH", "names", cause => NamesOf(cause)) { Shrinks = true },
            ],
            (json, cause) => WriteJson(json, cause, readings)).Write(app.Terminal, form, causes);
        if (causes.Count == 0 && form == OutputForm.Table)
            return SyncCommand.NothingConnected(app, form);
        return ExitCode.WorstOf([.. causes.Select(cause => cause.Failure).OfType<Evidence.Collecting.Failure>().Select(failure => form == OutputForm.Table
            ? FailureReport.Print(app, failure, connecting: false, form, NamesOf(causes.First(cause => cause.Failure == failure)))
            : ExitCode.Of(ErrorCatalog.Get(failure.Code).Kind))]);
    }

    private static string NamesOf(Cause cause)
    {
        var names = string.Join(", ", cause.Connections.Take(Named).Select(connection => connection.Name));
        return cause.Connections.Count > Named ? $"{names} and {cause.Connections.Count - Named} more" : names;
    }

    private static void WriteJson(Utf8JsonWriter json, Cause cause, Dictionary<Guid, DateTimeOffset> readings)
    {
        json.WriteStartObject();
        json.WriteString("state", KebabCaseText.Of(cause.State));
        json.WriteString("code", cause.Code);
        json.WriteString("credential", cause.Credential.Name);
        json.WriteString("since", $"{cause.Since:yyyy-MM-ddTHH:mm:ss.fffZ}");
        json.WriteString("lastRead", cause.LastRead(readings) is { } at ? $"{at:yyyy-MM-ddTHH:mm:ss.fffZ}" : null);
        json.WriteStartArray("connections");
        foreach (var connection in cause.Connections)
            json.WriteStringValue(connection.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>Connections that are in one state for one reason under one app registration.</summary>
/// <param name="State">The state.</param>
/// <param name="Code">Code in the error catalog; null when nothing failed.</param>
/// <param name="Credential">The app registration: what mends one connection of it mends all.</param>
/// <param name="Connections">In order of name; at least one.</param>
internal sealed record Cause(ConnectionState State, string? Code, Credential Credential, IReadOnlyList<Connection> Connections)
{
    public string Name => Code ?? KebabCaseText.Of(State);

    public bool IsFailure => State == ConnectionState.Failing || (State == ConnectionState.Waiting && Code is not null);

    /// <summary>Since when the first of them is in it, UTC.</summary>
    public DateTimeOffset Since => Connections.Min(connection => connection.Since);

    /// <summary>As a card tells it, about the first of them; null when nothing failed.</summary>
    public Evidence.Collecting.Failure? Failure { get; } = ConnectionViews.FailureOf(Connections[0], Credential);

    /// <summary>The oldest of their newest complete readings; null when one was never read.</summary>
    public DateTimeOffset? LastRead(IReadOnlyDictionary<Guid, DateTimeOffset> readings) =>
        Connections.All(connection => readings.ContainsKey(connection.Id)) ? Connections.Min(connection => readings[connection.Id]) : null;

    /// <summary>Groups connections: failures first, the larger groups first. What was ended is left out.</summary>
    public static IReadOnlyList<Cause> Of(IEnumerable<Connection> connections, IReadOnlyDictionary<Guid, Credential> credentials) =>
    [
        .. connections.Where(connection => connection.State != ConnectionState.Disconnected)
            .GroupBy(connection => (connection.State, connection.StateCode, connection.Credential))
            .Select(group => new Cause(group.Key.State, group.Key.StateCode, credentials[group.Key.Credential], [.. group.OrderBy(connection => connection.Name, StringComparer.Ordinal)]))
            .OrderByDescending(cause => cause.IsFailure).ThenByDescending(cause => cause.Connections.Count).ThenBy(cause => cause.Name, StringComparer.Ordinal),
    ];
}
