using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Evidence.Verification;

/// <summary>The proof that one object was in the population that an evidence record sealed, and that the record is in the log (docs/evidence-format.md §6).</summary>
/// <remarks>The sibling hashes are not salted: who can guess another object's bytes can confirm the guess. Give it only to those who may see the list.</remarks>
/// <param name="Index">Place of the observation in its population, from 0.</param>
/// <param name="Population">What was sealed: type, count and root.</param>
/// <param name="Hashes">Inclusion proof in the population, the observation's sibling first.</param>
/// <param name="Observation">The canonical bytes of the observation.</param>
/// <param name="Record">The exact bytes of the evidence record's leaf.</param>
/// <param name="Proof">The proof that the leaf is in the log.</param>
public sealed record ObservationProof(
    long Index, SealedPopulation Population, IReadOnlyList<Digest> Hashes, ReadOnlyMemory<byte> Observation, ReadOnlyMemory<byte> Record, TlogProof Proof)
{
    private const string Header = "layer/observation-proof@v1";
    private const int MaxHashes = 31;

    private static readonly string[] Names = ["type ", "digest ", "index ", "count ", "root "];

    /// <summary>SHA-256(0x00 ‖ <see cref="Observation"/>).</summary>
    public Digest Digest => MerkleTree.LeafHash(Observation.Span);

    /// <summary>The file's text: names and numbers, hashes, an empty line, observation and leaf on a line each, an empty line, the tlog-proof.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            string[] values = [Population.Type, $"{Digest}", $"{Index}", $"{Population.Count}", $"{Population.Root}"];
            text.Append(Header).Append('\n');
            foreach (var (name, value) in Names.Zip(values))
                text.Append(name).Append(value).Append('\n');
            foreach (var hash in Hashes)
                text.Append(hash.ToBase64()).Append('\n');
            text.Append('\n').Append(Encoding.UTF8.GetString(Observation.Span)).Append('\n');
            text.Append(Encoding.UTF8.GetString(Record.Span)).Append('\n');
            return text.Append('\n').Append(Proof.Text).ToString();
        }
    }

    /// <summary>Whether the log's key signed a tree with a record that sealed this observation; when not, the problem is a sentence.</summary>
    /// <param name="key">The pinned key.</param>
    /// <param name="problem">What is wrong; null when nothing is.</param>
    public bool Verify(VerificationKey key, [NotNullWhen(false)] out string? problem)
    {
        problem = FindProblem(key);
        return problem is null;
    }

    /// <summary>Reads a proof; when it is none, the problem is a sentence. Nothing in it counts before <see cref="Verify"/> said so.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ObservationProof? proof, [NotNullWhen(false)] out string? problem)
    {
        proof = null;
        problem = Read(bytes, ref proof);
        return proof is not null;
    }

    private string? FindProblem(VerificationKey key)
    {
        Leaf leaf;
        try
        {
            leaf = Leaf.Parse(Record);
        }
        catch (FormatException malformed)
        {
            return malformed.Message;
        }

        if (!Proof.Verify(leaf.Hash, key))
            return "The leaf is not proven to be in a log that this key signed.";
        if (leaf.Log != key.Name || leaf.Body is not EvidenceRecord record)
            return "The leaf is no evidence record of this log.";
        if (!record.With.Prepend(record.Population).Contains(Population))
            return $"The record seals no population of {Population.Count} {Population.Type} with this root.";
        if (TypeOf(Observation) != Population.Type)
            return $"The observation is no canonical one of {Population.Type}.";
        return MerkleProof.VerifyInclusion(Index, Population.Count, Digest, Hashes, Population.Root) ? null : "The observation is not proven to be in the population.";
    }

    private static string? TypeOf(ReadOnlyMemory<byte> observation)
    {
        if (!CanonicalJson.IsCanonicalProfile(observation))
            return null;
        using var json = JsonDocument.Parse(observation);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;
    }

    private static string? Read(ReadOnlySpan<byte> bytes, ref ObservationProof? proof)
    {
        var first = bytes.IndexOf("\n\n"u8);
        var second = first < 0 ? -1 : bytes[(first + 2)..].IndexOf("\n\n"u8);
        if (second < 0)
            return "The proof does not have three parts with an empty line between them.";
        if (!StrictText.TryDecode(bytes[..first], out var head) || !StrictText.TryDecode(bytes.Slice(first + 2, second), out var body))
            return "The proof is not UTF-8, or holds a control character (CR included).";
        if (!TlogProof.TryParse(bytes[(first + 2 + second + 2)..], out var inLog, out var problem))
            return problem;
        if (body.Split('\n') is not [var observation, var record])
            return "The second part is not two lines: the observation and the leaf.";

        var lines = head.Split('\n');
        if (lines[0] != Header)
            return $"The first line is not {Header}.";
        if (lines.Length <= Names.Length)
            return $"After the first line come {string.Join(", ", Names.Select(name => name.Trim()))}.";
        var values = new string[Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            if (!lines[i + 1].StartsWith(Names[i], StringComparison.Ordinal))
                return $"Line {i + 2} does not begin with '{Names[i]}'.";
            values[i] = lines[i + 1][Names[i].Length..];
        }

        if (!TryHex(values[1], out var digest) || !StrictText.TryDecimal(values[2], out var index)
            || !StrictText.TryDecimal(values[3], out var count) || count > int.MaxValue || !TryHex(values[4], out var root))
            return "Digest and root are 64 lower-case hexadecimal digits, index and count decimal numbers without leading zeros.";
        if (!StrictText.TryDigests(lines.AsSpan(1 + Names.Length), MaxHashes, out var hashes))
            return $"What follows is not at most {MaxHashes} lines with the base64 of 32 bytes each.";
        var read = new ObservationProof(
            index, new SealedPopulation(values[0], (int)count, root), hashes, Encoding.UTF8.GetBytes(observation), Encoding.UTF8.GetBytes(record), inLog);
        if (read.Digest != digest)
            return "The digest is not that of the observation.";
        proof = read;
        return null;
    }

    private static bool TryHex(string text, out Digest digest) => Evidence.Digest.TryParse(text, out digest) && digest.ToString() == text;
}
