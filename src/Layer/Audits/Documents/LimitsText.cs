using Layer.Cli;
using Layer.Evidence.Frameworks;

namespace Layer.Audits.Documents;

/// <summary><c>limits.md</c>: what no record of this window covers, and what nothing of this kind can promise.</summary>
internal static class LimitsText
{
    /// <summary>Section 10 of docs/evidence-format.md, for readers who have nothing but the bundle.</summary>
    public static IReadOnlyList<string> Promises { get; } =
    [
        "It does not prove that the program that read Azure was honest. Whoever runs it could have made it write something else.",
        "Whoever holds the signing key could rebuild the whole log, with other content and other dates, until a checkpoint has left the machine. Dates rest on the operator's clock up to the first checkpoint that somebody else keeps.",
        "It says what Azure returned, not what is true in Azure; lists may lag some minutes behind.",
        "It does not show that access is appropriate, nor that a control operated between two readings.",
    ];

    public static byte[] Of(BundleContents contents)
    {
        var text = new Markdown()
            .Line($"# What this evidence does not cover ({contents.Period})")
            .Line();
        foreach (var type in EvidenceType.All)
        {
            text.Line($"## {type.Title}").Line();
            foreach (var limit in Limits.Standing.Where(limit => limit.Evidence.Contains(type.Id)))
                text.Line($"- {limit.Sentence}");
            text.Line();
        }

        text.Line($"## Of single readings").Line();
        var run = Limits.OfRuns.Where(limit => contents.Notes.Limits.ContainsKey(limit.Id)).ToList();
        foreach (var limit in run)
            text.Line($"- On {Words.Count(contents.Notes.Limits[limit.Id], "record")} of this window: {limit.Sentence}");
        if (run.Count == 0)
            text.Line($"No record of this window carries a further limit.");
        text.Line().Line($"## What nothing of this kind can promise").Line();
        foreach (var sentence in Promises)
            text.Line($"- {sentence}");
        return text.ToUtf8();
    }
}
