using CsCheck;
using Layer.Evidence;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

public sealed class MerkleProofSpecs
{
    private const int Most = 256;

    [Fact]
    public void The_frontier_has_the_root_of_the_definition_at_every_size()
    {
        var log = MerkleLog.Of(Most);
        var frontier = new Frontier();
        for (var size = 0; size <= Most; size++)
        {
            Assert.Equal(log.NaiveRoot(size), frontier.Root);
            Assert.Equal(frontier.Root, new Frontier(size, log.Node).Root);
            if (size < Most)
                frontier.Append(log.Leaf(size));
        }
    }

    [Fact]
    public void A_frontier_rebuilt_from_stored_nodes_goes_on_like_the_one_that_never_stopped()
    {
        var log = MerkleLog.Of(Most);
        for (var size = 0; size < Most; size++)
        {
            var rebuilt = new Frontier(size, log.Node);
            List<TreeNode> nodes = [];
            rebuilt.Append(log.Leaf(size), nodes);
            Assert.All(nodes, node => Assert.Equal(log.Node(node.Level, node.Index), node.Hash));
            Assert.Equal(log.NaiveRoot(size + 1), rebuilt.Root);
            Assert.Equal(size + 1, rebuilt.Size);
        }
    }

    [Fact]
    public void Every_leaf_of_every_tree_up_to_256_has_the_inclusion_proof_of_the_definition()
    {
        var log = MerkleLog.Of(Most);
        for (var size = 1; size <= Most; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = MerkleProof.Inclusion(index, size, log.Node);
                Assert.Equal(log.NaiveInclusion(index, 0, size), proof);
                Assert.Equal(proof, MerkleProof.Inclusion(index, log.Leaves.Take(size).ToArray()));
                Assert.True(MerkleProof.VerifyInclusion(index, size, log.Leaf(index), proof, log.NaiveRoot(size)));
                Assert.False(MerkleProof.VerifyInclusion(index + 1, size, log.Leaf(index), proof, log.NaiveRoot(size)));
            }
        }
    }

    [Fact]
    public void Every_pair_of_sizes_up_to_256_has_the_consistency_proof_of_the_definition()
    {
        var log = MerkleLog.Of(Most);
        for (var to = 1; to <= Most; to++)
        {
            for (var from = 1; from <= to; from++)
            {
                var proof = MerkleProof.Consistency(from, to, log.Node);
                Assert.Equal(log.NaiveConsistency(from, 0, to, whole: true), proof);
                Assert.True(MerkleProof.VerifyConsistency(from, log.NaiveRoot(from), to, log.NaiveRoot(to), proof));
                if (from > 1)
                    Assert.False(MerkleProof.VerifyConsistency(from - 1, log.NaiveRoot(from), to, log.NaiveRoot(to), proof));
            }
        }
    }

    [Fact]
    public void A_consistency_proof_with_any_bit_flipped_is_refused()
    {
        var log = MerkleLog.Of(64);
        var pairs = Gen.Int[1, 63].SelectMany(from => Gen.Int[from + 1, 64].Select(to => (from, to)));
        Gen.Select(pairs, Gen.Int[0, 63], Gen.Int[0, 255]).Sample((pair, which, bit) =>
        {
            var proof = MerkleProof.Consistency(pair.from, pair.to, log.Node).ToArray();
            proof[which % proof.Length] = Flip(proof[which % proof.Length], bit);
            return !MerkleProof.VerifyConsistency(pair.from, log.NaiveRoot(pair.from), pair.to, log.NaiveRoot(pair.to), proof);
        }, Property.Print, threads: 1);
    }

    [Fact]
    public void An_inclusion_proof_with_any_bit_flipped_or_a_hash_more_or_less_is_refused()
    {
        var log = MerkleLog.Of(64);
        var places = Gen.Int[2, 64].SelectMany(size => Gen.Int[0, size - 1].Select(index => (index, size)));
        Gen.Select(places, Gen.Int[0, 63], Gen.Int[0, 255]).Sample((place, which, bit) =>
        {
            var (leaf, root) = (log.Leaf(place.index), log.NaiveRoot(place.size));
            var proof = MerkleProof.Inclusion(place.index, place.size, log.Node).ToArray();
            var flipped = proof.ToArray();
            flipped[which % proof.Length] = Flip(flipped[which % proof.Length], bit);
            return MerkleProof.VerifyInclusion(place.index, place.size, leaf, proof, root)
                && !MerkleProof.VerifyInclusion(place.index, place.size, leaf, flipped, root)
                && !MerkleProof.VerifyInclusion(place.index, place.size, leaf, proof[1..], root)
                && !MerkleProof.VerifyInclusion(place.index, place.size, leaf, [.. proof, root], root)
                && !MerkleProof.VerifyInclusion(place.index, place.size, Flip(leaf, bit), proof, root);
        }, Property.Print, threads: 1);
    }

    [Fact]
    public void A_proof_in_a_log_of_a_million_leaves_asks_for_few_nodes()
    {
        const int Size = 1_000_003;
        var log = MerkleLog.Of(Size);
        var asked = log.Asked;
        var inclusion = MerkleProof.Inclusion(654_321, Size, log.Node);
        var consistency = MerkleProof.Consistency(777_777, Size, log.Node);

        Assert.InRange(log.Asked - asked, 1, 100);
        Assert.True(MerkleProof.VerifyInclusion(654_321, Size, log.Leaf(654_321), inclusion, log.Frontier.Root));
        Assert.True(MerkleProof.VerifyConsistency(777_777, new Frontier(777_777, log.Node).Root, Size, log.Frontier.Root, consistency));
    }

    [Fact]
    public void An_empty_log_is_the_beginning_of_nothing_but_itself()
    {
        var log = MerkleLog.Of(1);
        Assert.True(MerkleProof.VerifyConsistency(0, MerkleTree.EmptyRoot, 0, MerkleTree.EmptyRoot, []));
        Assert.False(MerkleProof.VerifyConsistency(0, MerkleTree.EmptyRoot, 1, log.NaiveRoot(1), []));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.Consistency(0, 1, log.Node));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleProof.Inclusion(1, 1, log.Node));
    }

    private static Digest Flip(Digest digest, int bit)
    {
        var bytes = digest.ToArray();
        bytes[bit / 8] ^= (byte)(1 << bit % 8);
        return new Digest(bytes);
    }
}
