using System.Globalization;
using System.Text;
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
            output.WriteLine($"{ink.Quiet(name.PadRight(NameWidth))} {Visible(value)}");
        foreach (var (sentences, sign) in new[] { (verdict.Gaps, "○"), (verdict.Remarks, "!") })
        {
            foreach (var sentence in sentences)
                output.WriteLine($"{ink.Caution(sign)} {Visible(sentence)}");
        }

        // Alone on its line and the last one: scripts and people look for it there.
        var tone = verdict.Outcome switch { VerificationOutcome.Valid => Tone.Good, VerificationOutcome.ValidWithRemarks => Tone.Caution, _ => Tone.Bad };
        output.WriteLine(ink.Paint(Visible(verdict.LastLine), tone));
        output.Flush();
    }

    // As docs/evidence-format.md §9.1 says, so that two verifiers print the same: names in a bundle are anybody's.
    private static string Visible(string text)
    {
        if (!text.Any(IsInvisible))
            return text;
        var visible = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsInvisible(c))
                visible.Append("\\u").Append(((int)c).ToString("x4"));
            else
                visible.Append(c);
        }

        return visible.ToString();
    }

    private static bool IsInvisible(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

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
