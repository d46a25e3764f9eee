using System.Text;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;
using Layer.Evidence.Verification;

namespace Layer.Tests.Evidence;

public sealed class ObservationProofSpecs
{
    private static readonly Population Groups = new(ObservationType.ResourceGroup, Enumerable.Range(0, 11).Select(Group));

    private static Observation Group(int number) => Observation.Create(
        new CanonicalWriter(), ObservationType.ResourceGroup, $"/g/{number}", $"/G/{number}", number, (facts, n) => facts.Property("name", $"rg-{n}-é\u202e"));

    /// <summary>One record, proven into a log of three leaves.</summary>
    private static ObservationProof Prove(int index)
    {
        var record = Leaf.Create(Samples.At, Samples.Origin, Samples.ResourceGroups with { Population = SealedPopulation.Of(Groups) });
        var log = new MerkleLog();
        foreach (var hash in new[] { Samples.Leaf("genesis").Hash, record.Hash, Samples.Leaf("audit").Hash })
            log.Append(hash);
        var checkpoint = new Checkpoint(Samples.Origin, 3, log.Frontier.Root).Sign(Samples.Key);
        return new ObservationProof(
            index, SealedPopulation.Of(Groups), MerkleProof.Inclusion(index, [.. Groups.Observations.Select(o => o.Digest)]), Groups.Observations[index].Bytes, record.Bytes,
            new TlogProof(1, MerkleProof.Inclusion(1, 3, log.Node), checkpoint));
    }

    [Fact]
    public void Every_observation_of_a_population_reads_back_and_is_proven_up_to_the_checkpoint()
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            var text = Prove(i).Text;
            Assert.True(ObservationProof.TryParse(Encoding.UTF8.GetBytes(text), out var proof, out _));
            Assert.Equal(text, proof.Text);
            Assert.True(proof.Verify(Samples.Key.Public, out _));
        }
    }

    [Fact]
    public void Every_single_bit_flip_of_a_proof_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Prove(6).Text);
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i / 8] ^= (byte)(1 << i % 8);
            Assert.False(
                ObservationProof.TryParse(flipped, out var proof, out _) && proof.Verify(Samples.Key.Public, out _),
                $"Bit {i % 8} of byte {i / 8} was flipped and nobody minded.");
        }
    }

    [Fact]
    public void Each_thing_that_does_not_lead_on_to_the_next_is_named()
    {
        var proof = Prove(6);
        var manifest = Samples.Leaf("sync-complete");

        Assert.Contains("not proven to be in a log that this key signed", Problem(proof, SigningKey.Create(Samples.Origin).Public));
        Assert.Contains("not proven to be in a log that this key signed", Problem(proof with { Record = manifest.Bytes }));
        Assert.Contains("seals no population of 12", Problem(proof with { Population = proof.Population with { Count = 12 } }));
        Assert.Contains("not proven to be in the population", Problem(proof with { Index = 7 }));
        Assert.Contains("not proven to be in the population", Problem(proof with { Observation = Groups.Observations[7].Bytes }));
        Assert.Contains("no canonical one", Problem(proof with { Observation = "{\"type\": \"azure.resourceGroup\"}"u8.ToArray() }));
    }

    [Fact]
    public void A_leaf_that_is_no_record_proves_no_observation()
    {
        var audit = Samples.Leaf("audit");
        var checkpoint = new Checkpoint(Samples.Origin, 1, audit.Hash).Sign(Samples.Key);

        Assert.Contains("no evidence record", Problem(Prove(6) with { Record = audit.Bytes, Proof = new TlogProof(0, [], checkpoint) }));
    }

    private static string? Problem(ObservationProof proof, VerificationKey? key = null)
    {
        Assert.False(proof.Verify(key ?? Samples.Key.Public, out var problem));
        return problem;
    }
}
