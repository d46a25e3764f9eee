using Layer.Evidence.Audits;

namespace Layer.Tests.Evidence;

public sealed class AuditWindowSpecs
{
    [Fact]
    public void A_window_reads_back_from_its_text()
    {
        Assert.True(AuditWindow.TryParse("2026-01-01..2027-01-01", out var window));
        Assert.Equal(new AuditWindow(new DateOnly(2026, 1, 1), new DateOnly(2027, 1, 1)), window);
        Assert.Equal("2026-01-01..2027-01-01", window.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-01-01")]
    [InlineData("2026-01-01..")]
    [InlineData("2026-01-01..2026-01-01")]
    [InlineData("2026-01-02..2026-01-01")]
    [InlineData("2026-02-30..2027-01-01")]
    [InlineData("2026-1-1..2027-01-01")]
    [InlineData(" 2026-01-01..2027-01-01")]
    [InlineData("2026-01-01...2027-01-01")]
    [InlineData("2026-01-01..2027-01-01..2028-01-01")]
    [InlineData("2026-01-01-2027-01-01")]
    public void A_text_in_another_form_or_without_a_day_is_none(string? text) => Assert.False(AuditWindow.TryParse(text, out _));

    [Fact]
    public void A_window_without_a_day_cannot_be_made()
    {
        var day = new DateOnly(2026, 1, 1);
        Assert.Throws<ArgumentException>(() => new AuditWindow(day, day));
        Assert.Throws<ArgumentException>(() => new AuditWindow(day, day.AddDays(-1)));
    }

    [Fact]
    public void Its_first_day_is_in_and_its_last_is_out_by_UTC()
    {
        var window = new AuditWindow(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 3));
        Assert.Equal(2, window.DayCount);
        Assert.Equal([new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 2)], window.Days);
        Assert.Equal([false, true, true, false], Enumerable.Range(-1, 4).Select(day => window.Contains(new DateOnly(2026, 1, 1).AddDays(day))));
        Assert.True(window.Contains(new DateTimeOffset(2026, 1, 3, 1, 59, 59, TimeSpan.FromHours(2))));
        Assert.False(window.Contains(new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero)));
        Assert.False(window.Contains(new DateTimeOffset(2026, 1, 1, 1, 59, 59, TimeSpan.FromHours(2))));
        Assert.True(window.Contains(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
    }
}
