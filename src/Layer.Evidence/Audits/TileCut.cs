using System.Numerics;
using System.Text;
using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary>How a bundle covers the leaves that it does not disclose: by the largest complete subtrees (docs/evidence-format.md §8.3).</summary>
public static class TileCut
{
    /// <summary>The subtrees in the gaps between the disclosed leaves, from left to right, named by level and index as in <see cref="TreeNode"/>.</summary>
    /// <param name="disclosedAscending">Indices of the disclosed leaves, ascending, each below <paramref name="size"/>; read once.</param>
    /// <param name="size">The size of the tree.</param>
    /// <exception cref="ArgumentException">The indices do not ascend, or one is not a leaf of the tree.</exception>
    public static IEnumerable<(int Level, long Index)> Of(IEnumerable<long> disclosedAscending, long size)
    {
        var at = 0L;
        foreach (var disclosed in disclosedAscending)
        {
            if (disclosed < at || disclosed >= size)
                throw new ArgumentException($"{disclosed} is not a leaf after {at - 1} of a tree of {size}.", nameof(disclosedAscending));
            foreach (var tile in Gap(at, disclosed))
                yield return tile;
            at = disclosed + 1;
        }

        foreach (var tile in Gap(at, size))
            yield return tile;
    }

    /// <summary>Name of the file of a level.</summary>
    public static string FileOf(int level) => FormattableString.Invariant($"tiles/{level}");

    /// <summary>One line of that file, with its newline.</summary>
    public static byte[] Line(long index, Digest hash) => Encoding.ASCII.GetBytes(FormattableString.Invariant($"{index} {hash.ToBase64()}\n"));

    private static IEnumerable<(int Level, long Index)> Gap(long start, long end)
    {
        while (start < end)
        {
            var level = Math.Min(BitOperations.Log2((ulong)(end - start)), start == 0 ? 62 : BitOperations.TrailingZeroCount(start));
            yield return (level, start >> level);
            start += 1L << level;
        }
    }
}
