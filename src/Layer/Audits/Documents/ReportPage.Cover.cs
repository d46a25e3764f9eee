using Layer.Evidence.Frameworks;
using Layer.Evidence.Log;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    // Three sheets: the product's sign, drawn here so that nothing is loaded.
    private static readonly Markup Logo = Markup.OfProgram(
        "<svg width=\"22\" height=\"22\" viewBox=\"0 0 22 22\" aria-hidden=\"true\"><g fill=\"none\" stroke=\"#1f5fbf\" stroke-width=\"1.8\" stroke-linejoin=\"round\">"
        + "<path d=\"M2.5 11.2L11 15.4l8.500-4.200M2.500 15L11 19.200 19.500 15\"/></g><path fill=\"#1f5fbf\" d=\"M11 2.200L1.800 6.900 11 11.600l9.200-4.700z\"/></svg>");

    private Markup Cover()
    {
        var summary = contents.Coverage.Summary;
        var checkpoint = contents.Plan.Checkpoint.Checkpoint;
        var records = contents.Connections.Sum(connection => EvidenceType.All.Sum(type => contents.Source.RecordsOf(connection, type).Records.Count));
        return Markup.Of($"""
            <section class="cover" id="cover">
            <div class="brand">{Logo}Layer<span>Audit bundle, SOC 2</span></div>
            {Sample()}<h1>Who may do what in Azure, and what is in it</h1>
            <p class="period">{contents.Period}</p>
            <p class="lead">Evidence for {string.Join(", ", ControlTexts.Criteria)} of the AICPA Trust Services Criteria, read from Azure and sealed on the day it was read. It supports these criteria; whether they are met is for the examiner to say.</p>
            <div class="figures">
            <div><b>{summary.CoveredDays} / {summary.ExpectedDays}</b><small>days on which every subscription in scope was read completely</small></div>
            <div><b>{summary.CoveredLines} / {summary.ExpectedLines}</b><small>connection-days: one subscription on one day</small></div>
            <div><b>{contents.Scope.Subscriptions.Count}</b><small>{(contents.Scope.Subscriptions.Count == 1 ? "subscription" : "subscriptions")} in scope{(contents.Scope.Statement is null ? ", as nobody stated otherwise" : ", as stated")}</small></div>
            <div><b>{records}</b><small>evidence records of this window</small></div>
            </div>
            <dl>
            <dt>Window</dt><dd>{contents.Plan.Window.ToString()} <span class="quiet">UTC days; the last one is not part of it</span></dd>
            <dt>Log</dt><dd><code>{contents.Workspace.Origin}</code></dd>
            <dt>Checkpoint</dt><dd>{checkpoint.Size} leaves, root <code>{checkpoint.Root.ToString()}</code></dd>
            <dt>In this bundle</dt><dd>{contents.Plan.Size - contents.Plan.First} successive leaves of the log, none left out{(contents.Plan.Earlier.Count == 0 ? "" : $", and {contents.Plan.Earlier.Count} earlier ones that they rest on")}</dd>
            {Stamp()}</dl>
            {Markup.Join(contents.Plan.Keys.Select(Key))}<ol class="toc">
            {Markup.Join(Chapters.Select((chapter, i) => Markup.Of($"<li><a href=\"#{chapter.Id}\">{i + 1}. {chapter.Title}</a></li>\n")))}</ol>
            </section>

            """);
    }

    private static Markup Key(VerificationKey key) => Markup.Of($"""
        <div class="key">
        <h4>Confirm this fingerprint outside this file</h4>
        <p class="print">{key.Fingerprint}</p>
        <p class="small quiet">SHA-256 of the key that signed the log. Ask the company for it by telephone, on paper or in person, and compare all of it. A key that came with the bundle and from nowhere else shows that the bundle is whole, and not whose it is.</p>
        <p class="small"><code>{key.ToString()}</code></p>
        </div>

        """);

    private Markup Stamp() => contents.Stamp is { } stamp
        ? Markup.Of($"<dt>Time stamp</dt><dd>{Period.Minute(stamp.At)} UTC by <bdi>{stamp.Authority}</bdi>: this checkpoint existed then</dd>\n")
        : Markup.Empty;

    private Markup Sample() => contents.Workspace.Sample
        ? Markup.Of($"<p class=\"sample\"><b>SAMPLE</b> – this log is a demonstration of a made-up company and no evidence of a real system.</p>\n")
        : Markup.Empty;
}
