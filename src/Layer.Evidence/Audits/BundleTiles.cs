using System.Text;
using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary>The hashes of what a bundle does not disclose: the first part of step 4 of docs/evidence-format.md §9.1.</summary>
internal static class BundleTiles
{
    /// <summary>Reads the tiles from left to right; there are exactly those of §8.3.</summary>
    public static IReadOnlyList<TreeNode> Read(BundleContainer bundle)
    {
        var files = new SortedDictionary<int, BundleLines>();
        var tiles = new List<TreeNode>();
        try
        {
            foreach (var (level, index) in TileCut.Of(bundle.Head.Disclosed, bundle.Head.Checkpoint))
            {
                if (!files.TryGetValue(level, out var lines))
                    files.Add(level, lines = Open(bundle, level));
                tiles.Add(Read(lines, level, index));
            }

            foreach (var (level, lines) in files)
            {
                if (Next(lines, level))
                    throw BundleProblemException.Broken(TileCut.FileOf(level), "It has more hashes than the leaves that are not disclosed need.");
            }

            foreach (var entry in bundle.Zip.Entries)
            {
                if (BundleFiles.IsTiles(entry.Name, out var level) && !files.ContainsKey(level))
                    throw BundleProblemException.Broken(entry.Name, "The leaves that are not disclosed need no hash of this level.");
            }
        }
        finally
        {
            foreach (var lines in files.Values)
                lines.Dispose();
        }

        return tiles;
    }

    private static BundleLines Open(BundleContainer bundle, int level)
    {
        var name = TileCut.FileOf(level);
        return bundle.Zip.Find(name) is null
            ? throw BundleProblemException.Broken(name, "It is missing: the leaves that are not disclosed need hashes of this level.")
            : bundle.ReadLines(name);
    }

    private static TreeNode Read(BundleLines lines, int level, long index)
    {
        var hash = default(Digest);
        var isLine = Next(lines, level) && Ascii.IsValid(lines.Current.Span)
            && Encoding.ASCII.GetString(lines.Current.Span).Split(' ') is [var first, var second]
            && StrictText.TryDecimal(first, out var found) && found == index && StrictText.TryDigest(second, out hash);
        return isLine
            ? new TreeNode(level, index, hash)
            : throw BundleProblemException.Broken(TileCut.FileOf(level), $"Where the subtree {index} of its level should stand, there is something else.");
    }

    private static bool Next(BundleLines lines, int level)
    {
        try
        {
            return lines.Next();
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(TileCut.FileOf(level), malformed.Message, malformed);
        }
    }
}
