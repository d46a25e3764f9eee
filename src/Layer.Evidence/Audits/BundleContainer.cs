namespace Layer.Evidence.Audits;

/// <summary>A bundle whose zip file, file names and <c>bundle.json</c> are right: step 1 of docs/evidence-format.md §9.1.</summary>
internal sealed class BundleContainer
{
    private const int LargestNote = 1 << 20;
    private const int LargestHead = 64 << 20;

    private BundleContainer(StoredZip zip, IReadOnlyList<StoredZipSum> sums, BundleHead head)
    {
        Zip = zip;
        Sums = sums;
        Head = head;
    }

    public StoredZip Zip { get; }

    /// <summary>SHA-256 of each file, in the order of the zip file.</summary>
    public IReadOnlyList<StoredZipSum> Sums { get; }

    public BundleHead Head { get; }

    /// <param name="stream">Readable and seekable.</param>
    /// <param name="progress">Told how many bytes of how many were read.</param>
    public static BundleContainer Open(Stream stream, Action<long, long>? progress)
    {
        var (zip, sums) = Reading(BundleProblemException.Container, () =>
        {
            var opened = StoredZip.Open(stream);
            return (opened, opened.ReadSums(progress));
        });
        if (zip.Find(BundleHead.Name) is null)
            throw BundleProblemException.Malformed(BundleProblemException.Container, $"'{BundleHead.Name}' is missing.");
        var head = Reading(BundleHead.Name, () => BundleHead.Parse(zip.ReadEntry(BundleHead.Name, LargestHead)));
        if (BundleFiles.FindProblem(zip, head) is { } problem)
            throw BundleProblemException.Malformed(BundleProblemException.Container, problem);
        return new BundleContainer(zip, sums, head);
    }

    /// <summary>SHA-256 of a file.</summary>
    public Digest SumOf(string name) => Sums.First(sum => sum.Name == name).Sha256;

    /// <summary>A file that is a signed note.</summary>
    public byte[] ReadNote(string name) => Reading(name, () => Zip.ReadEntry(name, LargestNote));

    /// <summary>A file line by line.</summary>
    public BundleLines ReadLines(string name) => new(Zip.OpenEntry(name));

    private static T Reading<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Malformed(place, malformed.Message, malformed);
        }
    }
}
