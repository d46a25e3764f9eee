using Layer.Evidence.Canonical;

namespace Layer.Evidence.Audits;

/// <summary>The days an audit is about: UTC days, the first one in, the last one out.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The day after the last one; always after <paramref name="From"/>.</param>
public readonly record struct AuditWindow(DateOnly From, DateOnly To)
{
    private const string Separator = "..";

    /// <summary>The day after the last one.</summary>
    /// <exception cref="ArgumentException">It is not after <see cref="From"/>.</exception>
    public DateOnly To { get; } = From < To ? To : throw new ArgumentException("A window ends after the day it begins with.", nameof(To));

    /// <summary>The first day.</summary>
    public DateOnly From { get; } = From;

    /// <summary>How many days.</summary>
    public int DayCount => To.DayNumber - From.DayNumber;

    /// <summary>Each day, ascending.</summary>
    public IEnumerable<DateOnly> Days => Enumerable.Range(From.DayNumber, DayCount).Select(DateOnly.FromDayNumber);

    /// <summary>Reads exactly a text like <c>2026-01-01..2027-01-01</c>.</summary>
    public static bool TryParse(string? text, out AuditWindow window)
    {
        window = default;
        return text?.Split(Separator) is [var from, var to] && TryCreate(from, to, out window);
    }

    /// <summary>Whether the instant lies in one of the days, as UTC.</summary>
    public bool Contains(DateTimeOffset instant) => Contains(DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>Whether it is one of the days.</summary>
    public bool Contains(DateOnly day) => day >= From && day < To;

    /// <summary>A text like <c>2026-01-01..2027-01-01</c>.</summary>
    public override string ToString() => Day.Format(From) + Separator + Day.Format(To);

    internal static bool TryCreate(string from, string to, out AuditWindow window)
    {
        if (!Day.TryParse(from, out var first) || !Day.TryParse(to, out var end) || first >= end)
        {
            window = default;
            return false;
        }

        window = new AuditWindow(first, end);
        return true;
    }
}
