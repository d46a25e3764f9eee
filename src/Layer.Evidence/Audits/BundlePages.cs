using System.Buffers.Binary;
using System.IO.Compression;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>The kept pages of a bundle, and the populations derived from them again: step 8 of docs/evidence-format.md §9.1.</summary>
internal sealed class BundlePages
{
    /// <summary>A page that unpacks to more is refused: Azure's are of some MB.</summary>
    private const int LargestPage = 64 << 20;

    private readonly BundleContainer _bundle;
    private readonly ManifestPages _manifests;
    private readonly DeriveObservations? _derive;

    private BundlePages(BundleContainer bundle, ManifestPages manifests, DeriveObservations? derive)
    {
        _bundle = bundle;
        _manifests = manifests;
        _derive = derive;
    }

    /// <summary>How many populations were derived again.</summary>
    public int Derived { get; private set; }

    /// <summary>How many could not be because their pages, which say what those before them said, were not kept.</summary>
    public int NotKept { get; private set; }

    /// <summary>How many could not be although something changed.</summary>
    public int Missing { get; private set; }

    /// <summary>Checks all pages, when there are any, and derives what can be.</summary>
    public static BundlePages? Check(
        BundleContainer bundle, BundleLeaves leaves, AuditScope scope, BundlePopulations populations, DeriveObservations? derive, Action<long, long>? progress)
    {
        if (leaves.Pages is not { } manifests)
            return null;
        var pages = new BundlePages(bundle, manifests, derive);
        var records = BundleRecords.Of(leaves.Log, bundle.Head, scope).ToArray();
        pages.CheckFiles(records.SelectMany(each => each.All.Concat(each.FindLastChanged(leaves.Log) is { } changed ? [changed] : [])), progress);
        foreach (var each in records)
        {
            foreach (var type in each.Type.With.Prepend(each.Type.Population))
                pages.Derive(each, type, each.FindLastChanged(leaves.Log), populations.Steps(each.Connection).Where(step => step.Type == type), populations);
        }

        return pages;
    }

    private void CheckFiles(IEnumerable<AuditRecord> records, Action<long, long>? progress)
    {
        var named = records.Select(record => record.Manifest).Distinct().SelectMany(_manifests.Of).ToHashSet();
        var read = 0L;
        foreach (var entry in _bundle.Zip.Entries)
        {
            progress?.Invoke(++read, _bundle.Zip.Entries.Count);
            if (!BundleFiles.IsPage(entry.Name, out var sha256))
                continue;
            if (!named.Contains(sha256))
                throw BundleProblemException.Broken(entry.Name, "No manifest of a base, of a record of the window or of a last change names this page.");
            if (Digest.Of(Unpack(entry.Name)) != sha256)
                throw BundleProblemException.Broken(entry.Name, "It does not unpack to what its name says.");
        }
    }

    private void Derive(BundleRecords records, string type, AuditRecord? lastChanged, IEnumerable<PopulationStep> steps, BundlePopulations populations)
    {
        var state = new PopulationState();
        var rest = new Queue<PopulationStep>(steps);
        (string Pages, Digest Root)? last = null;
        foreach (var record in records.All)
        {
            if (type == ObservationType.RoleDefinition && rest.TryPeek(out var step) && step.Seq == record.Seq)
                state.Take(rest.Dequeue(), digest => populations.KeyOf(digest, type));
            var pages = _manifests.Of(record.Manifest, type).ToArray();
            // Nothing changed after it up to the base, so its pages say what the base's would.
            ManifestPage[] older = record.Index == records.Window.Base?.Index && lastChanged is { } changed ? [.. _manifests.Of(changed.Manifest, type)] : [];
            var population = record.Populations.First(each => each.Type == type);
            // From day to day most pages are the same, and then so is what is derived from them.
            var same = (string.Join(' ', pages.Concat(older)), population.Root);
            var isDerived = same == last || (type == ObservationType.RoleDefinition
                ? AreAmong(records.Subscription, [.. pages, .. older], record, state)
                : Is(records.Subscription, pages, record, population) || (older.Length > 0 && Is(records.Subscription, older, record, population)));
            last = isDerived ? same : null;
            if (isDerived)
                Derived++;
            else if (population is { Added: 0, Changed: 0, Removed: 0 })
                NotKept++;
            else
                Missing++;
        }
    }

