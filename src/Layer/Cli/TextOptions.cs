using System.CommandLine.Parsing;
using System.Globalization;

namespace Layer.Cli;

/// <summary>Days, windows and durations as a person types them.</summary>
internal static class TextOptions
{
    public const string DayAllowed = "Write a UTC day as 2026-11-23, or today or yesterday";

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

    public static Window Window(ArgumentResult result, TimeProvider clock)
    {
        var text = result.Tokens[0].Value;
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0 || !TryParseDay(text[..dots], clock, out var from) || !TryParseDay(text[(dots + 2)..], clock, out var to))
            result.AddError($"{NameOf(result)}: '{text}' is not a window. Write it as FROM..TO, e.g. 2026-01-01..2026-06-30; both days belong to it.");
        else if (to < from)
            result.AddError($"{NameOf(result)}: the window '{text}' ends before it begins. Write the earlier day first.");
        else
            return new Window(from, to);
        return default;
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

    private static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult option ? option.Option.Name : result.Argument.HelpName ?? result.Argument.Name;
}

/// <summary>UTC days, both included.</summary>
internal readonly record struct Window(DateOnly From, DateOnly To);
