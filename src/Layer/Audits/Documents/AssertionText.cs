namespace Layer.Audits.Documents;

/// <summary><c>assertion.md</c>: what management vouches for. Layer fills in what it knows and leaves the rest blank: a tool signs nothing for people.</summary>
internal static class AssertionText
{
    public static byte[] Of(BundleContents contents)
    {
        var text = new Markdown()
            .Line($"# Management's assertion: {contents.Period}")
            .Line();
        if (contents.Workspace.Sample)
            text.Line($"**SAMPLE: this log is a demonstration and no evidence of a real system.**").Line();
        text.Line($"We, the management of \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_, are responsible for who has access to our Azure subscriptions and for the controls over it. About the window")
            .Line($"{contents.Plan.Window.ToString()} (UTC days, the last one not part of it) and the bundle with checkpoint {contents.Plan.Size} of the log {contents.Workspace.Origin} we assert:")
            .Line();
        var number = 1;
        foreach (var sentence in Sentences(contents))
            text.Line($"{number++}. {sentence}");
        text.Line()
            .Line($"| | |")
            .Line($"|---|---|")
            .Line($"| Name | |")
            .Line($"| Title | |")
            .Line($"| Date | |")
            .Line($"| Signature | |");
        return text.ToUtf8();
    }

    /// <summary>What is asserted, also printed in the report.</summary>
    public static IEnumerable<string> Sentences(BundleContents contents)
    {
        yield return contents.Scope.Statement is { } statement
            ? $"The subscriptions in scope are the {statement.Included.Count} that {statement.By} stated in our name{(statement.Excluded.Count == 0 ? "" : "; those excluded are excluded for the reasons given there")}."
            : $"The subscriptions in scope are the {contents.Scope.Subscriptions.Count} that were connected in the window, and no other subscription belongs to the system under examination.";
        if (contents.Subscriptions.Undecided is > 0 and var undecided)
        {
            yield return undecided == 1
                ? "The subscription that is undecided in subscriptions.csv does not belong to the system under examination."
                : $"None of the {undecided} subscriptions that are undecided in subscriptions.csv belongs to the system under examination.";
        }

        yield return "The app registrations that read were ours, held read rights over each of these subscriptions, and nobody changed what they read before it was sealed.";
        yield return "We operated the machine, its clock and the signing key, gave the key to nobody, and did not rebuild the log.";
        yield return "The days without a complete reading are those in coverage.csv, and the causes named there are right as far as we know.";
        yield return "Access that Layer cannot see is not part of this evidence and stays our assertion alone: what limits.md lists, and tenants and subscriptions that no app registration of ours could see.";
        yield return "The fingerprint of the key in the report is that of our log.";
    }
}
