using System.Globalization;
using Layer.Evidence.Audits;

namespace Layer.Audits.Documents;

/// <summary>Days and times as people read them; always UTC.</summary>
internal static class Period
{
    /// <summary>Both days included: <c>1 January 2026 to 31 December 2026</c>.</summary>
    public static string Of(AuditWindow window) => window.DayCount == 1 ? Of(window.From) : $"{Of(window.From)} to {Of(window.To.AddDays(-1))}";

    /// <summary>E.g. <c>1 January 2026</c>.</summary>
    public static string Of(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>2026-01-01 06:02</c>.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>98.9 %</c>; a dash when nothing was expected.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole == 0)
            return "–";
        // Cut off, not rounded: 100 % is said of everything and of nothing less.
        return (Math.Floor(part * 1000.0 / whole) / 10).ToString("0.#", CultureInfo.InvariantCulture) + " %";
    }
}
