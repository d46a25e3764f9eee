using Layer.Connections;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Workspaces;

namespace Layer.Cli.Demo;

/// <summary>What the ninety days came to, on one screen and a half.</summary>
internal sealed class DemoReport(Terminal terminal, Installation layer, Workspace workspace, bool ownFolder)
{
    private const int MostChanges = 12;

    private readonly TextWriter _output = terminal.Out;
    private readonly Ink _ink = terminal.OutInk;

    public async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        var coverage = await CoverageNow.ReadAsync(layer.Database, workspace, await WindowAsync(cancellationToken), layer.Clock, cancellationToken)
            ?? throw new InvalidOperationException("The demo connected nothing.");
        var records = await new EvidenceRecords(layer.Database, workspace.Id).ListAsync(cancellationToken);
        Title($"Brightwater Foods, {coverage.Window.From:d MMM} – {coverage.Window.To.AddDays(-1):d MMM yyyy}", "SAMPLE");
        Paragraph(
            "A made-up company with three subscriptions that one app registration reads, and a fourth that it can see and nobody connected. Its Azure is an emulator on this machine; everything else was real: "
            + "sign-in, TLS, every page of every list, the proof of the right to read, the sealing.");

        Title("Evidence");
        foreach (var connection in await layer.Connections.ListAsync(workspace.Id, cancellationToken))
            WriteEvidence(connection, records);

        Title("Coverage");
        new CoverageCalendar(_output, _ink, terminal.Width).Write(coverage);

        Title("Worth a look");
        await WriteChangesAsync(coverage.Window, cancellationToken);

        Title("The log");
        var code = await WriteVerdictAsync(records, cancellationToken);

