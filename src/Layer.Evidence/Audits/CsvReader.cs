using System.Text;

namespace Layer.Evidence.Audits;

/// <summary>Reads CSV as <see cref="CsvWriter"/> writes it, and refuses every other spelling. The apostrophe in front of a formula is left where it is.</summary>
internal sealed class CsvReader(Stream stream)
{
    private const int LongestField = 1 << 20;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BufferedStream _stream = new(stream, 1 << 16);
    private readonly List<byte> _field = [];
    private List<string> _fields = [];

    /// <summary>The fields of the row read last.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Reads the next row; false at the end.</summary>
    /// <exception cref="FormatException">It is no such row.</exception>
    public bool Next()
    {
        _fields = [];
        var first = _stream.ReadByte();
        if (first < 0)
            return false;
        for (var next = first; ; next = _stream.ReadByte())
        {
            var end = next == '"' ? ReadQuoted() : ReadPlain(next);
            _fields.Add(Text());
            if (end == '\n')
                return true;
            if (end != ',')
                throw new FormatException("A row ends without a newline, or something follows a quoted field.");
        }
    }

    private int ReadPlain(int next)
    {
        for (; next is not (',' or '\n' or < 0); next = _stream.ReadByte())
        {
            if (next is '"' or '\r')
                throw new FormatException("A field holds a quotation mark or CR and is not quoted.");
            Add(next);
        }

        return next;
    }

    // Stands behind the opening quotation mark.
    private int ReadQuoted()
    {
        for (var next = _stream.ReadByte(); next >= 0; next = _stream.ReadByte())
        {
            if (next == '"' && _stream.ReadByte() is var after and not '"')
                return _field.Exists(each => each is (byte)',' or (byte)'"' or (byte)'\n' or (byte)'\r') ? after : throw new FormatException("A field is quoted that need not be.");
            Add(next);
        }

        throw new FormatException("A quoted field does not end.");
    }

    private void Add(int next)
    {
        if (_field.Count == LongestField)
            throw new FormatException($"A field has more than {LongestField} bytes.");
        _field.Add((byte)next);
    }

    private string Text()
    {
        try
        {
            return Utf8.GetString([.. _field]);
        }
        catch (DecoderFallbackException notText)
        {
            throw new FormatException("A field is not UTF-8.", notText);
        }
        finally
        {
            _field.Clear();
        }
    }
}
