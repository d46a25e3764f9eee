using System.Globalization;
using System.Text;

namespace Layer.Evidence.Canonical;

/// <summary>Numbers as ECMAScript writes them (RFC 8785 §3.2.2.3): the shortest digits that read back as the same double.</summary>
internal static class EcmaScriptNumber
{
    public static byte[] Format(double value)
    {
        if (!double.IsFinite(value))
            throw new MalformedTextException("A number is beyond the range of a double.");
        if (value == 0)
            return "0"u8.ToArray();

        // .NET finds the same shortest digits and only writes them otherwise: take digits and decimal exponent apart.
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E');
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa.Length : point;
        var digits = mantissa.Replace(".", "");
        var leading = digits.Length - digits.TrimStart('0').Length;
        var n = whole - leading + (e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        digits = digits.Trim('0');

        var sign = value < 0 ? "-" : "";
        return Encoding.ASCII.GetBytes(sign + Place(digits, n));
    }

    // The value is 0.digits × 10^n.
    private static string Place(string digits, int n)
    {
        var k = digits.Length;
        if (k <= n && n <= 21)
            return digits + new string('0', n - k);
        if (n is > 0 and <= 21)
            return $"{digits[..n]}.{digits[n..]}";
        if (n is > -6 and <= 0)
            return $"0.{new string('0', -n)}{digits}";
        var exponent = n - 1;
        var head = k == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{head}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }
}
