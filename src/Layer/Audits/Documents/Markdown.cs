using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Layer.Cli;
using Layer.Evidence.Canonical;

namespace Layer.Audits.Documents;

/// <summary>Markdown made line by line: what is filled into a line is text and stays text, whatever it holds.</summary>
internal sealed class Markdown
{
    private readonly StringBuilder _lines = new();

    public Markdown Line(MarkdownText line)
    {
        _lines.Append(line.ToString()).Append('\n');
        return this;
    }

    public Markdown Line() => Line($"");

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_lines.ToString());
}

/// <summary>The interpolated string of <see cref="Markdown.Line(MarkdownText)"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkdownText
{
    private const string Special = "\\`*_[]<>&|~$";

    private readonly StringBuilder _line;

    public MarkdownText(int literalLength, int formattedCount) => _line = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markdown) => _line.Append(markdown);

    // CommonMark takes a backslash before any ASCII punctuation. At the start a sign or a number would begin a list or a heading; an address would become a link.
    public void AppendFormatted(string? text)
    {
        var safe = SafeText.ForTerminal(text ?? "");
        for (var i = 0; i < safe.Length; i++)
        {
            var c = safe[i];
            var (before, after) = (safe[..i], safe[(i + 1)..]);
            var begins = i == 0 ? c is '#' or '+' or '-' or '=' : c is '.' or ')' && before.All(char.IsAsciiDigit);
            var links = (c == ':' && after.StartsWith("//", StringComparison.Ordinal)) || (c == '.' && before.EndsWith("www", StringComparison.OrdinalIgnoreCase));
            if (begins || links || Special.Contains(c))
                _line.Append('\\');
            _line.Append(c);
        }
    }

    public void AppendFormatted(long number) => _line.Append(number.ToString("N0", CultureInfo.InvariantCulture));

    public void AppendFormatted(int number) => AppendFormatted((long)number);

    public void AppendFormatted(DateOnly day) => _line.Append(Day.Format(day));

    public override string ToString() => _line.ToString();
}
