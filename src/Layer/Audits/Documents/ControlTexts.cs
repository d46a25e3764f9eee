using Layer.Evidence.Frameworks;

namespace Layer.Audits.Documents;

/// <summary><c>controls/CRITERION.md</c>: what the evidence of a window shows of each point of focus, and what it does not.</summary>
internal static class ControlTexts
{
    /// <summary>The criteria of the mapping, ascending.</summary>
    public static IReadOnlyList<string> Criteria { get; } = [.. Mapping.Current.Entries.Select(entry => entry.Criterion).Distinct().Order(StringComparer.Ordinal)];

    public static byte[] Of(string criterion, BundleContents contents)
    {
        var text = new Markdown()
            .Line($"# {criterion}: what the evidence of {contents.Period} shows, and what it does not")
            .Line();
        if (contents.Workspace.Sample)
            text.Line($"**SAMPLE: this log is a demonstration and no evidence of a real system.**").Line();
        text.Line($"Log: {contents.Workspace.Origin}. Mapping: {Mapping.Current.Version}. {contents.Coverage.Summary.Sentence}")
            .Line()
            .Line($"Nothing here says that a criterion is met: that is for whoever examines it. *direct*: the record itself shows the fact named. *supporting*: part of what is")
            .Line($"needed; the rest is named. *context*: helps to plan a test, proves nothing. Points of focus are in our words.");
        foreach (var evidence in Mapping.Current.Entries.Where(entry => entry.Criterion == criterion).GroupBy(entry => entry.Evidence))
        {
            text.Line().Line($"## {EvidenceType.Get(evidence.Key).Title}").Line().Line($"{contents.Numbers.Records(evidence.Key)}");
            foreach (var entry in evidence)
            {
                text.Line()
                    .Line($"### {entry.PointOfFocus}")
                    .Line()
                    .Line($"- Strength: {Word(entry.Strength)}")
                    .Line($"- Why: {entry.Reason}")
                    .Line($"- In this window: {contents.Numbers.Of(entry)}")
                    .Line($"- Does not show: {entry.DoesNotShow}");
            }
        }

        return text.ToUtf8();
    }

    public static string Word(Strength strength) => Storage.KebabCaseText.Of(strength);
}
