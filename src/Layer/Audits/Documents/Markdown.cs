using System.Buffers;
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
    // Inline marks of CommonMark and of GitHub's tables, strikethrough and formulas. What only begins a block or a link is told from where it stands.
    private const string Special = "\\`*[]<|~$";

    private static readonly SearchValues<char> Alphanumeric = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly StringBuilder _line;

    public MarkdownText(int literalLength, int formattedCount) => _line = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markdown) => _line.Append(markdown);

    public void AppendFormatted(string? text)
    {
        var safe = SafeText.ForTerminal(text ?? "");
        var begins = IsAtBeginning();
        for (var i = 0; i < safe.Length; i++)
        {
            if (Special.Contains(safe[i]) || (begins && BeginsBlock(safe, i)) || IsInline(safe, i))
                _line.Append('\\');
            _line.Append(safe[i]);
        }
    }

    public void AppendFormatted(long number) => _line.Append(number.ToString("N0", CultureInfo.InvariantCulture));

    public void AppendFormatted(int number) => AppendFormatted((long)number);

    public void AppendFormatted(DateOnly day) => _line.Append(Day.Format(day));

    public override string ToString() => _line.ToString();

    // Of the line, or of a point of a list: what stands there can itself be a point, a number, a heading or a quotation.
    private bool IsAtBeginning()
    {
        var before = _line.ToString().Trim();
        return before.Length == 0 || before is "-" or "*" or "+" or ">" || (before[^1] is '.' or ')' && before[..^1].All(char.IsAsciiDigit));
    }

    private static bool BeginsBlock(string text, int i) => text[i] switch
    {
        '#' or '+' or '-' or '=' or '>' => i == 0,
        '.' or ')' => i > 0 && text[..i].All(char.IsAsciiDigit),
        _ => false,
    };

    private static bool IsInline(string text, int i) => text[i] switch
    {
        '_' => !IsWord(text, i - 1) || !IsWord(text, i + 1), // within a word it is a letter
        '>' => text[..i].Contains('<'),
        '&' => IsEntity(text.AsSpan(i + 1)),
        ':' => text.AsSpan(i + 1).StartsWith("//"),
        '.' => text.AsSpan(0, i).EndsWith("www", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool IsWord(string text, int i) => i >= 0 && i < text.Length && char.IsLetterOrDigit(text[i]);

    private static bool IsEntity(ReadOnlySpan<char> after)
    {
        var end = after.IndexOf(';');
        return end > 0 && (after[0] == '#' ? after[1..end] : after[..end]) is { Length: > 0 } name && !name.ContainsAnyExcept(Alphanumeric);
    }
}