    // All pages are needed, and what they say is the population. False when one is not there.
    private bool Is(Guid subscription, ManifestPage[] pages, AuditRecord record, AuditPopulation population)
    {
        if (_derive is null || !Array.TrueForAll(pages, page => page.Sha256 is { } sha256 && IsHere(sha256)))
            return false;
        try
        {
            var again = new Population(population.Type, pages.SelectMany(page => Derive(page, subscription, record)).DistinctBy(each => each.Digest));
            return again.Root == population.Root && again.Count == population.Count
                ? true
                : throw Contradicted(record, $"the population of {population.Type} has {again.Count} observations and the root {again.Root}.");
        }
        catch (FormatException unreadable)
        {
            throw Contradicted(record, $"the population of {population.Type} cannot be read: {unreadable.Message}", unreadable);
        }
        catch (ArgumentException twice)
        {
            throw Contradicted(record, $"the population of {population.Type} contradicts itself: {twice.Message}", twice);
        }
    }

    // Pages hold definitions that nobody uses too, and one that cannot be read may not be needed. False when a definition in use is on none of them.
    private bool AreAmong(Guid subscription, ManifestPage[] pages, AuditRecord record, PopulationState state)
    {
        var wanted = state.Digests.ToHashSet();
        foreach (var page in pages.Where(page => _derive is not null && page.Sha256 is { } sha256 && IsHere(sha256)))
        {
            try
            {
                wanted.ExceptWith(Derive(page, subscription, record).Select(each => each.Digest));
            }
            catch (FormatException)
            {
                // Passed over: what it would have shown is looked for on the others.
            }
        }

        return wanted.Count == 0;
    }

    private bool IsHere(Digest sha256) => _bundle.Zip.Find(BundleFiles.PageOf(sha256)) is not null;

    private IReadOnlyList<Observation> Derive(ManifestPage page, Guid subscription, AuditRecord record)
    {
        // Asked only of pages that are here, and only when somebody can.
        var rows = _derive!(page.Template, subscription, Unpack(BundleFiles.PageOf(page.Sha256!.Value)));
        return page.Rows is { } expected && expected != rows.Count
            ? throw Contradicted(record, $"a page of {page.Template} has {rows.Count} items, and its manifest says {expected}.")
            : rows;
    }

    private static BundleProblemException Contradicted(AuditRecord record, string what, Exception? cause = null) =>
        BundleProblemException.Broken(BundleProblemException.Leaf(record.Index), $"Derived again from its pages, {what}", cause);

    private byte[] Unpack(string name)
    {
        try
        {
            using var packed = _bundle.Zip.OpenEntry(name);
            using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            using var page = new MemoryStream();
            var chunk = new byte[1 << 16];
            for (int read; (read = unpacked.Read(chunk)) > 0;)
            {
                if (page.Length + read > LargestPage)
                    throw BundleProblemException.Malformed(name, $"It unpacks to more than {LargestPage} bytes.");
                page.Write(chunk, 0, read);
            }

            CheckEnd(name, page.GetBuffer().AsSpan(0, (int)page.Length));
            return page.ToArray();
        }
        catch (InvalidDataException damaged)
        {
            throw BundleProblemException.Broken(name, "It cannot be unpacked.", damaged);
        }
    }

    // RFC 1952: the file ends with CRC-32 and length of what it unpacks to. GZipStream looks neither for a file that is cut off nor for what follows.
    private void CheckEnd(string name, ReadOnlySpan<byte> page)
    {
        const int EndSize = 8;
        var crc = default(Crc32);
        crc.Append(page);
        Span<byte> expected = stackalloc byte[EndSize];
        BinaryPrimitives.WriteUInt32LittleEndian(expected, crc.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(expected[4..], (uint)page.Length);
        var entry = _bundle.Zip.Find(name)!; // it was opened
        if (entry.Length < EndSize || !_bundle.Zip.ReadPart(entry, entry.Length - EndSize, EndSize).AsSpan().SequenceEqual(expected))
            throw BundleProblemException.Broken(name, "It does not end as it should.");
    }
}
