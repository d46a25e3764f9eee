using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Frameworks;

namespace Layer.Evidence;

/// <summary><c>layer evidence list|show|prove</c>.</summary>
internal static class EvidenceCommand
{
    public static Command Create(LayerApp app) => new("evidence", "Evidence records and what they support.") { List(app), Show(app), ProveCommand.Create(app) };

    public static string StrengthsOf(EvidenceLine line) => string.Join(
        "  ", line.Controls.GroupBy(each => each.Criterion).Select(each => $"{each.Key} {string.Join('+', each.Select(e => Word(e.Strength)))}"));

    public static string Word(Strength strength) => strength.ToString().ToLowerInvariant();

    private static Command List(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("list", "List every record that was sealed.") { output };
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await RecordSource.OpenAsync(app, cancellationToken) is not { } source)
                return Syncing.SyncCommand.NothingConnected(app, form);
            await using var opened = source;
            var lines = await source.ListAsync(cancellationToken);
            new Listing<EvidenceLine>(
                [
                    new("INDEX", "index", line => $"{line.Index}") { Right = true, Tone = _ => Tone.Strong },
                    new("OBSERVED (UTC)", "observedAt", line => form == OutputForm.Csv ? Time(line.ObservedAt) : $"{line.ObservedAt:yyyy-MM-dd HH:mm}"),
                    new("CONNECTION", "connection", line => line.Connection) { Shrinks = true },
                    new("TYPE", "type", line => line.Type) { Shrinks = true },
                    new("COUNT", "count", line => $"{line.Count}") { Right = true },
                    new("SUPPORTS", "controls", StrengthsOf) { Shrinks = true, Tone = _ => Tone.Quiet },
                    new("", "marks", Marks) { Tone = _ => Tone.Caution },
                    new("ID", "id", line => line.Id.ToString()) { CsvOnly = true },
                    new("ROOT", "root", line => line.Root.ToString()) { CsvOnly = true },
                ],
                WriteJson).Write(app.Terminal, form, lines);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(LayerApp app)
    {
        var which = new Argument<string>("RECORD") { Description = "the index or the id, as 'layer evidence list' shows them" };
        var output = OutputOption.Create();
        var command = new Command("show", "Show one record: what it says, what it supports and what it does not show.") { which, output };
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            var text = parsed.GetRequiredValue(which);
            if (await RecordSource.OpenAsync(app, cancellationToken) is not { } source)
                return Syncing.SyncCommand.NothingConnected(app, form);
            await using var opened = source;
            var line = (await source.ListAsync(cancellationToken)).FirstOrDefault(each =>
                (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && each.Index == index) || (text.Length >= 8 && each.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)));
            if (line is null || await source.FindLeafAsync(line.Index, cancellationToken) is not { } leaf)
                return UsageProblems.Print(app.Terminal, [$"There is no evidence record '{text}'. Allowed: an index or an id (at least 8 digits) of 'layer evidence list'."], "layer evidence");
            if (form == OutputForm.Table)
                WriteRecord(app.Terminal, line, leaf);
            else
                Json.Write(app.Terminal.Out, app.Terminal.OutIsTerminal, json => WriteRecord(json, line, leaf));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Marks(EvidenceLine line) => string.Join(
        ' ', new[] { line.Anomalies > 0 ? line.Anomalies == 1 ? "1 anomaly" : $"{line.Anomalies} anomalies" : "", line.Exceptions > 0 ? Words.Count(line.Exceptions, "second thought") : "" }.Where(mark => mark.Length > 0));

    private static string Time(DateTimeOffset time) => $"{time:yyyy-MM-ddTHH:mm:ss.fffZ}";

    /// <summary>A record as JSON, in short.</summary>
    public static void WriteJson(Utf8JsonWriter json, EvidenceLine line)
    {
        json.WriteStartObject();
        WriteLine(json, line);
        json.WriteEndObject();
    }

    private static void WriteLine(Utf8JsonWriter json, EvidenceLine line)
    {
        json.WriteString("id", line.Id.ToString());
        json.WriteNumber("index", line.Index);
        json.WriteString("connection", line.Connection);
        json.WriteString("type", line.Type);
        json.WriteString("observedAt", Time(line.ObservedAt));
        json.WriteNumber("count", line.Count);
        json.WriteString("root", line.Root.ToString());
        json.WriteStartArray("controls");
        foreach (var (criterion, strength) in line.Controls)
        {
            json.WriteStartObject();
            json.WriteString("criterion", criterion);
            json.WriteString("strength", Word(strength));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("anomalies", line.Anomalies);
        json.WriteNumber("exceptions", line.Exceptions);
    }

    /// <summary>A record as JSON, with its whole leaf.</summary>
    public static void WriteRecord(Utf8JsonWriter json, EvidenceLine line, JsonElement leaf)
    {
        json.WriteStartObject();
        WriteLine(json, line);
        json.WritePropertyName("leaf");
        leaf.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteRecord(Terminal terminal, EvidenceLine line, JsonElement leaf)
    {
        var (output, ink) = (terminal.Out, terminal.OutInk);
        var body = leaf.GetProperty("body");
        output.WriteLine(ink.Strong(EvidenceSentence.Of(line.Type)));
        output.WriteLine();
        Row("Connection", line.Connection);
        Row("Subscription", body.GetProperty("subscription").GetString() ?? "");
        Row("Observed", $"{Time(line.ObservedAt)}, by Azure's clock");
        Row("Recorded", leaf.GetProperty("at").GetString() ?? "");
        Row("Population", $"{line.Count} of {body.GetProperty("population").GetProperty("type").GetString()}");
        Row("Root", line.Root.ToString());
        Row("Log entry", $"{line.Index} of {leaf.GetProperty("log").GetString()}");
        Row("Id", line.Id.ToString());
        if (line.Exceptions > 0)
            Row("Marked", $"{Words.Count(line.Exceptions, "second thought")} sealed after it");
        output.WriteLine();
        output.WriteLine(ink.Strong($"Supports ({body.GetProperty("mapping").GetString()})"));
        foreach (var entry in Mapping.Get(body.GetProperty("mapping").GetString() ?? "").Of(line.Type))
        {
            output.WriteLine($"  {entry.Criterion}  {ink.Paint(Word(entry.Strength).PadRight(10), entry.Strength == Strength.Direct ? Tone.Good : Tone.Quiet)}  {entry.PointOfFocus}");
            foreach (var text in Wrapping.Lines($"Does not show: {entry.DoesNotShow}", Math.Min(terminal.Width, 100) - 21))
                output.WriteLine(new string(' ', 19) + ink.Quiet(text));
        }

        output.WriteLine();
        output.WriteLine(ink.Strong("What it cannot show"));
        foreach (var limit in Limits.Of(line.Type, body.GetProperty("limits").GetString() ?? ""))
        {
            var lead = "  – ";
            foreach (var text in Wrapping.Lines(limit.Sentence, Math.Min(terminal.Width, 100) - 4))
            {
                output.WriteLine(lead + text);
                lead = "    ";
            }
        }

        output.WriteLine();
        output.WriteLine(ink.Strong("Perform it again"));
        output.WriteLine($"  {EvidenceSentence.PerformAgain(line.Type, body.GetProperty("subscription").GetString() ?? "")}");
        output.WriteLine(ink.Quiet($"  The answer then: {line.Count}. It gives what is true today, and of a list in several pages the first."));
        output.Flush();

        void Row(string name, string value) => output.WriteLine($"  {ink.Quiet(name.PadRight(13))} {SafeText.ForTerminal(value)}");
    }
}
