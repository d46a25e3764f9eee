using System.Diagnostics.CodeAnalysis;

namespace Layer.Evidence.Log;

/// <summary>A checkpoint with its signatures. It counts only after <see cref="Check"/> said <see cref="SignatureState.Valid"/>.</summary>
/// <param name="Checkpoint">What is signed.</param>
/// <param name="Note">The note it came in.</param>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, SignedNote Note)
{
    /// <summary>Reads a signed checkpoint.</summary>
    /// <exception cref="FormatException">The bytes are something else; the message says what is wrong.</exception>
    public static SignedCheckpoint Parse(ReadOnlySpan<byte> note) =>
        TryParse(note, out var signed, out var problem) ? signed : throw new FormatException(problem);

    /// <summary>Reads a signed checkpoint; when it is none, the problem is a sentence.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> note, [NotNullWhen(true)] out SignedCheckpoint? signed, [NotNullWhen(false)] out string? problem)
    {
        signed = null;
        if (!SignedNote.TryParse(note, out var parsed, out problem) || !Checkpoint.TryParse(parsed.Text, out var checkpoint, out problem))
            return false;
        signed = new SignedCheckpoint(checkpoint, parsed);
        return true;
    }

    /// <summary>Whether the log's key signed it. A key with another name than the origin never did.</summary>
    public SignatureState Check(VerificationKey key) => key.Name == Checkpoint.Origin ? Note.Check(key) : SignatureState.NotSigned;

    /// <summary>The whole note, to be stored or sent as it is.</summary>
    public override string ToString() => Note.Note;
}
