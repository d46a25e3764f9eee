using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence;

/// <summary>How <c>layer verify</c> tells a verdict: what was checked, then gaps and remarks, then the one line that scripts and people look for.</summary>
internal static class VerdictOutput
{
    private const int NameWidth = 13;

    public static void AddKey(List<(string Name, string Value)> rows, VerificationKey? key)
    {
        if (key is null)
            return;
        rows.Add(("key", key.ToString()));
        rows.Add(("fingerprint", key.Fingerprint));
    }

    public static void Write(Terminal terminal, IEnumerable<(string Name, string Value)> rows, VerificationVerdict verdict)
    {
        var (output, ink) = (terminal.Out, terminal.OutInk);
        foreach (var (name, value) in rows)
            output.WriteLine($"{ink.Quiet(name.PadRight(NameWidth))} {SafeText.ForTerminal(value)}");
        foreach (var (sentences, sign) in new[] { (verdict.Gaps, "○"), (verdict.Remarks, "!") })
        {
            foreach (var sentence in sentences)
                output.WriteLine($"{ink.Caution(sign)} {SafeText.ForTerminal(sentence)}");
        }

        // Alone on its line and the last one: scripts and people look for it there.
        var tone = verdict.Outcome switch { VerificationOutcome.Valid => Tone.Good, VerificationOutcome.ValidWithRemarks => Tone.Caution, _ => Tone.Bad };
        output.WriteLine(ink.Paint(SafeText.ForTerminal(verdict.LastLine), tone));
        output.Flush();
    }

    public static void WriteVerdict(Utf8JsonWriter json, VerificationVerdict verdict)
    {
        json.WriteString("verdict", verdict.LastLine);
        json.WriteNumber("exitCode", verdict.ExitCode);
        json.WriteString("problem", verdict.Problem);
    }

    public static void WriteSentences(Utf8JsonWriter json, VerificationVerdict verdict)
    {
        foreach (var (name, sentences) in new[] { ("gaps", verdict.Gaps), ("remarks", verdict.Remarks) })
        {
            json.WriteStartArray(name);
            foreach (var sentence in sentences)
                json.WriteStringValue(sentence);
            json.WriteEndArray();
        }
    }
}
