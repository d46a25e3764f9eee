using System.CommandLine;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Operations;
using Layer.Remote;

namespace Layer.Evidence;

/// <summary><c>layer coverage</c>: which days were read.</summary>
internal static class CoverageCommand
{
    public static Command Create(LayerApp app)
    {
        var window = new Option<AuditWindow?>("--window")
        {
            Description = "UTC days, TO not included; without it from the first connection's first day until and including today", HelpName = "FROM..TO",
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
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            var nothing = parsed.GetValue(failOn) is null ? ExitCode.Done : ExitCode.ConditionMet;
            if (await ReadAsync(app, parsed.GetValue(window), cancellationToken) is not { } coverage)
                return Syncing.SyncCommand.NothingConnected(app, form, nothing);
            if (form == OutputForm.Table)
                new CoverageCalendar(app.Terminal.Out, app.Terminal.OutInk, app.Terminal.Width).Write(coverage);
            else
                Lines.Write(app.Terminal, form, [.. coverage.Lines.OrderBy(CoverageNow.NameOf, StringComparer.Ordinal).ThenBy(line => line.Subscription).ThenBy(line => line.Day)]);
            if (form == OutputForm.Table && coverage.Lines.Count == 0)
                app.Terminal.Say($"No connection stood in {coverage.Window}, and nobody stated a scope for it.");
            await app.Terminal.Out.FlushAsync(cancellationToken);
            return parsed.GetValue(failOn) is not null && (coverage.Lines.Count == 0 || coverage.Lines.Any(CoverageNow.IsMissing)) ? ExitCode.ConditionMet : ExitCode.Done;
        });
        return command;
    }

    // Null: nothing was ever connected.
    private static async Task<CoverageTable?> ReadAsync(LayerApp app, AuditWindow? window, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
        {
            try
            {
                var list = await server.ListAsync($"/v1/coverage{(window is { } days ? $"?window={days}" : "")}", "coverage", cancellationToken);
                return server.Read(() => CoverageTable.Of(WindowOf(list.Beside, window), [.. list.Rows.Select(ReadLine)]));
            }
            catch (RefusedException nothing) when (nothing.Failure.Code == "NOTHING_CONNECTED")
            {
                return null;
            }
        }

        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return null;
        await using var opened = layer;
        return await CoverageNow.ReadAsync(layer.Database, workspace, window, app.Clock, cancellationToken);
    }

    private static Listing<CoverageLine> Lines => new(
        [
            new("CONNECTION", "connection", CoverageNow.NameOf), new("DAY", "day", line => $"{line.Day:yyyy-MM-dd}"),
            new("STATE", "state", line => line.State), new("CODE", "code", line => line.Code ?? ""),
            new("BY", "by", line => line.By ?? ""), new("REASON", "reason", line => line.Reason ?? ""),
        ],
        WriteLine);

    private static AuditWindow WindowOf(JsonElement json, AuditWindow? asked) =>
        AuditWindow.TryParse(json.Text("window"), out var window) && (asked is null || asked == window) ? window : throw new FormatException("its window is not the one that was asked for");

    // What is not in the answer is not shown either.
    private static CoverageLine ReadLine(JsonElement json) => new(
        json.Day("day"), json.Id("subscription"), json.Text("connection"), json.Text("state"), json.TextOrNull("code"), json.TextOrNull("by"), json.TextOrNull("reason"), null, null, null);

    /// <summary>A day of a connection as JSON.</summary>
    public static void WriteLine(Utf8JsonWriter json, CoverageLine line)
    {
        json.WriteStartObject();
        json.WriteString("connection", CoverageNow.NameOf(line));
        json.WriteString("subscription", line.Subscription);
        json.WriteString("day", $"{line.Day:yyyy-MM-dd}");
        json.WriteString("state", line.State);
        json.WriteString("code", line.Code);
        json.WriteString("by", line.By);
        json.WriteString("reason", line.Reason);
        json.WriteEndObject();
    }
}
