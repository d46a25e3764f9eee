using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Layer.Cli;

/// <summary>Makes text that came from a source harmless where it is printed: tags, names and descriptions are hostile everywhere.</summary>
internal static class SafeText
{
    /// <summary>For a cell of a table or a line for a person: control characters, line breaks and direction overrides become visible.</summary>
    public static string ForTerminal(string text)
    {
        if (!text.Any(IsTreacherous))
            return text;
        var safe = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (IsTreacherous(c))
                safe.Append('‹').Append(((int)c).ToString("X2")).Append('›');
            else
                safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>For a CSV cell: RFC 4180 quotes, and an apostrophe where a spreadsheet would start a formula.</summary>
    public static string ForCsv(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
    }

    /// <summary>JSON stays the same document; direction overrides inside its strings are written as escapes.</summary>
    public static string ForJson(string json)
    {
        if (!json.Any(c => c != '\n' && IsTreacherous(c)))
            return json;
        var safe = new StringBuilder(json.Length + 32);
        foreach (var c in json)
        {
            if (c != '\n' && IsTreacherous(c))
                safe.Append("\\u").Append(((int)c).ToString("x4"));
            else
                safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>Columns the text takes on a terminal.</summary>
    public static int WidthOf(string text) => Ascii.IsValid(text) ? text.Length : new Segment(text).CellCount();

    /// <summary>Shortens to at most <paramref name="width"/> columns.</summary>
    public static string Fit(string text, int width, bool keepEnd)
    {
        if (WidthOf(text) <= width)
            return text;
        var elements = Elements(text);
        if (keepEnd)
            elements.Reverse();
        var kept = new List<string>();
        var used = 1;
        foreach (var element in elements)
        {
            used += WidthOf(element);
            if (used > width)
                break;
            kept.Add(element);
        }

        if (!keepEnd)
            return string.Concat(kept) + "…";
        kept.Reverse();
        return "…" + string.Concat(kept);
    }

    private static List<string> Elements(string text)
    {
        var elements = new List<string>();
        var each = StringInfo.GetTextElementEnumerator(text);
        while (each.MoveNext())
            elements.Add(each.GetTextElement());
        return elements;
    }

    // U+061C, U+200E/F, U+202A–E, U+2066–9 turn the direction of what follows; U+2028/9 break lines; U+FEFF and U+200B hide.
    private static bool IsTreacherous(char c) =>
        char.IsControl(c) || c is '\u061C' or '\u200B' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';
}
