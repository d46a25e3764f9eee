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
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return Syncing.SyncCommand.NothingConnected(app, form, ExitCode.Error);
            await using var opened = layer;
            var changes = await ReadAsync(layer.InventoryOf(workspace), parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), app.Terminal, cancellationToken);
            Write(app.Terminal, form, changes.Changes, changes.Names);
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
    public static string Describe(Change change, KnownNames names)
    {
        if (change.Subject.Type != ObservationType.RoleAssignment)
            return change.Role ?? change.Subject.Text(change.Subject.Type == ObservationType.Subscription ? "displayName" : "name");
        var row = new AssignmentRow(change.Subject, change.Role, change.Privileged, names.Find(change.Subject));
        return $"{row.Role} for {row.Who} on {row.ShortScope}";
    }

    public static string KindOf(Change change) => change.Subject.Type switch
    {
        ObservationType.RoleAssignment => "assignment", ObservationType.RoleDefinition => "role", ObservationType.ResourceGroup => "group", _ => "subscription",
    };

    private static async Task<(IReadOnlyList<Change> Changes, KnownNames Names, bool IsWhole)> ReadAsync(
        InventoryReader inventory, DateOnly from, DateOnly to, Terminal terminal, CancellationToken cancellationToken)
    {
        var before = (await inventory.ReadingsAsync(from, cancellationToken)).ToDictionary(r => r.Connection);
        var changes = new List<Change>();
        var isWhole = true;
        foreach (var after in await inventory.ReadingsAsync(to, cancellationToken))
        {
            if (!before.TryGetValue(after.Connection, out var was))
            {
                terminal.Say($"{after.Name}: nothing was read on or before {from:yyyy-MM-dd}, so nothing can be compared.");
                isWhole = false;
                continue;
            }

            foreach (var (reading, day) in new[] { (was, from), (after, to) })
            {
                if (reading.Day != day)
                    terminal.Say($"{reading.Name}: there is no complete reading of {day:yyyy-MM-dd}; compared is that of {reading.Day:yyyy-MM-dd}.");
            }

            changes.AddRange(await Change.BetweenAsync(inventory, was, after, cancellationToken));
        }

        return (changes, await inventory.NamesAsync(cancellationToken), isWhole);
    }

    private static void Write(Terminal terminal, OutputForm form, IReadOnlyList<Change> changes, KnownNames names) => new Listing<Change>(
        [
            new("", "change", c => form == OutputForm.Csv ? c.Kind.ToString().ToLowerInvariant() : c.Kind switch { ChangeKind.Added => "+", ChangeKind.Removed => "−", _ => "~" })
            {
                Tone = c => c.Kind switch { ChangeKind.Added => Tone.Good, ChangeKind.Removed => Tone.Bad, _ => Tone.Caution },
            },
            new("KIND", "kind", KindOf) { Tone = _ => Tone.Quiet },
            new("WHAT", "what", c => Describe(c, names)) { Shrinks = true, Tone = c => c.Privileged ? Tone.Strong : Tone.Plain },
            new("", "privileged", c => c.Privileged ? "privileged" : "") { Tone = _ => Tone.Caution },
            new("CONNECTION", "connection", c => c.Subject.Reading.Name) { Shrinks = true, Tone = _ => Tone.Quiet },
            new("ID", "id", c => c.Subject.Id) { CsvOnly = true },
        ],
        (json, change) => WriteJson(json, change)).Write(terminal, form, changes);

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
