using System.Text;
using Layer.Cli;

namespace Layer.Audits.Documents;

/// <summary><c>README.txt</c>: how to check the bundle without us.</summary>
internal static class ReadmeText
{
    private const int Width = 78;

    // Name, what it is, whether a verifier makes it again.
    private static readonly (string Name, string What)[] Files =
    [
        ("report.html", "all of it for people, one file, no script, nothing loaded"),
        ("assertion.md", "for management to sign"),
        ("controls/", "of each criterion: what the evidence shows and what it does not"),
        ("limits.md", "what is not covered"),
        ("coverage.csv", "each subscription on each day: read, or why not"),
        ("subscriptions.csv", "which subscriptions there were, and which are in scope"),
        ("changes.csv", "each assignment, role and group that came, changed or went"),
        ("samples.csv", "every draw of a sample, used or not"),
        ("principals.csv", "names of principals, where they were asked for"),
        ("index.csv", "the leaves of the log that are in here"),
        ("leaves.jsonl", "their exact bytes"),
        ("observations.jsonl", "each object as Azure described it, once"),
        ("populations.jsonl", "each complete list, as its difference from the one before"),
        ("raw/", "Azure's own answers, where they were asked for"),
        ("tiles/", "hashes of the leaves that are not in here"),
        ("mapping.json", "which evidence supports which criterion, and how far"),
        ("checkpoint", "the signed head of the log"),
        ("checkpoint.tsr", "a time stamp over it, where there is one (RFC 3161)"),
        ("bundle.json", "what the bundle claims to be"),
        ("verify.py", "a copy of the verifier, for convenience"),
        ("files.sha256", "SHA-256 of each file; files.sha256.sig signs it"),
    ];

    public static byte[] Of(BundleContents contents)
    {
        var text = new StringBuilder();
        var key = contents.Plan.Keys[0];
        var window = contents.Plan.Window;
        if (contents.Workspace.Sample)
            Paragraph("SAMPLE: this log is a demonstration and no evidence of a real system.");
        Line("AUDIT BUNDLE");
        Paragraph($"Who may do what in Azure, and what is in it: {contents.Period}, UTC days.");
        Line($"  window       {window} (the last day is not part of it)");
        Line($"  log          {contents.Workspace.Origin}");
        Line($"  checkpoint   {contents.Plan.Size} leaves");
        Line($"  root         {contents.Plan.Checkpoint.Checkpoint.Root.ToBase64()}");
        Line($"  key          {key}");
        foreach (var (part, i) in key.Fingerprint.Split(' ').Chunk(8).Select((part, i) => (string.Join(' ', part), i)))
            Line($"  {(i == 0 ? "fingerprint" : ""),-12} {part}");
        Line();

        Line("1. Before you begin");
        Paragraph(
            "Confirm the key's fingerprint with the company through a second channel: by telephone, on paper, in person. A key that came with the bundle and from nowhere else shows "
            + "that the bundle is whole, and not whose it is.");
        Paragraph("Take verify.py from where Layer is published, not from in here, and compare its SHA-256 with the one published there. The copy in here has");
        Line($"  {VerifierCopy.Sha256}");
        Line();

        Line("2. Check it: no account, no network, nothing of ours needed");
        Paragraph("Each file is the one that was listed:");
        Command("unzip -q BUNDLE.zip -d bundle && (cd bundle && sha256sum -c files.sha256)");
        Paragraph("Signatures, tree, chains and populations hold, and every table can be made again; Python 3 and nothing else:");
        Command($"python3 verify.py BUNDLE.zip --key {Quoted(key.ToString())}");
        Paragraph("The same with the program that made it:");
        Command($"layer verify BUNDLE.zip --key {Quoted(key.ToString())}");
        if (contents.Stamp is { } stamp)
        {
            Paragraph($"A time-stamp authority saw the checkpoint on {Period.Minute(stamp.At)} UTC. With the authority's certificate, from the authority:");
            Command("openssl ts -verify -in checkpoint.tsr -data checkpoint -CAfile AUTHORITY.pem");
        }

        Paragraph(
            "The last line is the verdict: VALID, VALID WITH gaps and remarks (all listed before it), or INVALID with the place. Exit codes: 0 valid, complete and anchored; 1 valid with gaps "
            + "or remarks; 2 something was changed; 3 another key; 4 malformed. If you kept a checkpoint of this log from earlier, add --since FILE: then nothing up to it can "
            + "have been written later.");

        Line("3. What is in it");
        Line();
        foreach (var (name, what) in Files)
            Line($"  {name,-20} {what}");
        Line();

        Line("4. What it cannot promise");
        Line();
        foreach (var sentence in LimitsText.Promises)
            Listed(sentence);
        Line();
        Paragraph("The format is public: docs/evidence-format.md of Layer says it byte for byte, and a verifier can be written from that page alone.");
        return Encoding.UTF8.GetBytes(text.ToString().TrimEnd('\n') + "\n");

        void Line(string line = "") => text.Append(line.TrimEnd()).Append('\n');

        void Command(string command) => text.Append("    ").Append(command).Append("\n\n");

        void Paragraph(string paragraph)
        {
            foreach (var line in Wrapping.Lines(paragraph, Width))
                Line(line);
            Line();
        }

        void Listed(string sentence)
        {
            var lead = "- ";
            foreach (var line in Wrapping.Lines(sentence, Width - 2))
            {
                Line(lead + line);
                lead = "  ";
            }
        }
    }

    // A log's origin is printable ASCII of the operator's choice: in a command to be copied it must stay one word.
    public static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
