using System.Text;
using Layer.Audits.Documents;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Log;

namespace Layer.Audits;

/// <summary>Writes the files of a bundle in their order, but for the signed list of their hashes. What is large streams through.</summary>
internal sealed class BundleWriter(AuditDatabase database, BundleContents contents, StoredZipWriter zip, Action<int, int, string>? progress)
{
    /// <summary>Into how many steps the work is told; some are longer than others.</summary>
    public const int Steps = 24;

    private int _done;

    private BundlePlan Plan => contents.Plan;

    /// <exception cref="Operations.RefusedException">LOG_BROKEN: what is stored is not what was sealed.</exception>
    /// <exception cref="BundleTooLargeException">It does not fit the format.</exception>
    public void Write()
    {
        Text(BundleFiles.Readme, ReadmeText.Of(contents));
        Text(BundleFiles.Assertion, AssertionText.Of(contents));
        Text(BundleHead.Name, Head().ToBytes());
        Csv(BundleFiles.Changes, csv => AuditChanges.WriteCsv(csv, Changes()));
        Text(BundleFiles.Checkpoint, Encoding.UTF8.GetBytes(Plan.Checkpoint.ToString()));
        if (contents.Stamp is { } stamp)
            Text(BundleFiles.Timestamp, stamp.Response);
        foreach (var criterion in ControlTexts.Criteria)
            Text(BundleFiles.ControlOf(criterion), ControlTexts.Of(criterion, contents));
        Csv(BundleFiles.Coverage, contents.Coverage.WriteCsv);
        Csv(BundleFiles.Index, WriteIndex);
        Entry(BundleFiles.Leaves, WriteLeaves);
        Text(BundleFiles.Limits, LimitsText.Of(contents));
        Text(BundleFiles.Mapping, Mapping.Current.Bytes.Span);
        Entry(BundleFiles.Observations, WriteObservations);
        Entry(BundleFiles.Populations, WritePopulations);
        if (contents.Principals is { } principals)
            Csv(BundleFiles.Principals, principals.WriteCsv);
        foreach (var page in contents.Pages)
            Entry(BundleFiles.PageOf(page), file => file.Write(database.Page(page)));
        Entry(BundleFiles.Report, file => new ReportPage(contents).Write(file));
        Csv(BundleFiles.Samples, contents.Samples.WriteCsv);
        Csv(BundleFiles.Subscriptions, contents.Subscriptions.WriteCsv);
        foreach (var level in contents.Tiles.GroupBy(tile => TileCut.FileOf(tile.Level)).OrderBy(level => level.Key, StringComparer.Ordinal))
            Text(level.Key, [.. level.SelectMany(tile => TileCut.Line(tile.Index, tile.Hash))]);
        Text(BundleFiles.Verifier, VerifierCopy.Bytes);
    }

    private BundleHead Head() => new()
    {
        Origin = contents.Workspace.Origin,
        From = Plan.Window.From,
        To = Plan.Window.To,
        Checkpoint = Plan.Size,
        First = Plan.First,
        Earlier = [.. Plan.Earlier],
        Keys = Plan.Keys,
        Names = contents.Request.WithNames,
        Raw = contents.Request.Raw,
    };

    private IEnumerable<ChangeRow> Changes() => AuditChanges.Of(contents.Log, Plan.Window, Plan.Size, contents.Source).Select(contents.Changes.Add);

    private void WriteIndex(CsvWriter csv)
    {
        csv.Row([.. IndexCsv.Header]);
        foreach (var (index, leaf) in database.Leaves(Plan.Disclosed))
            IndexCsv.Write(csv, index, leaf);
    }

    // The leaves as they are written now, and the hashes of the others, must give the root that was signed: what is signed below stands on this.
    private void WriteLeaves(Stream file)
    {
        var tree = new Frontier();
        var tiles = new Queue<(int Level, long Index, Digest Hash)>(contents.Tiles);
        foreach (var (index, leaf) in database.Leaves(Plan.Disclosed))
        {
            SkipTo(tree, tiles, index);
            file.Write(leaf.Bytes.Span);
            file.WriteByte((byte)'\n');
            tree.Append(leaf.Hash);
        }

        SkipTo(tree, tiles, Plan.Size);
        if (tree.Size != Plan.Size || tree.Root != Plan.Checkpoint.Checkpoint.Root)
            throw AuditDatabase.Broken($"a leaf or node below {Plan.Size}");
    }

    private static void SkipTo(Frontier tree, Queue<(int Level, long Index, Digest Hash)> tiles, long index)
    {
        while (tree.Size < index && tiles.TryDequeue(out var tile))
            tree.AppendSubtree(tile.Level, tile.Hash);
    }

    private void WriteObservations(Stream file)
    {
        var held = new List<HeldPopulation>();
        foreach (var connection in contents.Connections)
        {
            foreach (var type in EvidenceType.All)
            {
                if (contents.Source.Records(connection, type) is [var first, ..] and [.., var last])
                    held.AddRange(type.With.Prepend(type.Population).Select(population => new HeldPopulation(connection, population, first.Seq, last.Seq)));
            }
        }

        var visible = contents.Log.Visible.Where(leaf => Plan.Window.Contains(leaf.Leaf.Observed.From)).Select(leaf => leaf.Leaf.Digest).ToHashSet();
        var missing = visible.ToHashSet();
        foreach (var (digest, bytes) in database.Observations(held, visible))
        {
            file.Write(bytes);
            file.WriteByte((byte)'\n');
            missing.Remove(digest);
        }

        if (missing.Count > 0)
            throw AuditDatabase.Broken($"the observation {missing.First()}");
    }

    private void WritePopulations(Stream file)
    {
        var writer = new CanonicalWriter();
        foreach (var step in contents.Connections.SelectMany(contents.Source.Steps))
        {
            writer.Reset();
            step.WriteTo(writer);
            file.Write(writer.WrittenSpan);
            file.WriteByte((byte)'\n');
        }
    }

    private void Text(string name, ReadOnlySpan<byte> bytes)
    {
        using var entry = Begin(name);
        entry.Write(bytes);
    }

    private void Csv(string name, Action<CsvWriter> write) => Entry(name, file =>
    {
        using var csv = new CsvWriter(file);
        write(csv);
    });

    // Buffered: an entry hashes what it is given, and lines are short.
    private void Entry(string name, Action<Stream> write)
    {
        using var entry = new BufferedStream(Begin(name), 1 << 16);
        write(entry);
    }

    private Stream Begin(string name)
    {
        progress?.Invoke(Math.Min(_done++, Steps - 1), Steps, $"Writing {name}");
        return zip.Begin(name);
    }
}
