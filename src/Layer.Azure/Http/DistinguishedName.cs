using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Layer.Azure.Http;

/// <summary>A certificate's name as RFC 4514 writes it, so that two machines write the same.</summary>
internal static class DistinguishedName
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "STREET",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    public static string ToText(X500DistinguishedName name) => string.Join(
        ',', name.EnumerateRelativeDistinguishedNames(reversed: true).Select(part => part.HasMultipleElements
            ? $"#{Convert.ToHexStringLower(part.RawData.Span)}"
            : $"{Types.GetValueOrDefault(part.GetSingleElementType().Value ?? "", part.GetSingleElementType().Value ?? "")}={Escape(part.GetSingleElementValue() ?? "")}"));

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var atEnd = i == 0 || i == value.Length - 1;
            if (value[i] is '"' or '+' or ',' or ';' or '<' or '>' or '\\' || (value[i] == ' ' && atEnd) || (value[i] == '#' && i == 0))
                text.Append('\\');
            text.Append(value[i]);
        }

        return text.ToString();
    }
}
