using System.CommandLine;
using Layer.Cli;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;

namespace Layer.Evidence;

/// <summary><c>layer verify</c>: checks the local log from its first leaf to its last; it has its own exit codes (docs/evidence-format.md §9).</summary>
internal static class VerifyCommand
{
    public static Command Create(LayerApp app)
    {
        var key = new Option<VerificationKey?>("--key")
        {
            Description = "the verification key you were given, to compare with the log's own", HelpName = "VKEY",
            CustomParser = result =>
            {
                try
                {
                    return VerificationKey.Parse(result.Tokens[0].Value);
                }
                catch (FormatException)
                {
                    result.AddError("--key: this is no verification key. Write it as NAME+KEYID+KEY, as 'layer verify' prints it.");
                    return null;
                }
            },
        };
        var output = OutputOption.Create();
        var command = new Command("verify", "Check the whole log again, trusting no stored hash.") { key, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            {
                app.Terminal.Say("There is no log here yet: nothing was ever sealed in this data folder.");
                return (int)VerificationOutcome.Malformed;
            }

            await using var opened = layer;
            var found = await LogVerification.RunAsync(layer.Database, layer.Folder, workspace, parsed.GetValue(key), cancellationToken);
            if (form == OutputForm.Json)
                WriteJson(app.Terminal, found);
            else
                Write(app.Terminal, workspace.Origin, found);
            return found.Verdict.ExitCode;
        });
        return command;
    }

    private static void Write(Terminal terminal, string origin, LogVerdict found)
    {
        var (output, ink, verdict) = (terminal.Out, terminal.OutInk, found.Verdict);
        Row("log", origin);
        Row("entries", $"{found.Leaves}, of them {found.Records} evidence records");
        Row("hashed again", $"{found.Observations} observations, {found.Pages} pages of Azure's own bytes");
        if (found.Checkpoint is { } checkpoint)
            Row("signed up to", $"{checkpoint.Size} entries, root {checkpoint.Root}");
        if (found.Key is { } key)
        {
            Row("key", key.ToString());
            Row("fingerprint", key.Fingerprint);
        }

        foreach (var (sentences, sign) in new[] { (verdict.Gaps, "○"), (verdict.Remarks, "!") })
        {
            foreach (var sentence in sentences)
                output.WriteLine($"{ink.Caution(sign)} {SafeText.ForTerminal(sentence)}");
        }

        // Alone on its line and the last one: scripts and people look for it there.
        var tone = verdict.Outcome switch { VerificationOutcome.Valid => Tone.Good, VerificationOutcome.ValidWithRemarks => Tone.Caution, _ => Tone.Bad };
        output.WriteLine(ink.Paint(SafeText.ForTerminal(verdict.LastLine), tone));
        output.Flush();

        void Row(string name, string value) => output.WriteLine($"{ink.Quiet(name.PadRight(13))} {value}");
    }

    private static void WriteJson(Terminal terminal, LogVerdict found) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        json.WriteString("verdict", found.Verdict.LastLine);
        json.WriteNumber("exitCode", found.Verdict.ExitCode);
        json.WriteString("problem", found.Verdict.Problem);
        json.WriteNumber("leaves", found.Leaves);
        json.WriteNumber("records", found.Records);
        json.WriteNumber("observations", found.Observations);
        json.WriteNumber("pages", found.Pages);
        json.WriteString("key", found.Key?.ToString());
        foreach (var (name, sentences) in new[] { ("gaps", found.Verdict.Gaps), ("remarks", found.Verdict.Remarks) })
        {
            json.WriteStartArray(name);
            foreach (var sentence in sentences)
                json.WriteStringValue(sentence);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });
}
