using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Layer.Evidence.Log;

/// <summary>The proof that one leaf is in the log, in the text form c2sp.org/tlog-proof@v1: to be kept beside the leaf and verified without us.</summary>
/// <param name="Index">The leaf's index, from 0.</param>
/// <param name="Hashes">Inclusion proof, the leaf's sibling first.</param>
/// <param name="Checkpoint">The signed tree head it leads to.</param>
public sealed record TlogProof(long Index, IReadOnlyList<Digest> Hashes, SignedCheckpoint Checkpoint)
{
    private const string Header = "c2sp.org/tlog-proof@v1";
    private const int MaxHashes = 63;

    /// <summary>The file's text; conventionally named <c>*.tlog-proof</c>.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            text.Append(Header).Append('\n').Append("index ").Append(Index).Append('\n');
            foreach (var hash in Hashes)
                text.Append(hash.ToBase64()).Append('\n');
            return text.Append('\n').Append(Checkpoint.Note.Note).ToString();
        }
    }

    /// <summary>Whether the log's key signed a tree that holds the leaf at <see cref="Index"/>.</summary>
    /// <param name="leaf">SHA-256(0x00 ‖ bytes of the leaf), computed by the verifier.</param>
    /// <param name="key">The pinned key.</param>
    public bool Verify(Digest leaf, VerificationKey key) =>
        Checkpoint.Check(key) == SignatureState.Valid
        && MerkleProof.VerifyInclusion(Index, Checkpoint.Checkpoint.Size, leaf, Hashes, Checkpoint.Checkpoint.Root);

    /// <summary>Reads a proof; when it is none, the problem is a sentence. A line of extra data is refused: it is not authenticated.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TlogProof? proof, [NotNullWhen(false)] out string? problem)
    {
        proof = null;
        var blank = bytes.IndexOf("\n\n"u8);
        if (blank < 0)
        {
            problem = "The proof has no blank line before its checkpoint.";
            return false;
        }

        if (!SignedCheckpoint.TryParse(bytes[(blank + 2)..], out var checkpoint, out problem))
            return false;
        problem = ReadHead(bytes[..blank], checkpoint, ref proof);
        return proof is not null;
    }

    private static string? ReadHead(ReadOnlySpan<byte> bytes, SignedCheckpoint checkpoint, ref TlogProof? proof)
    {
        if (!StrictText.TryDecode(bytes, out var head))
            return "The proof is not UTF-8, or holds a control character (CR included).";
        var lines = head.Split('\n');
        if (lines[0] != Header)
            return $"The first line is not {Header}.";
        if (lines.Length < 2 || !lines[1].StartsWith("index ", StringComparison.Ordinal) || !StrictText.TryDecimal(lines[1]["index ".Length..], out var index))
            return "The second line is not 'index' with a decimal number without leading zeros.";
        if (!StrictText.TryDigests(lines.AsSpan(2), MaxHashes, out var hashes))
            return $"What follows is not at most {MaxHashes} lines with the base64 of 32 bytes each.";
        proof = new TlogProof(index, hashes, checkpoint);
        return null;
    }
}
