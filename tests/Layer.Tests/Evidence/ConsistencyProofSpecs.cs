using System.Text;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

public sealed class ConsistencyProofSpecs
{
    private const string Root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private static readonly MerkleLog Log = MerkleLog.Of(64);

    private static Checkpoint At(int size) => new(Samples.Origin, size, Log.NaiveRoot(size));

    private static ConsistencyProof Prove(int from, int to) => new(from, MerkleProof.Consistency(from, to, Log.Node), At(to).Sign(Samples.Key));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Every_pair_of_sizes_reads_back_and_shows_that_the_log_only_grew()
    {
        for (var to = 1; to <= 64; to++)
        {
            for (var from = 1; from <= to; from++)
            {
                var text = Prove(from, to).Text;
                Assert.True(ConsistencyProof.TryParse(Bytes(text), out var proof, out _));
                Assert.Equal(text, proof.Text);
                Assert.True(proof.Verify(At(from), Samples.Key.Public));
                if (from > 1)
                    Assert.False(proof.Verify(At(from - 1), Samples.Key.Public));
            }
        }
    }

    [Fact]
    public void It_is_the_body_of_a_witness_request()
    {
        var checkpoint = At(6).Sign(Samples.Key);

        Assert.Equal(
            $"old 4\n{MerkleTree.NodeHash(Log.Leaf(4), Log.Leaf(5)).ToBase64()}\n\n{checkpoint}", Prove(4, 6).Text);
        Assert.Equal($"old 6\n\n{checkpoint}", Prove(6, 6).Text);
    }

    [Fact]
    public void Another_root_another_log_and_another_key_are_refused()
    {
        var proof = Prove(5, 23);
        Assert.True(proof.Verify(At(5), Samples.Key.Public));

        Assert.False(proof.Verify(At(5) with { Root = Log.NaiveRoot(6) }, Samples.Key.Public));
        Assert.False(proof.Verify(At(5) with { Origin = "layer/other" }, Samples.Key.Public));
        Assert.False(proof.Verify(At(5), SigningKey.Create(Samples.Origin).Public));
        Assert.False((proof with { OldSize = 6 }).Verify(At(6), Samples.Key.Public));
    }

    [Fact]
    public void From_an_empty_log_nothing_is_shown()
    {
        Assert.True(ConsistencyProof.TryParse(Bytes($"old 0\n\n{At(6).Sign(Samples.Key)}"), out var proof, out _));

        Assert.False(proof.Verify(new Checkpoint(Samples.Origin, 0, MerkleTree.EmptyRoot), Samples.Key.Public));
    }

    [Theory]
    [InlineData("old 04\n{0}\n\n")]
    [InlineData("old -4\n{0}\n\n")]
    [InlineData("old  4\n{0}\n\n")]
    [InlineData("OLD 4\n{0}\n\n")]
    [InlineData("old 4\r\n{0}\n\n")]
    [InlineData("old 4 \n{0}\n\n")]
    [InlineData("size 4\n{0}\n\n")]
    [InlineData("old 4\n{0} \n\n")]
    [InlineData("old 4\n{0}=\n\n")]
    [InlineData("old 4\nextra\n{0}\n\n")]
    [InlineData("old 7\n{0}\n\n")]
    [InlineData("old 6\n{0}\n\n")]
    [InlineData("old 0\n{0}\n\n")]
    [InlineData("old 4\n{0}\n")]
    [InlineData("\nold 4\n{0}\n\n")]
    public void A_second_spelling_is_no_proof(string head)
    {
        var text = string.Format(head, Root) + At(6).Sign(Samples.Key);

        Assert.False(ConsistencyProof.TryParse(Bytes(text), out _, out var problem));
        Assert.EndsWith(".", problem);
    }

    [Fact]
    public void More_hashes_than_a_log_can_need_are_refused()
    {
        var text = $"old 4\n{string.Concat(Enumerable.Repeat(Root + "\n", 64))}\n{At(6).Sign(Samples.Key)}";

        Assert.False(ConsistencyProof.TryParse(Bytes(text), out _, out _));
    }

    [Fact]
    public void Every_single_bit_flip_of_a_proof_is_refused()
    {
        var bytes = Bytes(Prove(5, 23).Text);
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i / 8] ^= (byte)(1 << i % 8);
            Assert.False(
                ConsistencyProof.TryParse(flipped, out var proof, out _) && proof.Verify(At(5), Samples.Key.Public),
                $"Bit {i % 8} of byte {i / 8} was flipped and nobody minded.");
        }
    }
}
