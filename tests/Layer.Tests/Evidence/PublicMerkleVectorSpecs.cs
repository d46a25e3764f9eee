using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

public sealed class PublicMerkleVectorSpecs
{
    [Fact]
    public void Public_inclusion_vectors_are_accepted_and_refused_as_they_say()
    {
        var files = Files("inclusion");
        Assert.All(files, file =>
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            var v = vector.RootElement;
            var valid = TryDigest(v, "root", out var root) && TryDigest(v, "leafHash", out var leaf) && TryProof(v, out var proof)
                && MerkleProof.VerifyInclusion(Size(v, "leafIdx"), Size(v, "treeSize"), leaf, proof, root);
            Assert.Equal(!v.GetProperty("wantErr").GetBoolean(), valid);
        });
        Assert.Equal(98, files.Length);
    }

    [Fact]
    public void Public_consistency_vectors_are_accepted_and_refused_as_they_say()
    {
        var files = Files("consistency");
        Assert.All(files, file =>
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            var v = vector.RootElement;
            var valid = TryDigest(v, "root1", out var root1) && TryDigest(v, "root2", out var root2) && TryProof(v, out var proof)
                && MerkleProof.VerifyConsistency(Size(v, "size1"), root1, Size(v, "size2"), root2, proof);
            Assert.Equal(!v.GetProperty("wantErr").GetBoolean(), valid);
        });
        Assert.Equal(98, files.Length);
    }

    private static string[] Files(string folder) =>
        Directory.GetFiles(SharedFolder.Find("vectors", "rfc6962", folder), "*.json", SearchOption.AllDirectories);

    // The vectors hold unsigned numbers; beyond a long no log of ours has a size.
    private static long Size(JsonElement vector, string name) => vector.GetProperty(name).TryGetInt64(out var size) ? size : -1;

    private static bool TryProof(JsonElement vector, out List<Digest> proof)
    {
        proof = [];
        if (vector.GetProperty("proof").ValueKind == JsonValueKind.Null)
            return true;
        foreach (var hash in vector.GetProperty("proof").EnumerateArray())
        {
            if (hash.GetBytesFromBase64() is not { Length: Digest.Size } bytes)
                return false;
            proof.Add(new Digest(bytes));
        }

        return true;
    }

    // A few vectors use the text "dont care N" for a root: some digest that stands for nothing but itself.
    private static bool TryDigest(JsonElement vector, string name, out Digest digest)
    {
        var bytes = vector.GetProperty(name).GetBytesFromBase64();
        digest = bytes.Length == Digest.Size ? new Digest(bytes) : Digest.Of(bytes);
        return bytes.Length > 0;
    }
}
