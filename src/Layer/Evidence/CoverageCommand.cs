using System.CommandLine;
using Layer.Cli;

namespace Layer.Evidence;

/// <summary><c>layer coverage</c>: which days were read.</summary>
internal static class CoverageCommand
{
    public static Command Create(LayerApp app)
    {
        var window = new Option<Window?>("--window")
        {
            Description = "UTC days, both included; without it from the first connection's first day until today", HelpName = "FROM..TO",
            CustomParser = result => TextOptions.Window(result, app.Clock),
        };
        var failOn = new Option<string?>("--fail-on") { Description = "missing: end with 3 when a day is missing", HelpName = "missing" };
        failOn.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value != "missing")
                result.AddError($"--fail-on: '{token.Value}' is no condition. Allowed: missing.");
        });
        var output = OutputOption.Create();
        var command = new Command("coverage", "Show which days were read.") { window, failOn, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return Syncing.SyncCommand.NothingConnected(app, form, parsed.GetValue(failOn) is null ? ExitCode.Done : ExitCode.ConditionMet);
            await using var opened = layer;
            var coverage = await layer.CoverageOf(workspace).ReadAsync(parsed.GetValue(window), cancellationToken);
            if (form == OutputForm.Table)
                new CoverageCalendar(app.Terminal.Out, app.Terminal.OutInk, app.Terminal.Width).Write(coverage);
            else
                Days.Write(app.Terminal, form, [.. coverage.SelectMany(c => c.Days.Select(day => (c.Name, day)))]);
            await app.Terminal.Out.FlushAsync(cancellationToken);
            return parsed.GetValue(failOn) is not null && (coverage.Count == 0 || coverage.Any(c => c.Missing > 0)) ? ExitCode.ConditionMet : ExitCode.Done;
        });
        return command;
    }

    private static Listing<(string Connection, CoverageDay Day)> Days => new(
        [
            new("CONNECTION", "connection", row => row.Connection), new("DAY", "day", row => $"{row.Day.Day:yyyy-MM-dd}"),
            new("STATE", "state", row => Storage.KebabCaseText.Of(row.Day.State)), new("CODE", "code", row => row.Day.Code ?? ""),
        ],
        (json, row) =>
        {
            json.WriteStartObject();
            json.WriteString("connection", row.Connection);
            json.WriteString("day", $"{row.Day.Day:yyyy-MM-dd}");
            json.WriteString("state", Storage.KebabCaseText.Of(row.Day.State));
            json.WriteString("code", row.Day.Code);
            json.WriteEndObject();
        });
}
