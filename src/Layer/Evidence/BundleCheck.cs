using Layer.Azure.RawPages;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence;

/// <summary>Checks a bundle where it lies. It opens no database, no settings and no connection: whoever has the file and the program can do it.</summary>
internal static class BundleCheck
{
    private const int Steps = 1000;

    public static int Run(LayerApp app, string path, VerificationKey? key, byte[]? since, byte[]? proof, OutputForm form)
    {
        BundleVerdict found;
        try
        {
            using var progress = new ProgressLine(app.Terminal, app.Clock);
            using var zip = File.OpenRead(path);
            found = BundleVerifier.Verify(zip, key, since, proof, DerivedObservations.Of, (what, done, total) => Show(progress, what, done, total));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return UsageProblems.Print(app.Terminal, [$"BUNDLE: '{path}' cannot be read: {e.Message}"], "layer verify");
        }

        // Nothing is wrong with the bundle then, and so there is no verdict.
        if (found.Verdict is { Outcome: VerificationOutcome.Usage, Problem: { } needed })
            return UsageProblems.Print(app.Terminal, [needed], "layer verify");
        if (form == OutputForm.Json)
            WriteJson(app.Terminal, found);
        else
            Write(app.Terminal, found);
        return found.Verdict.ExitCode;
    }

    private static void Show(ProgressLine progress, string what, long done, long total) =>
        progress.Show((int)(total == 0 ? Steps : Math.Min(Steps, Steps * done / total)), Steps, $"checking {what}");

    // Only what was checked is told; what the bundle claims is told as soon as somebody signed it.
    private static void Write(Terminal terminal, BundleVerdict found)
    {
        var rows = new List<(string, string)>();
        if (found is { Head: { } head, Key: not null })
        {
            rows.Add(("log", head.Origin));
            rows.Add(("window", $"{head.Window}, signed at {head.Checkpoint} entries"));
        }

        if (found.Leaves > 0)
            rows.Add(("entries", $"{found.Leaves} disclosed, of them {found.Records} evidence records"));
        if (found.Populations > 0 || found.Observations > 0)
            rows.Add(("hashed again", $"{found.Observations} observations in {found.Populations} populations"));
        if (found.Coverage is { } coverage)
            rows.Add(("coverage", coverage));
        if (found is { HasPages: true, Coverage: not null })
            rows.Add(("derived again", $"{found.Derived} populations, not kept {found.NotKept}, missing {found.Missing}"));
        VerdictOutput.AddKey(rows, found.Key);
        if (found.StampedAt is { } stamp)
            rows.Add(("time stamp", $"{Instant.Format(stamp)}; its authority's signature is not checked here"));
        VerdictOutput.Write(terminal, rows, found.Verdict);
    }

    private static void WriteJson(Terminal terminal, BundleVerdict found) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        VerdictOutput.WriteVerdict(json, found.Verdict);
        json.WriteString("place", found.Place);
        json.WriteString("log", found.Head?.Origin);
        json.WriteString("window", found.Head?.Window.ToString());
        json.WriteNumber("leaves", found.Leaves);
        json.WriteNumber("records", found.Records);
        json.WriteNumber("observations", found.Observations);
        json.WriteNumber("populations", found.Populations);
        json.WriteString("coverage", found.Coverage);
        json.WriteNumber("derived", found.Derived);
        json.WriteNumber("notKept", found.NotKept);
        json.WriteNumber("missing", found.Missing);
        json.WriteString("timestamp", found.StampedAt is { } stamp ? Instant.Format(stamp) : null);
        json.WriteString("key", found.Key?.ToString());
        VerdictOutput.WriteSentences(json, found.Verdict);
        json.WriteEndObject();
    });
}
