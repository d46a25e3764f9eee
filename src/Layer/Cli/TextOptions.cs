using System.CommandLine.Parsing;
using System.Globalization;
using Layer.Evidence.Audits;

namespace Layer.Cli;

/// <summary>Days, windows and durations as a person types them.</summary>
internal static class TextOptions
{
    public const string DayAllowed = "Write a UTC day as 2026-11-23, or today or yesterday";

    private const string WholeYear = "The whole of 2026 is 2026-01-01..2027-01-01";

    // Ten years: beyond it somebody mistyped a year.
    private const int LongestWindow = 3660;

    public const string DurationAllowed = "Write it as 90s, 30m or 1h, or 0 for none";

    public static DateOnly Day(ArgumentResult result, TimeProvider clock)
    {
        var text = result.Tokens[0].Value;
        if (TryParseDay(text, clock, out var day))
            return day;
        result.AddError($"{NameOf(result)}: '{text}' is not a day. {DayAllowed}.");
        return default;
    }

    public static bool TryParseDay(string text, TimeProvider clock, out DateOnly day)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        switch (text)
        {
            case "today": day = today; return true;
            case "yesterday": day = today.AddDays(-1); return true;
            default: return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
        }
    }

    public static AuditWindow? Window(ArgumentResult result, TimeProvider clock)
    {
        if (TryParseWindow(result.Tokens[0].Value, clock, out var window, out var problem))
            return window;
        result.AddError($"{NameOf(result)}: {problem}");
        return null;
    }

    /// <summary>Reads <c>FROM..TO</c>; the problem is a sentence that repeats what was typed and says what is allowed.</summary>
    public static bool TryParseWindow(string text, TimeProvider clock, out AuditWindow window, out string problem)
    {
        window = default;
        problem = "";
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0 || !TryParseDay(text[..dots], clock, out var from) || !TryParseDay(text[(dots + 2)..], clock, out var to))
            problem = $"'{text}' is not a window. Write it as FROM..TO, the first day and the day after the last: {WholeYear}.";
        else if (to == from)
            problem = $"the window '{text}' has no day: FROM belongs to it and TO does not. {WholeYear}.";
        else if (to < from)
            problem = $"the window '{text}' ends before it begins. Write the earlier day first.";
        else if (to.DayNumber - from.DayNumber is > LongestWindow and var days)
            problem = $"the window '{text}' has {days} days. Allowed: at most {LongestWindow}.";
        else
            window = new AuditWindow(from, to);
        return problem.Length == 0;
    }

    public static TimeSpan Duration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParseDuration(text, out var duration))
            return duration;
        result.AddError($"{NameOf(result)}: '{text}' is not a duration. {DurationAllowed}.");
        return default;
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
            return true;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;
        switch (text[^1])
        {
            case 's': duration = TimeSpan.FromSeconds(amount); return true;
            case 'm': duration = TimeSpan.FromMinutes(amount); return true;
            case 'h': duration = TimeSpan.FromHours(amount); return true;
            default: return false;
        }
    }

    /// <summary>One line of a person's own words, as it is sealed: not empty, and without anything that would break the line.</summary>
    public static string Line(ArgumentResult result)
    {
        var text = result.Tokens[0].Value.Trim();
        if (text.Length == 0 || text.Any(IsBreak))
            result.AddError($"{NameOf(result)}: write one line of text, without line breaks and other control characters.");
        return text;
    }

    private static bool IsBreak(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult option ? option.Option.Name : result.Argument.HelpName ?? result.Argument.Name;
}
