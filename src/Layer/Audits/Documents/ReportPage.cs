using System.Text;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Audits.Documents;

/// <summary><c>report.html</c>: the bundle for people. One file, no script, nothing loaded from anywhere; good on a screen and on paper.</summary>
internal sealed partial class ReportPage(BundleContents contents)
{
    private const int MostRows = 200;

    private static readonly Markup Style = Markup.OfProgram(Encoding.UTF8.GetString(Resource.Read("report.css")));

    // A printed page may get lost from the others.
    private static readonly Markup OnEveryPage = Markup.OfProgram("@page { @top-center { content: \"SAMPLE\"; font: 700 9px Inter, Arial, sans-serif; letter-spacing: 2px; color: #8a5a00; } }\n");

    // Those without a page of their own on paper are short.
    private static readonly string[] Joined = ["readings", "log", "samples"];

    private static readonly (string Id, string Title)[] Chapters =
    [
        ("method", "How this evidence was made, and how to check it"), ("scope", "Scope"), ("coverage", "Coverage"), ("controls", "Criteria and points of focus"),
        ("readings", "What the last readings showed"), ("changes", "Changes"), ("log", "Second thoughts and recorded acts"), ("samples", "Samples"), ("limits", "Limits"),
        ("assertion", "Management's assertion"),
    ];

    private AuditWindow Window => contents.Plan.Window;

    public void Write(Stream file)
    {
        Markup[] sections = [Cover(), Method(), Scope(), Coverage(), Controls(), Readings(), Changes(), LogActs(), Samples(), LimitsOfIt(), Assertion()];
        var page = Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="robots" content="noindex">
            <title>{(contents.Workspace.Sample ? "SAMPLE – " : "")}Azure access evidence, {contents.Period}</title>
            <style>
            {Style}{(contents.Workspace.Sample ? OnEveryPage : Markup.Empty)}</style>
            </head>
            <body>
            <main>
            {Markup.Join(sections)}<footer>Every number here was computed from files of this bundle. Where this page and those files differ, the files are right: the verifier makes them again, and not this page.</footer>
            </main>
            </body>
            </html>

            """);
        file.Write(Encoding.UTF8.GetBytes(page.ToString()));
    }

    private static Markup Section(string id, MarkupText title, MarkupText lead, params ReadOnlySpan<Markup> body)
    {
        var number = Array.FindIndex(Chapters, chapter => chapter.Id == id) + 1;
        return Markup.Of($"""
            <section id="{id}" class="{(Joined.Contains(id) ? "joined" : "page")}">
            <p class="eyebrow">{number}. {Chapters[number - 1].Title}</p>
            <h2>{Markup.Of(title)}</h2>
            <p class="lead">{Markup.Of(lead)}</p>
            {Markup.Join([.. body])}</section>

            """);
    }

    private static Markup Table(IReadOnlyList<(string Title, bool Number)> columns, IEnumerable<Markup> rows, Markup foot = default)
    {
        var heads = Markup.Join(columns.Select(column => column.Number ? Markup.Of($"<th scope=\"col\" class=\"n\">{column.Title}</th>") : Markup.Of($"<th scope=\"col\">{column.Title}</th>")));
        var end = foot.IsEmpty ? Markup.Empty : Markup.Of($"<tfoot>{foot}</tfoot>\n");
        return Markup.Of($"<div class=\"wide\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{Markup.Join(rows)}</tbody>\n{end}</table></div>\n");
    }

    private static Markup Heading(string text) => Markup.Of($"<h3>{text}</h3>\n");

    private static Markup Paragraph(MarkupText text) => Markup.Of($"<p>{Markup.Of(text)}</p>\n");

    private static Markup Note(MarkupText text) => Markup.Of($"<div class=\"note\">{Markup.Of(text)}</div>\n");

    private static Markup Items(IEnumerable<string> sentences) => Markup.Of($"<ul>\n{Markup.Join(sentences.Select(sentence => Markup.Of($"<li>{sentence}</li>\n")))}</ul>\n");

    // A cell of a name and its id; the name may be of any script and direction. The whole id stands in the chapter on scope.
    private Markup Subscription(Guid id)
    {
        var name = NameOf(id);
        return name.Length == 0 ? Markup.Of($"<code>{Text(id)}</code>") : Markup.Of($"<bdi>{name}</bdi><small class=\"mono nowrap\">{Text(id)[..8]}…{Text(id)[^4..]}</small>");
    }

    private string NameOf(Guid subscription) => contents.Subscriptions.Rows.FirstOrDefault(row => row.Subscription == subscription)?.Name ?? "";

    private static string Text(Guid id) => id.ToString("D");

    private static string Text(DateOnly? day) => day is { } known ? Day.Format(known) : "–";
}
