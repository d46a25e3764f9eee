using System.Text;
using System.Text.Json;
using Layer.Evidence.Canonical;

namespace Layer.Azure.Lists;

/// <summary>A JSON string as it stands in the page, with its quotes; default is null. It costs no copy until somebody asks for the text.</summary>
internal readonly struct JsonText(ReadOnlyMemory<byte> quoted, bool escaped)
{
    public bool IsNull => quoted.IsEmpty;

    private ReadOnlySpan<byte> Inner => quoted.Span[1..^1];

    // A string without a backslash is canonical already (RFC 8785): JSON allows no raw quote or control character in it.
    public void WriteTo(CanonicalWriter writer)
    {
        if (IsNull)
            writer.Null();
        else if (escaped)
            writer.String(ToString());
        else
            writer.Canonical(quoted.Span);
    }

    public bool EqualsIgnoreCase(string ascii) =>
        !IsNull && (escaped ? ToString().Equals(ascii, StringComparison.OrdinalIgnoreCase) : Ascii.EqualsIgnoreCase(Inner, ascii));

    /// <summary>The text in lower case, for keys.</summary>
    public string ToLower()
    {
        if (escaped || !Ascii.IsValid(Inner))
            return ToString().ToLowerInvariant();
        return string.Create(quoted.Length - 2, quoted, static (text, quoted) => Ascii.ToLower(quoted.Span[1..^1], text, out _));
    }

    public override string ToString()
    {
        if (IsNull)
            return "";
        if (!escaped)
            return Encoding.UTF8.GetString(Inner);
        var reader = new Utf8JsonReader(quoted.Span);
        reader.Read();
        return reader.GetString()!; // it is a string token
    }
}
