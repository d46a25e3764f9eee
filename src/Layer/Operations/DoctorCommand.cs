using System.CommandLine;
using Layer.Cli;
using Layer.Syncing;

namespace Layer.Operations;

/// <summary><c>layer doctor</c>: what this installation stands on, looked at from here.</summary>
internal static class DoctorCommand
{
    public static Command Create(LayerApp app)
    {
        var offline = new Option<bool>("--offline") { Description = "ask nobody: neither Azure nor the public address" };
        var output = OutputOption.Create();
        var command = new Command("doctor", "Look at database, keys, clock, disk, backups, connections and reach, each with what mends it.") { offline, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, form);
            await using var opened = layer;
            var doctor = new Doctor(layer, workspace);
            var findings = (await doctor.RunAsync(cancellationToken)).ToList();
            if (!parsed.GetValue(offline))
                findings.AddRange(await doctor.ReachAsync(cancellationToken));
            Write(app.Terminal, form, findings);
            return findings.Exists(finding => finding.Result == "fail") ? ExitCode.Error : ExitCode.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, OutputForm form, IReadOnlyCollection<Finding> findings) =>
        new Listing<Finding>(
            [
                new("RESULT", "result", finding => finding.Result) { Tone = finding => finding.Result switch { "pass" => Tone.Good, "warn" => Tone.Caution, _ => Tone.Bad } },
                new("FINDING", "finding", finding => finding.Title) { Tone = _ => Tone.Strong },
                new("DETAIL", "detail", finding => finding.Detail) { Shrinks = true },
                new("WHAT MENDS IT", "fix", finding => finding.Fix ?? "") { Shrinks = true },
            ],
            (json, finding) =>
            {
                json.WriteStartObject();
                json.WriteString("result", finding.Result);
                json.WriteString("finding", finding.Title);
                json.WriteString("detail", finding.Detail);
                json.WriteString("fix", finding.Fix);
                json.WriteEndObject();
            }).Write(terminal, form, findings);
}