        Title("Next");
        WriteNext(coverage.Window);
        await _output.FlushAsync(cancellationToken);
        return code;
    }

    private async Task<AuditWindow> WindowAsync(CancellationToken cancellationToken)
    {
        var readings = await layer.InventoryOf(workspace).ReadingsAsync(DateOnly.MaxValue, cancellationToken);
        var last = readings.Max(reading => reading.Day);
        return new AuditWindow(last.AddDays(1 - DemoStory.Days), last.AddDays(1));
    }

    private void WriteEvidence(Connection connection, IReadOnlyList<EvidenceLine> records)
    {
        var own = records.Where(record => record.ConnectionId == connection.Id).ToArray();
        _output.WriteLine($"  {_ink.Strong(connection.Name)}");
        foreach (var (type, what) in new[] { (EvidenceType.RoleAssignments, "role assignments"), (EvidenceType.ResourceGroups, "resource groups") })
        {
            var ofType = own.Where(record => record.Type == type).ToArray();
            if (ofType.Length == 0)
                continue;
            _output.WriteLine($"    {ofType.Length,3} records of {what,-17} {_ink.Quiet($"latest: {ofType[^1].Count,3} rows, root {ofType[^1].Root.ToString()[..12]}…")}");
            _output.WriteLine("        " + string.Join("   ", ofType[^1].Controls.GroupBy(each => each.Criterion).Select(criterion =>
                $"{_ink.Accent(criterion.Key)} {string.Join(_ink.Quiet(", "), criterion.Select(each => _ink.Paint(EvidenceCommand.Word(each.Strength), each.Strength == Strength.Direct ? Tone.Good : Tone.Quiet)))}")));
        }
    }

    private async Task WriteChangesAsync(AuditWindow window, CancellationToken cancellationToken)
    {
        var inventory = layer.InventoryOf(workspace);
        var names = await inventory.NamesAsync(cancellationToken);
        var found = new List<(DateOnly Day, Change Change)>();
        var before = (await inventory.ReadingsAsync(window.From, cancellationToken)).ToDictionary(r => r.Connection);
        foreach (var day in window.Days.Skip(1))
        {
            foreach (var reading in await inventory.ReadingsAsync(day, cancellationToken))
            {
                if (before.TryGetValue(reading.Connection, out var was) && was.Seq != reading.Seq)
                    found.AddRange((await Change.BetweenAsync(inventory, was, reading, cancellationToken)).Where(IsWorthALook).Select(change => (day, change)));
                before[reading.Connection] = reading;
            }
        }

        foreach (var (day, change) in found.DistinctBy(each => (each.Day, each.Change.Kind, each.Change.Subject.Key)).TakeLast(MostChanges))
        {
            var (sign, tone) = change.Kind switch { ChangeKind.Added => ("+", Tone.Caution), ChangeKind.Removed => ("−", Tone.Good), _ => ("~", Tone.Caution) };
            var what = change.Subject.Type == ObservationType.RoleDefinition
                ? $"the role {change.Role} allows other actions than before"
                : DiffCommand.Describe(change, names);
            var room = terminal.Width - 16 - SafeText.WidthOf(change.Subject.Reading.Name);
            _output.WriteLine(
                $"  {_ink.Quiet($"{day:d MMM}".PadLeft(6))}  {_ink.Paint(sign, tone)} {SafeText.Fit(SafeText.ForTerminal(what), room, keepEnd: false)}  {_ink.Quiet(change.Subject.Reading.Name)}");
        }
    }

    // A role that comes into use is told by its assignment; a definition is news when it allows other things than before.
    private static bool IsWorthALook(Change change) =>
        change.Subject.Type == ObservationType.RoleDefinition ? change.Kind == ChangeKind.Changed : change.Privileged;

    private async Task<int> WriteVerdictAsync(IReadOnlyList<EvidenceLine> records, CancellationToken cancellationToken)
    {
        var found = await LogVerification.RunAsync(layer.Database, layer.Folder, workspace, pinned: null, cancellationToken);
        var verdict = found.Verdict;
        Paragraph(
            $"{records.Count} evidence records in a Merkle log of {found.Leaves} entries, checked again from the first to the last: "
            + $"every leaf, signature, population, {found.Observations} observations and {found.Pages} pages of Azure's own bytes.");
        foreach (var remark in verdict.Remarks)
        {
            var lead = $"  {_ink.Caution("!")} ";
            foreach (var line in Wrapping.Lines(remark, Math.Min(terminal.Width, 100) - 4))
            {
                _output.WriteLine(lead + _ink.Quiet(line));
                lead = "    ";
            }
        }

        _output.WriteLine($"  {(verdict.Problem is null ? _ink.Good("✓") : _ink.Bad("✗"))} {_ink.Strong(verdict.LastLine)}");
        return verdict.Problem is null ? ExitCode.Done : ExitCode.Error;
    }

    private void WriteNext(AuditWindow window)
    {
        if (ownFolder || terminal.Find("LAYER_DATA") is null)
            _output.WriteLine($"  {_ink.Accent($"export LAYER_DATA={layer.Folder.Path}")}{_ink.Quiet("   look around in this sample")}");
        foreach (var (command, what) in new[]
        {
            ("layer show assignments --privileged", "who can change anything, inherited or not"),
            ($"layer diff {window.From.AddDays(10):yyyy-MM-dd} {window.From.AddDays(20):yyyy-MM-dd}", "what changed between two days"),
            ("layer evidence list", "every record, and what it supports"),
            ($"layer audit scope --window {window}", "what an audit would cover, and what needs a decision"),
            ("layer verify", "check it all yourself"),
        })
            _output.WriteLine($"  {_ink.Accent(command.PadRight(50))} {_ink.Quiet(what)}");
        _output.WriteLine();
        _output.WriteLine($"  {_ink.Quiet("Then your own, in about five minutes:")}");
        _output.WriteLine($"  {_ink.Accent("unset LAYER_DATA; layer connect azure --name NAME")}");
    }

    private void Title(string text, string? mark = null)
    {
        _output.WriteLine();
        _output.WriteLine($"{_ink.Strong(text)}{(mark is null ? "" : "  " + _ink.Caution(mark))}");
        _output.WriteLine(_ink.Quiet(new string('─', Math.Min(terminal.Width, 76))));
    }

    private void Paragraph(string text)
    {
        foreach (var line in Wrapping.Lines(text, Math.Min(terminal.Width, 100) - 2))
            _output.WriteLine("  " + line);
    }
}
