using System.Text.RegularExpressions;

namespace Layer.Tests.Web;

/// <summary>The policy of pages forbids inline script and style; what is written so would silently not work.</summary>
public sealed partial class MarkupSpecs
{
    [Fact]
    public void No_page_has_inline_style_or_script()
    {
        var files = Directory.EnumerateFiles(Repository.PathOf("src"), "*.razor", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).ToList();

        Assert.True(files.Count > 20, $"{files.Count} files");
        Assert.Empty(files.SelectMany(file => Find(File.ReadAllText(file)).Select(found => $"{Path.GetFileName(file)}: {found}")));
    }

    [Theory]
    [InlineData("<p style=\"color:red\">")]
    [InlineData("<p\n    STYLE='x'>")]
    [InlineData("<a title=\"a > b\" onclick=\"go()\">")]
    [InlineData("<img onerror = go()>")]
    [InlineData("<button @onclick=\"Go\">")]
    [InlineData("<script>go()</script>")]
    [InlineData("<script type=\"module\">go()</script>")]
    [InlineData("<script data-src=\"x\">go()</script>")]
    [InlineData("<style>p { color: red }</style>")]
    [InlineData("<a href=\"javascript:go()\">")]
    public void The_search_finds_it(string markup) => Assert.NotEmpty(Find(markup));

    [Theory]
    [InlineData("<p class=\"style\" data-onset=\"x\">style=\"x\" on a page</p>")]
    [InlineData("<script src=\"/layer.js\" defer></script>")]
    [InlineData("@if (once) { <option value=\"one\" selected=\"@(on == 1)\"></option> }")]
    public void The_search_finds_nothing_else(string markup) => Assert.Empty(Find(markup));

    private static IEnumerable<string> Find(string markup) => Inline().Matches(markup).Select(match => match.Value);

    // Quoted values are passed over, so that a > or a word inside one neither ends the tag nor counts.
    [GeneratedRegex("""<[a-z][a-z0-9]*(?:[^>"']|"[^"]*"|'[^']*')*?\s(?:style|@?on[a-z]+)\s*=|<style\b|<script\b(?!(?:[^>"']|"[^"]*"|'[^']*')*?\ssrc\s*=)|(?:href|src|action)\s*=\s*["']?\s*javascript:""", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();
}
