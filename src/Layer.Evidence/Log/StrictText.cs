using System.Globalization;
using System.Text;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Log;

/// <summary>Reads the few text forms of C2SP notes so that each value has exactly one spelling.</summary>
internal static class StrictText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Valid UTF-8 without control characters but the newline.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            return false;
        text = Utf8.GetString(bytes);
        return !text.AsSpan().ContainsAnyInRange('\0', '\t') && !text.AsSpan().ContainsAnyInRange('\v', '\u001f');
    }

    /// <summary>Standard base64 with padding, and only the spelling an encoder would write: no white space, no stray bits.</summary>
    public static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3];
        if (text.Length == 0 || text.Length % 4 != 0 || !Convert.TryFromBase64String(text, bytes, out var written))
            return false;
        bytes = bytes[..written];
        return Convert.ToBase64String(bytes) == text;
    }

    /// <summary>A SHA-256 value as base64.</summary>
    public static bool TryDigest(string text, out Digest digest)
    {
        digest = default;
        if (!TryBase64(text, out var bytes) || bytes.Length != Digest.Size)
            return false;
        digest = new Digest(bytes);
        return true;
    }

    /// <summary>SHA-256 values as base64, one a line, at most so many.</summary>
    public static bool TryDigests(ReadOnlySpan<string> lines, int most, out List<Digest> digests)
    {
        digests = [];
        if (lines.Length > most)
            return false;
        foreach (var line in lines)
        {
            if (!TryDigest(line, out var digest))
                return false;
            digests.Add(digest);
        }

        return true;
    }

    /// <summary>ASCII digits without a leading zero, at most 2^53-1.</summary>
    public static bool TryDecimal(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && value <= CanonicalWriter.MaxInteger
        && text == value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Printable ASCII without space and plus: what looks the same is the same.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 255 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains('+');
}
