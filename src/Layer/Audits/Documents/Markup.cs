using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Layer.Cli;
using Layer.Evidence.Canonical;

namespace Layer.Audits.Documents;

/// <summary>
/// HTML that is safe by how it is made: what stands in the literal part of an interpolated string is markup, what is filled in is text. There is no other way
/// to make one, so a name out of Azure cannot become an element, an attribute or a script.
/// </summary>
internal readonly record struct Markup
{
    private readonly string? _html;

    private Markup(string html) => _html = html;

    public static Markup Empty => default;

    public bool IsEmpty => string.IsNullOrEmpty(_html);

    public static Markup Of(MarkupText text) => new(text.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.ToString())));

    /// <summary>Style that is part of the program; nothing else may be trusted like this.</summary>
    public static Markup OfProgram(string html) => new(html);

    public override string ToString() => _html ?? "";
}

/// <summary>The interpolated string of <see cref="Markup"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupText
{
    private readonly StringBuilder _html;

    public MarkupText(int literalLength, int formattedCount) => _html = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markup) => _html.Append(markup);

    public void AppendFormatted(Markup markup) => _html.Append(markup.ToString());

    public void AppendFormatted(string? text) => Encode(_html, SafeText.ForTerminal(text ?? ""));

    /// <summary>Thousands with a comma: numbers are there to be read aloud.</summary>
    public void AppendFormatted(long number) => _html.Append(number.ToString("N0", CultureInfo.InvariantCulture));

    public void AppendFormatted(int number) => AppendFormatted((long)number);

    public void AppendFormatted(DateOnly day) => _html.Append(Day.Format(day));

    public override string ToString() => _html.ToString();

    // Single quotes as well: an attribute in either kind of quotes cannot be left.
    private static void Encode(StringBuilder html, string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                _ => html.Append(c),
            };
        }
    }
}
