using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

/// <summary>A bundle put together from a story as docs/evidence-format.md §8 says, without the product's builder; a test takes it apart and spoils it.</summary>
internal sealed class BundleKit
{
    private static readonly string[] Texts = ["README.txt", "assertion.md", "limits.md", "mapping.json", "report.html", "verify.py", "controls/CC6.1.md"];

    private readonly List<Leaf> _leaves;

    private BundleKit(List<Leaf> leaves, BundleHead head)
    {
        _leaves = leaves;
        Head = head;
        Note = Sign;
    }

    public IReadOnlyList<Leaf> Leaves => _leaves;

    public BundleHead Head { get; set; }

    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public SigningKey[] Signers { get; set; } = [Samples.Key];

    /// <summary>What stands in files.sha256 instead of the list.</summary>
    public Func<string, string> List { get; set; } = list => list;

    /// <summary>What stands in files.sha256.sig, from the text to be signed.</summary>
    public Func<string, byte[]> Note { get; set; }

    public static BundleKit Of(AuditStory story, string window, bool raw = false, bool names = false, params SigningKey[] signers) =>
        Of(story.Leaves, AuditStory.Window(window), story.BundleOf(window), raw, names, signers);

    public static BundleKit Of(List<Leaf> leaves, AuditWindow window, IAuditSource source, bool raw, bool names, params SigningKey[] signers)
    {
        var begins = window.From.ToDateTime(TimeOnly.MinValue).Ticks - TimeSpan.TicksPerHour;
        var first = leaves.FindIndex(leaf => leaf.At.UtcTicks >= begins) is >= 0 and var found ? found : leaves.Count;
        SigningKey[] keys = signers.Length == 0 ? [Samples.Key] : signers;
        var kit = new BundleKit(leaves, new BundleHead
        {
            Origin = Samples.Origin, From = window.From, To = window.To, Checkpoint = leaves.Count, First = first, Earlier = [.. EarlierOf(leaves, first)],
            Keys = [.. keys.Select(key => key.Public)], Names = names, Raw = raw,
        })
        {
            Signers = keys,
        };
        foreach (var name in Texts)
            kit.Files[name] = Encoding.UTF8.GetBytes($"{name}\n");
        kit.Fill(source);
        return kit;
    }

    /// <summary>Makes everything from the leaves again, as somebody would who has the key.</summary>
    public void Fill(IAuditSource source)
    {
        var log = new AuditLog();
        foreach (var index in Head.Disclosed)
            log.Add(index, _leaves[(int)index]);
        var scope = AuditScope.Of(log, Head.Window, Head.Checkpoint);
        var connections = log.ConnectionsBySubscription(Head.Checkpoint);
        var steps = scope.Subscriptions.SelectMany(each => connections[each]).OrderBy(each => each.ToString(), StringComparer.Ordinal).SelectMany(source.Steps).ToArray();
        FillTree();
        Files["populations.jsonl"] = Lines(steps.Select(Bytes));
        Files["observations.jsonl"] = Lines(steps.SelectMany(step => step.Add)
            .Concat(log.Visible.Where(each => Head.Window.Contains(each.Leaf.Observed.From)).Select(each => each.Leaf.Digest)).Distinct().Order()
            .Select(digest => source.Observation(digest).ToArray()));
        FillTables(source, log);
    }

    public void FillTree()
    {
        Files["bundle.json"] = Head.ToBytes();
        var checkpoint = new Checkpoint(Samples.Origin, _leaves.Count, MerkleTree.Root([.. _leaves.Select(leaf => leaf.Hash)]));
        Files["checkpoint"] = Sign(checkpoint.Text);
        Files["leaves.jsonl"] = Lines(Head.Disclosed.Select(index => _leaves[(int)index].Bytes.ToArray()));
        foreach (var name in Files.Keys.Where(name => name.StartsWith("tiles/", StringComparison.Ordinal)).ToArray())
            Files.Remove(name);
        var tree = new MerkleLog();
        foreach (var leaf in _leaves)
            tree.Append(leaf.Hash);
        foreach (var level in TileCut.Of(Head.Disclosed, _leaves.Count).GroupBy(tile => tile.Level))
            Files[TileCut.FileOf(level.Key)] = [.. level.SelectMany(tile => TileCut.Line(tile.Index, tree.Node(tile.Level, tile.Index)))];
    }

    public Checkpoint CheckpointAt(int size) => new(Samples.Origin, size, MerkleTree.Root([.. _leaves.Take(size).Select(leaf => leaf.Hash)]));

