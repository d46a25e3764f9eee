using System.Buffers;
using System.Text;

namespace Layer.Evidence.Audits;

/// <summary>Writes CSV as docs/evidence-format.md §8.4 says: UTF-8, lines end with U+000A, and no field that a spreadsheet would take for a formula.</summary>
/// <remarks>It buffers; <see cref="Dispose"/> writes the rest and leaves the stream open.</remarks>
public sealed class CsvWriter(Stream stream) : IDisposable
{
    private const int Enough = 1 << 16;

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _buffer = new(Enough);

    /// <summary>Writes a line; null is an empty field.</summary>
    /// <exception cref="EncoderFallbackException">A field holds half of a surrogate pair.</exception>
    public void Row(params ReadOnlySpan<string?> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
                _buffer.Write(","u8);
            Write(fields[i]);
        }

        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= Enough)
            Flush();
    }

    /// <summary>Writes what is buffered to the stream.</summary>
    public void Flush()
    {
        stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    /// <inheritdoc/>
    public void Dispose() => Flush();

    /// <summary>Whether a spreadsheet takes a field that begins so for a formula: it gets an apostrophe in front.</summary>
    internal static bool IsFormula(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r';

    private void Write(string? field)
    {
        if (string.IsNullOrEmpty(field))
            return;
        var quoted = field.AsSpan().ContainsAny(Quoted);
        if (quoted)
            _buffer.Write("\""u8);
        if (IsFormula(field[0]))
            _buffer.Write("'"u8);
        Utf8.GetBytes(quoted ? field.Replace("\"", "\"\"", StringComparison.Ordinal) : field, _buffer);
        if (quoted)
            _buffer.Write("\""u8);
    }
}
