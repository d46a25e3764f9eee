using System.Diagnostics.CodeAnalysis;

namespace Layer.Evidence.Log;

/// <summary>A log's tree head (C2SP tlog-checkpoint): how many leaves, and their root.</summary>
/// <param name="Origin">The log's name: printable ASCII without space and plus.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">RFC 6962 root of the first <paramref name="Size"/> leaves.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>The signed text: three lines, each with its newline.</summary>
    public string Text => FormattableString.Invariant($"{Origin}\n{Size}\n{Root.ToBase64()}\n");

    /// <summary>Signs it with every key, one signature line each, in the order given. The caller has made sure that it extends every checkpoint signed before.</summary>
    /// <exception cref="ArgumentException">There is no key, or one has another name than the origin.</exception>
    public SignedCheckpoint Sign(params IReadOnlyList<SigningKey> keys) => keys.FirstOrDefault(key => key.Public.Name != Origin) is { } stranger
        ? throw new ArgumentException($"The key of {stranger.Public.Name} does not sign for {Origin}.", nameof(keys))
        : new SignedCheckpoint(this, SignedNote.Sign(Text, keys));

    /// <summary>Reads the text of a checkpoint. Extension lines are refused: Layer writes none, and nobody could audit them.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint, [NotNullWhen(false)] out string? problem)
    {
        checkpoint = null;
        problem = null;
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[3].Length != 0)
            problem = "A checkpoint has exactly three lines: origin, size, root.";
        else if (!StrictText.IsName(lines[0]))
            problem = "The origin is not printable ASCII without space and plus.";
        else if (!StrictText.TryDecimal(lines[1], out var size))
            problem = "The size is not a decimal number without leading zeros.";
        else if (!StrictText.TryDigest(lines[2], out var root))
            problem = "The root is not the base64 of 32 bytes.";
        else if (size == 0 && root != MerkleTree.EmptyRoot)
            problem = "The root of no leaves is not SHA-256 of nothing.";
        else
            checkpoint = new Checkpoint(lines[0], size, root);
        return checkpoint is not null;
    }
}
