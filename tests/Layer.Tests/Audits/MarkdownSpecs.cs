using System.Text;
using Layer.Audits.Documents;
using Layer.Evidence.Frameworks;

namespace Layer.Tests.Audits;

public sealed class MarkdownSpecs
{
    public static TheoryData<string> OwnSentences =>
    [
        .. Limits.Standing.Concat(Limits.OfRuns).Select(limit => limit.Sentence), .. LimitsText.Promises, .. EvidenceType.All.Select(type => type.Title),
        .. Mapping.Current.Entries.SelectMany(entry => new[] { entry.Criterion, entry.PointOfFocus, entry.Reason, entry.DoesNotShow }),
        "2025-01-01..2026-01-01", "layer/0198f000-0000-7000-8000-000000000001", "Covered 2 of 2 days, 2 of 2 connection-days; no gap.",
    ];

    [Theory]
    [MemberData(nameof(OwnSentences))]
    public void What_Layer_itself_says_stands_as_it_is_written(string sentence)
    {
        Assert.Equal(sentence, Of($"{sentence}"));
        Assert.Equal($"- {sentence}", Of($"- {sentence}"));
    }

    [Theory]
    [InlineData("- point", @"\- point")]
    [InlineData("1. first", @"1\. first")]
    [InlineData("# heading", @"\# heading")]
    [InlineData("> quote", @"\> quote")]
    [InlineData("=", @"\=")]
    public void What_begins_a_block_gets_a_backslash_where_a_block_can_begin(string text, string escaped)
    {
        Assert.Equal(escaped, Of($"{text}"));
        Assert.Equal($"- {escaped}", Of($"- {text}"));
        Assert.Equal($"12. {escaped}", Of($"12. {text}"));
        Assert.Equal($"Stated by {text}", Of($"Stated by {text}"));
        Assert.Equal($"# Of {text}", Of($"# Of {text}"));
    }

    [Theory]
    [InlineData("SECRET_EXPIRED", "SECRET_EXPIRED")]
    [InlineData("_so_", @"\_so\_")]
    [InlineData("a < b > c & d", @"a \< b \> c & d")]
    [InlineData("b > c", "b > c")]
    [InlineData("&amp; &#35; &;", @"\&amp; \&#35; &;")]
    [InlineData("[x](http://evil.example)", @"\[x\](http\://evil.example)")]
    [InlineData("who: ada (alone), 100%!", "who: ada (alone), 100%!")]
    [InlineData("*a* `b` ~c~ $d$ e|f", @"\*a\* \`b\` \~c\~ \$d\$ e\|f")]
    public void Inline_marks_get_a_backslash_where_they_would_be_marks(string text, string escaped) => Assert.Equal($"Said {escaped}", Of($"Said {text}"));

    private static string Of(MarkdownText line) => Encoding.UTF8.GetString(new Markdown().Line(line).ToUtf8()).TrimEnd('\n');
}
