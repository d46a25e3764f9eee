using System.Text;
using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

/// <summary>A log of seven leaves written by another implementation.</summary>
public sealed class GoldenLogSpecs
{
    private static readonly string[] Sizes = ["0", "1", "2", "5", "6", "7"];

    [Fact]
    public void Its_leaves_have_the_hashes_and_roots_that_were_written_down()
    {
        using var expected = JsonDocument.Parse(Bytes("expected.json"));
        var roots = expected.RootElement.GetProperty("roots");
        var frontier = new Frontier();
        var hashes = Leaves();
        Assert.Equal(expected.RootElement.GetProperty("leafHashes").EnumerateArray().Select(h => h.GetString()), hashes.Select(h => h.ToString()));
        for (var size = 0; size <= hashes.Count; size++)
        {
            Assert.Equal(roots.GetProperty($"{size}").GetString(), frontier.Root.ToBase64());
            if (size < hashes.Count)
                frontier.Append(hashes[size]);
        }
    }

    [Fact]
    public void Its_checkpoints_are_signed_by_its_key_and_write_back_byte_for_byte()
    {
        var key = Key();
        var log = Log();
        Assert.All(Sizes, size =>
        {
            var bytes = Bytes($"checkpoint.{size}");
            var signed = SignedCheckpoint.Parse(bytes);
            Assert.Equal(SignatureState.Valid, signed.Check(key));
            Assert.Equal(size, $"{signed.Checkpoint.Size}");
            Assert.Equal(log.NaiveRoot((int)signed.Checkpoint.Size), signed.Checkpoint.Root);
            Assert.Equal(bytes, Encoding.UTF8.GetBytes(signed.ToString()));
        });
        Assert.Equal(Text("log.vkey"), key + "\n");
    }

    [Fact]
    public void Its_inclusion_proofs_verify_and_are_what_we_would_write()
    {
        var key = Key();
        var log = Log();
        for (var i = 0; i < 7; i++)
        {
            var text = Text($"{i}.tlog-proof");
            Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes(text), out var proof, out _));
            Assert.True(proof.Verify(log.Leaf(i), key));
            Assert.False(proof.Verify(log.Leaf((i + 1) % 7), key));
            Assert.Equal(text, proof.Text);
            Assert.Equal(text, new TlogProof(i, MerkleProof.Inclusion(i, 7, log.Node), proof.Checkpoint).Text);
        }
    }

    [Fact]
    public void Its_consistency_proofs_are_what_we_would_build()
    {
        var log = Log();
        using var proofs = JsonDocument.Parse(Bytes("consistency.json"));
        Assert.All(proofs.RootElement.EnumerateArray(), proof =>
        {
            var (from, to) = (proof.GetProperty("from").GetInt32(), proof.GetProperty("to").GetInt32());
            var ours = MerkleProof.Consistency(from, to, log.Node);
            Assert.Equal(proof.GetProperty("proof").EnumerateArray().Select(h => h.GetString()), ours.Select(h => h.ToBase64()));
        });
    }

    [Fact]
    public void Every_single_bit_flip_of_a_proof_is_refused()
    {
        var key = Key();
        var leaf = Log().Leaf(3);
        var bytes = Bytes("3.tlog-proof");
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i / 8] ^= (byte)(1 << i % 8);
            Assert.False(
                TlogProof.TryParse(flipped, out var proof, out _) && proof.Verify(leaf, key),
                $"Bit {i % 8} of byte {i / 8} was flipped and nobody minded.");
        }
    }

    private static MerkleLog Log()
    {
        var log = new MerkleLog();
        Leaves().ForEach(log.Append);
        return log;
    }

    private static List<Digest> Leaves() =>
        [.. Text("leaves.jsonl").TrimEnd('\n').Split('\n').Select(line => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(line)))];

    private static VerificationKey Key() => VerificationKey.Parse(Text("log.vkey").TrimEnd('\n'));

    private static byte[] Bytes(string name) => File.ReadAllBytes(SharedFolder.Find("vectors", "golden", name));

    private static string Text(string name) => File.ReadAllText(SharedFolder.Find("vectors", "golden", name));
}