    /// <summary>A signed note over the text by all signers.</summary>
    public byte[] Sign(string text)
    {
        var notes = Signers.Select(key => key.Sign(text).Note).ToArray();
        return Encoding.UTF8.GetBytes(notes[0] + string.Concat(notes.Skip(1).Select(note => note[(text.Length + 1)..])));
    }

    public void Replace(string name, string what, string instead)
    {
        var text = Encoding.UTF8.GetString(Files[name]);
        Assert.Contains(what, text);
        Files[name] = Encoding.UTF8.GetBytes(text.Replace(what, instead, StringComparison.Ordinal));
    }

    public byte[] Build()
    {
        var zip = new MemoryStream();
        using var writer = new StoredZipWriter(zip);
        foreach (var (name, bytes) in Files)
            Write(writer, name, bytes);
        var list = Encoding.UTF8.GetBytes(List(Encoding.UTF8.GetString(BundleSums.Write(writer.Sums))));
        Write(writer, BundleSums.Name, list);
        Write(writer, BundleSums.SignatureName, Note(BundleSums.SignedText(Head.Origin, Digest.Of(list))));
        writer.Finish();
        return zip.ToArray();
    }

    /// <summary>Exit code and place; the last line says the same.</summary>
    public (int ExitCode, string? Place) Outcome()
    {
        var verdict = Verify();
        if (verdict.Place is not null)
            Assert.StartsWith($"INVALID: {verdict.Place}: ", verdict.Verdict.LastLine, StringComparison.Ordinal);
        return (verdict.Verdict.ExitCode, verdict.Place);
    }

    public BundleVerdict Verify(VerificationKey? key = null, byte[]? since = null, byte[]? proof = null, DeriveObservations? derive = null) =>
        BundleVerifier.Verify(new MemoryStream(Build()), key, since, proof, derive);

    private void FillTables(IAuditSource source, AuditLog log)
    {
        var (window, size) = (Head.Window, Head.Checkpoint);
        Files["index.csv"] = Table(csv =>
        {
            csv.Row([.. IndexCsv.Header]);
            foreach (var index in Head.Disclosed)
                IndexCsv.Write(csv, index, _leaves[(int)index]);
        });
        Files["coverage.csv"] = Table(CoverageTable.Of(log, window, size, log.LastDay, source).WriteCsv);
        Files["subscriptions.csv"] = Table(SubscriptionTable.Of(log, window, size, source).WriteCsv);
        Files["changes.csv"] = Table(csv => AuditChanges.WriteCsv(csv, AuditChanges.Of(log, window, size, source)));
        Files["samples.csv"] = Table(SampleTable.Of(log, window, Head.First, size).WriteCsv);
    }

    private static IEnumerable<long> EarlierOf(List<Leaf> leaves, int first)
    {
        if (first == 0)
            return [];
        var earlier = new SortedSet<long> { 0, first - 1 };
        var before = leaves.Take(first).Select((leaf, index) => (Index: (long)index, leaf.Body)).ToArray();
        earlier.UnionWith(before.Where(each => LeafKind.Standing.Contains(each.Body.Kind)).Select(each => each.Index));
        earlier.UnionWith(before.Where(each => each.Body is SyncManifest).GroupBy(each => ((SyncManifest)each.Body).Connection).Select(each => each.Last().Index));
        foreach (var newest in before.Where(each => each.Body is EvidenceRecord).GroupBy(each => (((EvidenceRecord)each.Body).Connection, ((EvidenceRecord)each.Body).Type)))
            earlier.UnionWith([newest.Last().Index, ((EvidenceRecord)newest.Last().Body).Manifest]);
        var disclosed = earlier.Concat(Enumerable.Range(first, leaves.Count - first).Select(index => (long)index));
        earlier.UnionWith(disclosed.Select(index => leaves[(int)index].Body).OfType<SyncManifest>().Select(sync => sync.SettingAt).OfType<long>().Where(at => at < first).ToArray());
        return earlier;
    }

    private static void Write(StoredZipWriter writer, string name, byte[] bytes)
    {
        using var entry = writer.Begin(name);
        entry.Write(bytes);
    }

    private static byte[] Lines(IEnumerable<byte[]> lines) => [.. lines.SelectMany(line => line.Append((byte)'\n'))];

    private static byte[] Bytes(PopulationStep step)
    {
        var writer = new CanonicalWriter();
        step.WriteTo(writer);
        return writer.ToArray();
    }

    private static byte[] Table(Action<CsvWriter> write) => Encoding.UTF8.GetBytes(Csv.Of(write));
}
