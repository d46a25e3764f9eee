using System.CommandLine;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Observations;

namespace Layer.Inventory;

/// <summary><c>layer diff DAY DAY</c>: what changed between two days.</summary>
internal static class DiffCommand
{
    public static Command Create(LayerApp app)
    {
        var from = Day(app, "FROM", "the earlier UTC day");
        var to = Day(app, "TO", "the later UTC day");
        var exitCode = new Option<bool>("--exit-code") { Description = "end with 2 when there were changes" };
        var output = OutputOption.Create();
        var command = new Command("diff", "Show what changed between two days.") { from, to, exitCode, output };
        command.Validators.Add(result =>
        {
            // The values themselves throw here when they are no days; that has its own sentence.
            if (Typed(result, from) is { } first && Typed(result, to) is { } last && last < first)
                result.AddError("TO is before FROM. Write the earlier day first.");
        });
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await ReadAsync(app, parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), cancellationToken) is not { } changes)
                return Syncing.SyncCommand.NothingConnected(app, form, ExitCode.Error);
            SayCompared(app.Terminal, changes);
            Write(app.Terminal, form, changes.Changes);
            if (form == OutputForm.Table && (changes.IsWhole || changes.Changes.Count > 0))
                app.Terminal.Say(app.Terminal.ErrorInk.Quiet(changes.Changes.Count == 0 ? "No changes between these readings." : Words.Count(changes.Changes.Count, "change")));
            if (changes.Changes.Count > 0 && parsed.GetValue(exitCode))
                return ExitCode.Changes;
            // What could not be compared is not unchanged.
            return changes.IsWhole ? ExitCode.Done : ExitCode.Error;
        });
        return command;

        DateOnly? Typed(System.CommandLine.Parsing.CommandResult result, Argument<DateOnly> day) =>
            result.GetResult(day) is { Tokens: [var token] } && TextOptions.TryParseDay(token.Value, app.Clock, out var typed) ? typed : null;
    }

    /// <summary>One line that says what the change is about.</summary>
    public static string Describe(Change change, KnownNames names) => Describe(change, change.NameIn(names));

    private static string Describe(Change change, PrincipalName? name)
    {
        if (change.Subject.Type != ObservationType.RoleAssignment)
            return change.Role ?? change.Subject.Text(change.Subject.Type == ObservationType.Subscription ? "displayName" : "name");
        var row = new AssignmentRow(change.Subject, change.Role, change.Privileged, name);
        return $"{row.Role} for {row.Who} on {row.ShortScope}";
    }

    public static string KindOf(Change change) => change.Subject.Type switch
    {
        ObservationType.RoleAssignment => "assignment", ObservationType.RoleDefinition => "role", ObservationType.ResourceGroup => "group", _ => "subscription",
    };

    // Null: there is no installation here yet.
    private static async Task<Difference?> ReadAsync(LayerApp app, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await Difference.ReadAsync(server, from, to, cancellationToken);
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return null;
        await using var opened = layer;
        return await Difference.ReadAsync(layer.InventoryOf(workspace), await layer.Connections.ListAsync(workspace.Id, cancellationToken), from, to, _ => true, cancellationToken);
    }

    private static void SayCompared(Terminal terminal, Difference difference)
    {
        foreach (var name in difference.NotRead)
            terminal.Say($"{name}: nothing was read on or before {difference.To:yyyy-MM-dd}, so nothing can be compared.");
        if (difference.Compared.Count + difference.NotRead.Count == 0)
            terminal.Say($"Nothing was connected on or before {difference.To:yyyy-MM-dd}, so nothing can be compared.");
        foreach (var (before, after) in difference.Compared)
        {
            if (before is null)
            {
                terminal.Say($"{after.Name}: nothing was read on or before {difference.From:yyyy-MM-dd}, so nothing can be compared.");
                continue;
            }

            foreach (var (reading, day) in new[] { (before, difference.From), (after, difference.To) })
            {
                if (reading.Day != day)
                    terminal.Say($"{reading.Name}: there is no complete reading of {day:yyyy-MM-dd}; compared is that of {reading.Day:yyyy-MM-dd}.");
            }
        }
    }

    private static void Write(Terminal terminal, OutputForm form, IReadOnlyList<(Change Change, PrincipalName? Name)> changes) => new Listing<(Change Change, PrincipalName? Name)>(
        [
            new("", "change", c => form == OutputForm.Csv ? c.Change.Kind.ToString().ToLowerInvariant() : c.Change.Kind switch { ChangeKind.Added => "+", ChangeKind.Removed => "−", _ => "~" })
            {
                Tone = c => c.Change.Kind switch { ChangeKind.Added => Tone.Good, ChangeKind.Removed => Tone.Bad, _ => Tone.Caution },
            },
            new("KIND", "kind", c => KindOf(c.Change)) { Tone = _ => Tone.Quiet },
            new("WHAT", "what", c => Describe(c.Change, c.Name)) { Shrinks = true, Tone = c => c.Change.Privileged ? Tone.Strong : Tone.Plain },
            new("", "privileged", c => c.Change.Privileged ? "privileged" : "") { Tone = _ => Tone.Caution },
            new("CONNECTION", "connection", c => c.Change.Subject.Reading.Name) { Shrinks = true, Tone = _ => Tone.Quiet },
            new("ID", "id", c => c.Change.Subject.Id) { CsvOnly = true },
        ],
        WriteNamed).Write(terminal, form, changes);

    /// <summary>A change as JSON, with what the principal of a role assignment is called.</summary>
    public static void WriteNamed(Utf8JsonWriter json, (Change Change, PrincipalName? Name) named) => WriteJson(json, named.Change, more =>
    {
        if (named.Change.Subject.Type != ObservationType.RoleAssignment)
            return;
        more.WriteString("principalName", named.Name?.Name);
        more.WriteString("principalNameState", AssignmentRow.StateOf(named.Name));
    });

    /// <summary>A change as JSON, with what it was before and is after; null: it was not there.</summary>
    public static void WriteJson(Utf8JsonWriter json, Change change, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteString("connection", change.Subject.Reading.Name);
        json.WriteString("type", change.Subject.Type);
        json.WriteString("change", change.Kind.ToString().ToLowerInvariant());
        json.WriteString("id", change.Subject.Id);
        json.WriteString("role", change.Role);
        json.WriteBoolean("privileged", change.Privileged);
        foreach (var (name, side) in new[] { ("before", change.Before), ("after", change.After) })
        {
            json.WritePropertyName(name);
            if (side is null)
                json.WriteNullValue();
            else
                side.Facts.WriteTo(json);
        }

        more?.Invoke(json);
        json.WriteEndObject();
    }

    private static Argument<DateOnly> Day(LayerApp app, string name, string description) =>
        new(name) { Description = $"{description}, e.g. 2026-11-23", CustomParser = result => TextOptions.Day(result, app.Clock) };
}
