using Layer.Cli;

namespace Layer.Tests.Cli;

public sealed class SafeTextSpecs
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd", "'+cmd")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("plain=ok", "plain=ok")]
    public void A_csv_cell_never_starts_a_formula(string text, string cell) => Assert.Equal(cell, SafeText.ForCsv(text));

    [Theory]
    [InlineData("\u202Egnp.exe", "‹202E›gnp.exe")]
    [InlineData("\e[31mred", "‹1B›[31mred")]
    [InlineData("two\nlines", "two‹0A›lines")]
    [InlineData("Zoë Ångström 北京", "Zoë Ångström 北京")]
    public void A_table_cell_neither_moves_the_cursor_nor_turns_the_direction(string text, string cell) => Assert.Equal(cell, SafeText.ForTerminal(text));

    [Fact]
    public void Direction_overrides_in_json_become_escapes() => Assert.Equal("""{"a":"\u202egnp"}""", SafeText.ForJson("{\"a\":\"\u202Egnp\"}"));

    [Theory]
    [InlineData("subscription", 6, false, "subsc…")]
    [InlineData("subscription", 6, true, "…ption")]
    [InlineData("北京北京", 5, false, "北京…")]
    [InlineData("short", 6, false, "short")]
    public void Text_is_fitted_to_columns_of_the_terminal(string text, int width, bool keepEnd, string fitted) => Assert.Equal(fitted, SafeText.Fit(text, width, keepEnd));
}
