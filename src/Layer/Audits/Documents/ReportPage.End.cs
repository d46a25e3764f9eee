using Layer.Cli;
using Layer.Evidence.Frameworks;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup LimitsOfIt()
    {
        var run = Limits.OfRuns.Where(limit => contents.Notes.Limits.ContainsKey(limit.Id)).Select(limit => $"On {Words.Count(contents.Notes.Limits[limit.Id], "record")}: {limit.Sentence}").ToList();
        return Section(
            "limits", $"What this evidence does not cover", $"These stand on every record of their type. What an app cannot see remains management's assertion.",
            Markup.Join(EvidenceType.All.Select(type => Markup.Join(
            [
                Heading(type.Title), Items(Limits.Standing.Where(limit => limit.Evidence.Contains(type.Id)).Select(limit => limit.Sentence)),
            ]))),
            Heading("Of single readings"),
            run.Count == 0 ? Paragraph($"No record of this window carries a further limit.") : Items(run),
            Heading("What nothing of this kind can promise"),
            Items(LimitsText.Promises));
    }

    private Markup Assertion() => Section(
        "assertion", $"What management vouches for", $"To be completed and signed by a person of the company. Layer fills in what it knows and signs nothing for people.",
        Sample(),
        Paragraph($"We, the management of {Markup.OfProgram("<span class=\"blank\">&nbsp;</span>")}, are responsible for who has access to our Azure subscriptions and for the controls over it. About the window {Markup.Of($"<span class=\"nowrap\">{Window.ToString()}</span>")} (UTC days, the last one not part of it) and the bundle with checkpoint {contents.Plan.Size} of the log {Code(contents.Workspace.Origin)} we assert:"),
        Markup.Of($"<ol>\n{Markup.Join(AssertionText.Sentences(contents).Select(sentence => Markup.Of($"<li>{sentence}</li>\n")))}</ol>\n"),
        Markup.Of($"<div class=\"sign\"><div>Name</div><div>Title</div><div>Date</div><div>Signature</div></div>\n"));
}
