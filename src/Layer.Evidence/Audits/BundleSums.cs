using System.Text;

namespace Layer.Evidence.Audits;

/// <summary>The files <c>files.sha256</c> and <c>files.sha256.sig</c> (docs/evidence-format.md §8.1).</summary>
public static class BundleSums
{
    /// <summary>Name of the list.</summary>
    public const string Name = StoredZipLayout.Sums;

    /// <summary>Name of the signed note over it.</summary>
    public const string SignatureName = StoredZipLayout.SumsSignature;

    /// <summary>The list: what <c>sha256sum -c</c> reads.</summary>
    /// <param name="sums">All files but the two themselves, in the order of the zip file.</param>
    public static byte[] Write(IEnumerable<StoredZipSum> sums)
    {
        var text = new StringBuilder();
        foreach (var sum in sums)
            text.Append(sum.Sha256).Append("  ").Append(sum.Name).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The text that the log's keys sign: three lines.</summary>
    /// <param name="origin">The log's origin.</param>
    /// <param name="list">SHA-256 of <c>files.sha256</c>.</param>
    public static string SignedText(string origin, Digest list) => $"{BundleHead.Format}\n{origin}\n{list}\n";
}
