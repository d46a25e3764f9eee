using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup Method()
    {
        var key = contents.Plan.Keys[0].ToString();
        return Section(
            "method", $"Read completely or not at all, sealed when read", $"What a reading is, when it counts, and how anybody can check all of this without the company and without Layer.",
            Heading("How it was read"),
            Paragraph($"Layer signs in to Azure with an app registration that may read and nothing else, and asks Azure Resource Manager for each subscription, its resource groups, its role assignments (inherited ones included) and the definitions of the roles in use. It sends GET requests of a fixed list only:"),
            Table(
                [("Request", false), ("API version", false)],
                UrlTemplate.All.Where(template => template.Id != UrlTemplate.RoleDefinition).Select(template => Markup.Of(
                    $"<tr><td><code>{template.Path}{(template.Filter is { } filter ? $"?$filter={filter}" : "")}</code></td><td class=\"day\"><code>{template.ApiVersion}</code></td></tr>\n"))),
            Heading("Who read, and who answered"),
            Markup.Of($"<dl><dt>Program</dt><dd>{Lines(contents.Notes.Products.Select(product => $"Layer {product}"))}</dd>\n<dt>App registration</dt><dd>{Lines(contents.Notes.Readers)}</dd>\n<dt>Server</dt><dd>{Lines(contents.Notes.Hosts.Select(host => $"{host.Host}, certificate of {host.Issuer}{(host.PublicTrust ? "" : " – its trust anchor is not public")}"))}</dd></dl>\n"),
            Heading("What complete means"),
            Items(
            [
                "Every list was read to its last page, each page with status 200; a list that was cut short, refused or emptied on the way seals nothing and is recorded as a failure.",
                "The right to see everything was proven in the same reading: by Azure's permissions, or from the reader's own role assignment, which must be among those it just read.",
                "Of each page the SHA-256, the number of rows, Azure's request id and date are kept; of each server the certificate that answered.",
                "A day without a complete reading stays a day without one. A reading made later never covers an earlier day.",
            ]),
            Heading("What was sealed"),
            Paragraph($"Each object is written in one canonical form and hashed; all objects of one kind make a population with a count and a root; an evidence record seals the populations of one reading, with what changed since the one before. Records, readings, failures and every change of a connection are leaves of one append-only Merkle tree (RFC 6962). This bundle holds all leaves of the window without a gap, and proves with the signed root that none was changed, added or taken out."),
            Heading("How to check it"),
            Paragraph($"Without a network, an account or anything of ours but a verifier that you take from elsewhere, not from in here:"),
            Markup.Of($"<pre>unzip -q BUNDLE.zip -d bundle &amp;&amp; (cd bundle &amp;&amp; sha256sum -c files.sha256)\npython3 verify.py BUNDLE.zip --key {ReadmeText.Quoted(key)}\nlayer verify BUNDLE.zip --key {ReadmeText.Quoted(key)}</pre>\n"),
            Paragraph($"The verifier checks signatures, tree, chains and populations, makes {Code("coverage.csv")}, {Code("subscriptions.csv")}, {Code("changes.csv")}, {Code("samples.csv")} and {Code("index.csv")} again and compares them byte for byte. SHA-256 of the copy of verify.py in here: {Code(VerifierCopy.Sha256.ToString())}; compare it with the one that is published."),
            Heading("How far a record supports a criterion"),
            Table(
                [("Strength", false), ("Meaning", false)],
                [
                    Markup.Of($"<tr><td>{Chip(Strength.Direct)}</td><td>The record itself shows the fact named.</td></tr>\n"),
                    Markup.Of($"<tr><td>{Chip(Strength.Supporting)}</td><td>It is part of what is needed; what else is needed is named.</td></tr>\n"),
                    Markup.Of($"<tr><td>{Chip(Strength.Context)}</td><td>It helps to plan a test and proves nothing about the point of focus.</td></tr>\n"),
                ]),
            Paragraph($"None of the three means sufficient, effective or met. The mapping is data with a version, {Mapping.Current.Version}, and part of this bundle ({Code("mapping.json")})."));
    }

    private static Markup Lines(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        return all.Count == 0 ? Markup.Of($"<span class=\"quiet\">no reading got that far</span>") : Markup.Join(all.Take(MostRows).Select((line, i) => Markup.Of($"{(i == 0 ? Markup.Empty : Markup.Of($"<br>"))}<bdi>{line}</bdi>")));
    }

    private static Markup Code(string text) => Markup.Of($"<code>{text}</code>");

    private static Markup Chip(Strength strength) => Markup.Of($"<span class=\"chip {ControlTexts.Word(strength)}\">{ControlTexts.Word(strength)}</span>");
}
