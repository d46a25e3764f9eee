using System.CommandLine;
using System.CommandLine.Parsing;
using Layer.Cli;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;

namespace Layer.Evidence;

/// <summary><c>layer verify [BUNDLE]</c>: checks a bundle, or the local log from its first leaf to its last; it has its own exit codes (docs/evidence-format.md §9).</summary>
internal static class VerifyCommand
{
    private const string Bundle = "BUNDLE";
    private const long LargestNote = 1 << 20;

    /// <summary>Whether a command line is that of a bundle's verification, which needs the file and no installation.</summary>
    public static bool ChecksFile(ParseResult parsed) => parsed.CommandResult.Command.Name == "verify" && parsed.GetResult(Bundle) is ArgumentResult { Tokens.Count: > 0 };

    public static Command Create(LayerApp app)
    {
        var bundle = new Argument<string?>(Bundle)
        {
            Description = "the bundle to check, needing nothing but this file; without it the local log", HelpName = "BUNDLE", Arity = ArgumentArity.ZeroOrOne,
        };
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
        var since = new Option<string?>("--since") { Description = "a signed checkpoint of this log that you kept: what was sealed before it must still be there", HelpName = "FILE" };
        var proof = new Option<string?>("--proof") { Description = "the proof from that checkpoint to the bundle's, when it is older than the bundle's window", HelpName = "FILE" };
        bundle.Validators.Add(result => FindProblem(result, "BUNDLE", long.MaxValue));
        since.Validators.Add(result => FindProblem(result, since.Name, LargestNote));
        proof.Validators.Add(result =>
        {
            FindProblem(result, proof.Name, LargestNote);
            if (result.GetResult(bundle) is not { Tokens.Count: > 0 })
                result.AddError("--proof belongs to a bundle: the local log has all its entries, and needs no proof.");
            else if (result.GetResult(since) is null)
                result.AddError("--proof leads from the checkpoint given with --since: give both.");
        });
        var output = OutputOption.Create();
        var command = new Command("verify", "Check a bundle or the whole log again, trusting no stored hash.") { bundle, key, since, proof, output };
        command.SetAction((parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            var anchor = parsed.GetValue(since) is { } file ? File.ReadAllBytes(file) : null;
            return parsed.GetValue(bundle) is { } path
                ? Task.FromResult(BundleCheck.Run(app, path, parsed.GetValue(key), anchor, parsed.GetValue(proof) is { } proofFile ? File.ReadAllBytes(proofFile) : null, form))
                : VerifyLogAsync(app, parsed.GetValue(key), anchor, form, cancellationToken);
        });
        return command;
    }

    // Files are looked at before anything is read for long, so that everything wrong with what was typed is told at once.
    private static void FindProblem(SymbolResult result, string name, long largest)
    {
        if (result.Tokens is [{ Value: var path }, ..] && FindProblem(path, largest) is { } problem)
            result.AddError($"{name}: {problem}");
    }

    private static string? FindProblem(string path, long largest)
    {
        if (Directory.Exists(path))
            return $"'{path}' is a folder. Name a file.";
        try
        {
            using var file = File.OpenRead(path);
            return file.Length > largest ? $"'{path}' has more than {largest} bytes, and no checkpoint or proof has." : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"there is no file '{path}'.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"'{path}' cannot be read: {e.Message}";
        }
    }

    private static async Task<int> VerifyLogAsync(LayerApp app, VerificationKey? key, byte[]? since, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
        {
            SayNoLog(app);
            return (int)VerificationOutcome.Malformed;
        }

        await using var opened = layer;
        var found = await LogVerification.RunAsync(layer.Database, layer.Folder, workspace, key, since, cancellationToken);
        if (form == OutputForm.Json)
            WriteJson(app.Terminal, found);
        else
            Write(app.Terminal, workspace.Origin, found);
        return found.Verdict.ExitCode;
    }

    // A log that was removed on purpose, and one that vanished, must not look alike.
    private static void SayNoLog(LayerApp app)
    {
        var left = app.FindTombstones();
        app.Terminal.Say(left.Count == 0 ? "There is no log here yet: nothing was ever sealed in this data folder." : "There is no log here.");
        foreach (var (path, tombstone, problem) in left)
        {
            var sentence = tombstone is null || problem is not null
                ? $"{path} is no tombstone to be believed: {problem}."
                : $"The log {tombstone.Origin} with {tombstone.Size} entries was removed on {tombstone.RemovedAt:yyyy-MM-dd} by {tombstone.By}: {tombstone.Reason}. Its signed tombstone: {path}";
            app.Terminal.Say($"{app.Terminal.ErrorInk.Caution("!")} {SafeText.ForTerminal(sentence)}");
        }
    }

    private static void Write(Terminal terminal, string origin, LogVerdict found)
    {
        var rows = new List<(string, string)>
        {
            ("log", origin),
            ("entries", $"{found.Leaves}, of them {found.Records} evidence records"),
            ("hashed again", $"{found.Observations} observations, {found.Pages} pages of Azure's own bytes"),
        };
        if (found.Checkpoint is { } checkpoint)
            rows.Add(("signed up to", $"{checkpoint.Size} entries, root {checkpoint.Root}"));
        VerdictOutput.AddKey(rows, found.Key);
        VerdictOutput.Write(terminal, rows, found.Verdict);
    }

    private static void WriteJson(Terminal terminal, LogVerdict found) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        VerdictOutput.WriteVerdict(json, found.Verdict);
        json.WriteNumber("leaves", found.Leaves);
        json.WriteNumber("records", found.Records);
        json.WriteNumber("observations", found.Observations);
        json.WriteNumber("pages", found.Pages);
        json.WriteString("key", found.Key?.ToString());
        VerdictOutput.WriteSentences(json, found.Verdict);
        json.WriteEndObject();
    });
}
