using System.Buffers;
using System.Globalization;
using System.Text;

namespace Layer.Evidence.Canonical;

/// <summary>
/// Writes canonical JSON (RFC 8785) in the profile of docs/evidence-format.md: property names are ASCII and come in ascending order,
/// numbers are integers of at most 2^53-1, strings are written as they are, without normalisation.
/// </summary>
/// <remarks>
/// Names out of order are a mistake of the caller and throw; text from outside that holds a lone surrogate throws
/// <see cref="MalformedTextException"/>. Not safe for use by several threads at once. <see cref="Reset"/> makes it ready for the next value.
/// </remarks>
public sealed partial class CanonicalWriter
{
    /// <summary>The largest integer that every JSON reader keeps exactly: 2^53-1.</summary>
    public const long MaxInteger = 9_007_199_254_740_991;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Stack<string?> _lastNames = new();
    private string? _lastName;
    private bool _needsComma;

    /// <summary>The bytes written so far; valid until the next write or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.WrittenSpan;

    /// <summary>The bytes written so far, in a new array.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Forgets what was written.</summary>
    public void Reset()
    {
        _buffer.ResetWrittenCount();
        _lastNames.Clear();
        _lastName = null;
        _needsComma = false;
    }

    /// <summary>Opens an object.</summary>
    public void StartObject() => Start((byte)'{');

    /// <summary>Closes the object.</summary>
    public void EndObject() => End((byte)'}');

    /// <summary>Opens an array.</summary>
    public void StartArray() => Start((byte)'[');

    /// <summary>Closes the array.</summary>
    public void EndArray() => End((byte)']');

    /// <summary>Writes a property's name.</summary>
    /// <exception cref="InvalidOperationException">The name is not ASCII, or does not come after the one before it.</exception>
    public void Name(string name)
    {
        if (!Ascii.IsValid(name))
            throw new InvalidOperationException($"The property name '{name}' is not ASCII.");
        AnyName(name);
    }

    /// <summary>A name outside the profile, for RFC 8785 in general.</summary>
    internal void AnyName(string name)
    {
        if (_lastName is not null && string.CompareOrdinal(_lastName, name) >= 0)
            throw new InvalidOperationException($"The property '{name}' must come before '{_lastName}'.");
        Text(name);
        _lastName = name;
        Raw((byte)':');
        _needsComma = false;
    }

    /// <summary>Writes a string, or null.</summary>
    /// <exception cref="MalformedTextException">The text holds a lone surrogate.</exception>
    public void String(string? value)
    {
        if (value is null)
            Null();
        else
            Text(value);
    }

    /// <summary>Writes an integer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond ±2^53-1.</exception>
    public void Integer(long value)
    {
        if (value is > MaxInteger or < -MaxInteger)
            throw new ArgumentOutOfRangeException(nameof(value), value, "Integers are limited to 2^53-1.");
        Separate();
        Span<byte> digits = _buffer.GetSpan(20);
        value.TryFormat(digits, out var written, provider: CultureInfo.InvariantCulture);
        _buffer.Advance(written);
        _needsComma = true;
    }

    /// <summary>Writes true or false.</summary>
    public void Boolean(bool value) => Literal(value ? "true"u8 : "false"u8);

    /// <summary>Writes null.</summary>
    public void Null() => Literal("null"u8);

    /// <summary>Writes a value that is canonical already, as it is.</summary>
    public void Canonical(ReadOnlySpan<byte> value) => Literal(value);

    private void Start(byte bracket)
    {
        Separate();
        Raw(bracket);
        _lastNames.Push(_lastName);
        _lastName = null;
        _needsComma = false;
    }

    private void End(byte bracket)
    {
        Raw(bracket);
        _lastName = _lastNames.Pop();
        _needsComma = true;
    }

    internal void Literal(ReadOnlySpan<byte> literal)
    {
        Separate();
        _buffer.Write(literal);
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
            Raw((byte)',');
    }

    private void Raw(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    private void Text(string value)
    {
        Separate();
        Raw((byte)'"');
        var rest = value.AsSpan();
        while (!rest.IsEmpty)
        {
            var escape = IndexOfEscape(rest);
            Utf8(escape < 0 ? rest : rest[..escape]);
            if (escape < 0)
                break;
            Escape(rest[escape]);
            rest = rest[(escape + 1)..];
        }

        Raw((byte)'"');
        _needsComma = true;
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private static int IndexOfEscape(ReadOnlySpan<char> text) => text.IndexOfAny(Escaped);

    private void Utf8(ReadOnlySpan<char> text)
    {
        var span = _buffer.GetSpan(text.Length * 3);
        var status = System.Text.Unicode.Utf8.FromUtf16(text, span, out _, out var written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
            throw new MalformedTextException("The text holds half of a surrogate pair.");
        _buffer.Advance(written);
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': _buffer.Write("\\\""u8); break;
            case '\\': _buffer.Write("\\\\"u8); break;
            case '\b': _buffer.Write("\\b"u8); break;
            case '\t': _buffer.Write("\\t"u8); break;
            case '\n': _buffer.Write("\\n"u8); break;
            case '\f': _buffer.Write("\\f"u8); break;
            case '\r': _buffer.Write("\\r"u8); break;
            default:
                _buffer.Write("\\u00"u8);
                Raw((byte)(c < 0x10 ? '0' : '1'));
                Raw((byte)"0123456789abcdef"[c & 0xF]);
                break;
        }
    }
}
