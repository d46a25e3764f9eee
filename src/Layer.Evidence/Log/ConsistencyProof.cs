using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Layer.Evidence.Log;

/// <summary>
/// The proof that a log only grew between two checkpoints, in the text form of a C2SP tlog-witness add-checkpoint request: what a witness is sent, and what an
/// auditor who kept an older checkpoint needs beside it.
/// </summary>
/// <param name="OldSize">Size of the older checkpoint.</param>
/// <param name="Hashes">Consistency proof of RFC 6962; none when the sizes are equal.</param>
/// <param name="Checkpoint">The newer signed tree head.</param>
public sealed record ConsistencyProof(long OldSize, IReadOnlyList<Digest> Hashes, SignedCheckpoint Checkpoint)
{
    private const string OldWord = "old ";
    private const int MaxHashes = 63;

    /// <summary>The text: <c>old SIZE</c>, one base64 hash a line, an empty line, the newer checkpoint.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            text.Append(OldWord).Append(OldSize).Append('\n');
            foreach (var hash in Hashes)
                text.Append(hash.ToBase64()).Append('\n');
            return text.Append('\n').Append(Checkpoint.Note.Note).ToString();
        }
    }

    /// <summary>Whether the log's key signed a tree that begins with the older one. From an empty log nothing is shown: false.</summary>
    /// <param name="old">The checkpoint the verifier holds; its signature was checked when it was taken.</param>
    /// <param name="key">The pinned key.</param>
    public bool Verify(Checkpoint old, VerificationKey key) =>
        old.Size == OldSize
        && old.Size > 0
        && old.Origin == Checkpoint.Checkpoint.Origin
        && Checkpoint.Check(key) == SignatureState.Valid
        && MerkleProof.VerifyConsistency(OldSize, old.Root, Checkpoint.Checkpoint.Size, Checkpoint.Checkpoint.Root, Hashes);

    /// <summary>Reads a proof; when it is none, the problem is a sentence.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ConsistencyProof? proof, [NotNullWhen(false)] out string? problem)
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

    private static string? ReadHead(ReadOnlySpan<byte> bytes, SignedCheckpoint checkpoint, ref ConsistencyProof? proof)
    {
        if (!StrictText.TryDecode(bytes, out var head))
            return "The proof is not UTF-8, or holds a control character (CR included).";
        var lines = head.Split('\n');
        if (!lines[0].StartsWith(OldWord, StringComparison.Ordinal) || !StrictText.TryDecimal(lines[0][OldWord.Length..], out var size))
            return "The first line is not 'old' with a decimal number without leading zeros.";
        if (size > checkpoint.Checkpoint.Size)
            return $"The older checkpoint has {size} leaves, more than the newer one.";
        if (!StrictText.TryDigests(lines.AsSpan(1), MaxHashes, out var hashes))
            return $"What follows is not at most {MaxHashes} lines with the base64 of 32 bytes each.";
        if (hashes.Count > 0 && (size == 0 || size == checkpoint.Checkpoint.Size))
            return "Between equal sizes, and from an empty log, there are no hashes.";
        proof = new ConsistencyProof(size, hashes, checkpoint);
        return null;
    }
}
