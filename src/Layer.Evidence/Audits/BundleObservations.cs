using System.Diagnostics.CodeAnalysis;
using Layer.Evidence.Canonical;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>The observations of a bundle: where each lies, of which type and key it is, and whether anything names it. Their bytes stay in the zip file.</summary>
internal sealed class BundleObservations
{
    private const string Place = BundleFiles.Observations;
    private readonly Dictionary<Digest, Lying> _byDigest = [];
    private readonly StoredZip _zip;
    private readonly StoredZipEntry _entry;

    private BundleObservations(StoredZip zip)
    {
        _zip = zip;
        _entry = zip.Find(Place) ?? throw new KeyNotFoundException($"The zip file has no '{Place}'."); // step 1 found it
    }

    public int Count => _byDigest.Count;

    /// <summary>Reads all of them: canonical, of a known type, ascending by digest.</summary>
    public static BundleObservations Read(BundleContainer bundle)
    {
        var observations = new BundleObservations(bundle.Zip);
        // Most observations of one object differ in their facts only: its key is kept once.
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var writer = new CanonicalWriter();
        Digest? last = null;
        using var lines = bundle.ReadLines(Place);
        try
        {
            while (lines.Next())
            {
                var digest = MerkleTree.LeafHash(lines.Current.Span);
                var (type, key) = ObservationForm.Read(lines.Current, writer);
                if (last is { } before && before.CompareTo(digest) >= 0)
                    throw new FormatException($"The observation {digest} is not where it belongs: they are ascending by digest, each once.");
                if (!keys.TryGetValue(key, out var kept))
                    keys.Add(key, kept = key);
                observations._byDigest.Add(digest, new Lying(lines.Offset, lines.Current.Length, type, kept));
                last = digest;
            }
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(Place, $"After {observations.Count} observations: {malformed.Message}", malformed);
        }

        return observations;
    }

    /// <summary>Notes that something names the observation, and tells its key.</summary>
    public bool TryName(Digest digest, string type, [NotNullWhen(true)] out string? key)
    {
        key = null;
        if (!_byDigest.TryGetValue(digest, out var lying) || lying.Type != type)
            return false;
        lying.IsNamed = true;
        key = lying.Key;
        return true;
    }

    /// <summary>An observation that nothing named; null when there is none.</summary>
    public Digest? FindUnnamed()
    {
        foreach (var (digest, lying) in _byDigest)
        {
            if (!lying.IsNamed)
                return digest;
        }

        return null;
    }

    /// <summary>The digests of a type.</summary>
    public IEnumerable<Digest> Of(string type) => _byDigest.Where(each => each.Value.Type == type).Select(each => each.Key);

    /// <summary>The canonical bytes.</summary>
    /// <exception cref="KeyNotFoundException">It is not there.</exception>
    public ReadOnlyMemory<byte> Get(Digest digest) => _byDigest.TryGetValue(digest, out var lying)
        ? _zip.ReadPart(_entry, lying.Offset, lying.Length)
        : throw new KeyNotFoundException($"The bundle has no observation {digest}.");

    private sealed class Lying(long offset, int length, string type, string key)
    {
        public long Offset => offset;

        public int Length => length;

        public string Type => type;

        public string Key => key;

        public bool IsNamed { get; set; }
    }
}
