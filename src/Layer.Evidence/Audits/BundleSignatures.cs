using System.Text;
using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary>Who signed a bundle: steps 2 and 3 of docs/evidence-format.md §9.1.</summary>
internal static class BundleSignatures
{
    private const int LargestStamp = 1 << 20;

    /// <summary>The signed list of files is right, and each file is as listed. Returns the keys that count, those that signed first.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="pinned">The key that the verifier was given; null to take those that the bundle names.</param>
    public static IReadOnlyList<VerificationKey> CheckFiles(BundleContainer bundle, VerificationKey? pinned)
    {
        const string Place = BundleSums.SignatureName;
        if (!SignedNote.TryParse(bundle.ReadNote(Place), out var note, out var problem))
            throw BundleProblemException.Malformed(Place, problem);
        IReadOnlyList<VerificationKey> keys = pinned is null ? bundle.Head.Keys : [pinned];
        CheckSigned(Place, keys, bundle.Head.Origin, note);
        if (note.Text.Split('\n') is not [BundleHead.Format, var origin, var list, ""] || origin != bundle.Head.Origin)
            throw BundleProblemException.Broken(Place, $"What it signs is not a list of files of the log {bundle.Head.Origin}.");
        if (list != bundle.SumOf(BundleSums.Name).ToString())
            throw BundleProblemException.Broken(BundleSums.Name, "Another list was signed.");
        CheckList(bundle);
        return [.. keys.OrderBy(key => StateOf(key, bundle.Head.Origin, note) == SignatureState.Valid ? 0 : 1)];
    }

    /// <summary>The checkpoint is signed, and is the one that the bundle names.</summary>
    public static Checkpoint CheckCheckpoint(BundleContainer bundle, IReadOnlyList<VerificationKey> keys)
    {
        const string Place = BundleFiles.Checkpoint;
        var head = bundle.Head;
        if (!SignedCheckpoint.TryParse(bundle.ReadNote(Place), out var signed, out var problem))
            throw BundleProblemException.Malformed(Place, problem);
        CheckSigned(Place, keys, head.Origin, signed.Note);
        if (signed.Checkpoint.Origin != head.Origin || signed.Checkpoint.Size != head.Checkpoint)
            throw BundleProblemException.Broken(Place, $"It is one of {signed.Checkpoint.Size} leaves of {signed.Checkpoint.Origin}, and {BundleHead.Name} says otherwise.");
        CheckKeys(head, signed);
        return signed.Checkpoint;
    }

    /// <summary>When there is a time stamp, it is over the checkpoint. Returns the authority's time; null when there is none.</summary>
    public static DateTimeOffset? CheckTimestamp(BundleContainer bundle)
    {
        const string Place = BundleFiles.Timestamp;
        if (bundle.Zip.Find(Place) is null)
            return null;
        TimestampImprint stamp;
        try
        {
            stamp = TimestampImprint.Read(bundle.Zip.ReadEntry(Place, LargestStamp));
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Malformed(Place, malformed.Message, malformed);
        }

        return stamp.Sha256 == bundle.SumOf(BundleFiles.Checkpoint)
            ? stamp.At
            : throw BundleProblemException.Broken(Place, "It is over something else than the checkpoint.");
    }

    /// <summary>One of the keys signed the note, and no signature that names one of them is broken.</summary>
    public static void CheckSigned(string place, IReadOnlyList<VerificationKey> keys, string origin, SignedNote note)
    {
        var states = keys.Select(key => StateOf(key, origin, note)).ToArray();
        // A signature that names the key and is not its was damaged or forged; it is not that of another key.
        if (states.Contains(SignatureState.Invalid))
            throw BundleProblemException.Broken(place, "A signature that names the log's key is not its.");
        if (!states.Contains(SignatureState.Valid))
            throw BundleProblemException.WrongKey(place, $"It is not signed with {string.Join(" or ", keys)}.");
    }

    // A key signs for the log whose name it has, and for no other.
    private static SignatureState StateOf(VerificationKey key, string origin, SignedNote note) =>
        key.Name == origin ? note.Check(key) : SignatureState.NotSigned;

    // The keys that the bundle names signed the checkpoint, in the order of its lines.
    private static void CheckKeys(BundleHead head, SignedCheckpoint signed)
    {
        var inOrder = signed.Note.Signatures
            .Select(line => head.Keys.FirstOrDefault(key => key.Name == line.Name && key.KeyId == line.KeyId)).OfType<VerificationKey>().Distinct();
        if (head.Keys.Any(key => signed.Check(key) != SignatureState.Valid) || !inOrder.SequenceEqual(head.Keys))
            throw BundleProblemException.Broken(BundleHead.Name, "Its keys did not all sign the checkpoint, in that order.");
    }

    private static void CheckList(BundleContainer bundle)
    {
        const string Place = BundleSums.Name;
        var files = bundle.Sums.Where(sum => sum.Name is not (BundleSums.Name or BundleSums.SignatureName)).ToArray();
        var expected = BundleSums.Write(files);
        if (bundle.Zip.Find(Place)!.Length == expected.Length && bundle.SumOf(Place) == Digest.Of(expected)) // step 1 found it there
            return;

        using var lines = bundle.ReadLines(Place);
        foreach (var file in files)
        {
            var (isLine, hash) = ReadLine(lines, file.Name);
            if (!isLine)
                throw BundleProblemException.Broken(Place, $"'{file.Name}' is not listed where it should be.");
            if (hash != file.Sha256)
                throw BundleProblemException.Broken(file.Name, $"It has the SHA-256 {file.Sha256}, and {hash} is listed.");
        }

        throw BundleProblemException.Broken(Place, "It lists more than there is, or is written otherwise.");
    }

    private static (bool IsLine, Digest Hash) ReadLine(BundleLines lines, string name)
    {
        try
        {
            if (!lines.Next() || !Ascii.IsValid(lines.Current.Span))
                return default;
        }
        catch (FormatException)
        {
            return default;
        }

        var line = Encoding.ASCII.GetString(lines.Current.Span);
        return line.Length > 64 && Digest.TryParse(line.AsSpan(0, 64), out var hash) && line == $"{hash}  {name}" ? (true, hash) : default;
    }
}
