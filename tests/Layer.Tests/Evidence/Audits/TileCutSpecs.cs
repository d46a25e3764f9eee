using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

public sealed class TileCutSpecs
{
    // Every way to disclose some leaves of every tree of up to eleven.
    [Fact]
    public void The_disclosed_leaves_and_the_tiles_give_the_root_of_every_small_tree()
    {
        for (var size = 0; size <= 11; size++)
        {
            var log = MerkleLog.Of(size);
            for (var set = 0; set < 1 << size; set++)
            {
                var disclosed = Enumerable.Range(0, size).Where(i => (set >> i & 1) == 1).Select(i => (long)i).ToArray();
                var tiles = TileCut.Of(disclosed, size).ToArray();
                Assert.Equal(NaiveCut(disclosed, size), tiles);
                Assert.Equal(log.NaiveRoot(size), Root(log, disclosed, tiles));
            }
        }
    }

    [Fact]
    public void A_large_gap_costs_few_tiles()
    {
        Assert.Equal([(52, 0), (51, 2)], TileCut.Of([], (1L << 52) + (1L << 51)));
        Assert.Equal(53, TileCut.Of([(1L << 52) - 1], 1L << 53).Count());
        Assert.Equal([(0, 1), (1, 1), (2, 1), (1, 4)], TileCut.Of([0, 10], 11));
    }

    [Theory]
    [InlineData(5, new long[] { 5 })]
    [InlineData(5, new long[] { 3, 3 })]
    [InlineData(9, new long[] { 4, 3 })]
    [InlineData(9, new long[] { -1 })]
    public void Leaves_that_do_not_ascend_or_are_not_there_are_refused(long size, long[] disclosed)
    {
        Assert.Throws<ArgumentException>(() => TileCut.Of(disclosed, size).ToArray());
    }

    [Fact]
    public void A_subtree_is_appended_only_where_it_can_stand()
    {
        var frontier = new Frontier();
        frontier.Append(Samples.Hash("leaf"));
        Assert.Throws<InvalidOperationException>(() => frontier.AppendSubtree(1, Samples.Hash("x")));
        Assert.Throws<InvalidOperationException>(() => frontier.AppendSubtree(-1, Samples.Hash("x")));
        frontier.AppendSubtree(0, Samples.Hash("x"));
        frontier.AppendSubtree(1, Samples.Hash("y"));
        Assert.Equal(4, frontier.Size);
        Assert.Equal(MerkleTree.NodeHash(MerkleTree.NodeHash(Samples.Hash("leaf"), Samples.Hash("x")), Samples.Hash("y")), frontier.Root);
    }

    [Fact]
    public void A_line_is_an_index_and_base64()
    {
        Assert.Equal("tiles/7", TileCut.FileOf(7));
        Assert.Equal("12 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"u8, TileCut.Line(12, MerkleTree.EmptyRoot));
    }

    private static Digest Root(MerkleLog log, long[] disclosed, (int Level, long Index)[] tiles)
    {
        var frontier = new Frontier();
        foreach (var (level, index) in disclosed.Select(i => (0, i)).Concat(tiles).OrderBy(t => t.Item2 << t.Item1))
            frontier.AppendSubtree(level, log.Node(level, index));
        return frontier.Root;
    }

    // The definition: of all complete subtrees that begin here and end in the gap, the largest.
    private static List<(int Level, long Index)> NaiveCut(long[] disclosed, long size)
    {
        var cut = new List<(int, long)>();
        for (var start = 0L; start < size;)
        {
            if (disclosed.Contains(start))
            {
                start++;
                continue;
            }

            var level = 0;
            for (var each = 1; 1L << each <= size; each++)
            {
                var leaves = 1L << each;
                if (start % leaves == 0 && start + leaves <= size && !disclosed.Any(d => d >= start && d < start + leaves))
                    level = each;
            }

            cut.Add((level, start >> level));
            start += 1L << level;
        }

        return cut;
    }
}
