using System.Buffers.Binary;
using System.Text;

namespace Layer.Evidence.Log;

/// <summary>A text with signatures (C2SP signed-note). Nothing in it counts before <see cref="Check"/> said <see cref="SignatureState.Valid"/>.</summary>
public sealed class SignedNote
{
    private const int MaxSignatures = 64;
    private const int MaxBytes = 1 << 20;

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures, string note)
    {
        Text = text;
        Signatures = signatures;
        Note = note;
    }

    /// <summary>What is signed, with its last newline.</summary>
    public string Text { get; }

    /// <summary>At least one.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The whole note as it was read, to be stored or sent as it is (UTF-8).</summary>
    public string Note { get; }

    /// <summary>Signs a text with every key, one line each, in the order given.</summary>
    /// <exception cref="ArgumentException">There is no key: a note without a signature is none.</exception>
    /// <exception cref="FormatException">The text is empty, does not end in a newline or holds another control character.</exception>
    public static SignedNote Sign(string text, IReadOnlyList<SigningKey> keys) => keys.Count == 0
        ? throw new ArgumentException("A note has at least one signature.", nameof(keys))
        : Parse(Encoding.UTF8.GetBytes($"{text}\n{string.Concat(keys.Select(key => key.SignatureLine(text)))}"));

    /// <summary>Reads a note.</summary>
    /// <exception cref="FormatException">The bytes are not a note; the message says where.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> note) =>
        TryParse(note, out var parsed, out var problem) ? parsed : throw new FormatException(problem);

    /// <summary>Reads a note; when it is none, the problem is a sentence.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> note,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SignedNote? parsed,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        parsed = null;
        problem = Read(note, ref parsed);
        return parsed is not null;
    }

    /// <summary>Whether the key signed this text. Signatures of other keys are ignored, as C2SP says.</summary>
    public SignatureState Check(VerificationKey key)
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var state = SignatureState.NotSigned;
        foreach (var signature in Signatures.Where(s => s.Name == key.Name && s.KeyId == key.KeyId))
        {
            // One broken signature of a known key is reason to refuse the note, however many good ones stand beside it.
            if (!key.Verify(text, signature.Bytes.Span))
                return SignatureState.Invalid;
            state = SignatureState.Valid;
        }

        return state;
    }

    /// <summary>The whole note.</summary>
    public override string ToString() => Note;

    private static string? Read(ReadOnlySpan<byte> bytes, ref SignedNote? parsed)
    {
        if (bytes.Length > MaxBytes)
            return $"The note is larger than {MaxBytes} bytes.";
        if (!StrictText.TryDecode(bytes, out var note))
            return "The note is not UTF-8, or holds a control character (CR included).";
        if (!note.EndsWith('\n'))
            return "The note does not end in a newline.";
        var blank = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0)
            return "The note has no blank line between text and signatures.";
        if (blank == 0)
            return "The note's text is empty.";

        var lines = note[(blank + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MaxSignatures)
            return $"The note has {lines.Length} signatures; 1 to {MaxSignatures} are allowed.";
        var signatures = new List<NoteSignature>(lines.Length);
        foreach (var line in lines)
        {
            if (!NoteSignature.TryParse(line, out var signature))
                return "A signature line is not '— name base64'.";
            signatures.Add(signature);
        }

        parsed = new SignedNote(note[..(blank + 1)], signatures, note);
        return null;
    }
}

/// <summary>What a note says about one key.</summary>
public enum SignatureState
{
    /// <summary>No signature by this key (name and id).</summary>
    NotSigned,

    /// <summary>A signature that names this key and is not its.</summary>
    Invalid,

    /// <summary>Signed by this key.</summary>
    Valid,
}

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's short id.</param>
/// <param name="Bytes">The signature itself, without the id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    private const string Dash = "\u2014 ";

    internal static bool TryParse(string line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(Dash, StringComparison.Ordinal))
            return false;
        var parts = line[Dash.Length..].Split(' ');
        if (parts.Length != 2 || !IsKeyName(parts[0]) || !StrictText.TryBase64(parts[1], out var bytes) || bytes.Length <= 4)
            return false;
        signature = new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
        return true;
    }

    // Wider than our own names: a note may carry the signature of a witness whose name is not ASCII.
    private static bool IsKeyName(string name) => name.Length > 0 && !name.Any(char.IsWhiteSpace) && !name.Contains('+');
}
