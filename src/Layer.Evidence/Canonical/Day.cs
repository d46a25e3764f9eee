using System.Globalization;

namespace Layer.Evidence.Canonical;

/// <summary>UTC days as they are sealed: <c>yyyy-MM-dd</c>.</summary>
public static class Day
{
    private const string Form = "yyyy-MM-dd";

    /// <summary>The ten characters.</summary>
    public static string Format(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Reads exactly the ten characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateOnly day) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && text.SequenceEqual(Format(day));
}
