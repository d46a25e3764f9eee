using System.Globalization;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Audits;

/// <summary>What to draw, as it was typed.</summary>
/// <param name="Population">One of <see cref="SamplePopulation"/>.</param>
/// <param name="Window">Null: of a day the day, else from the first day of the log until and including today.</param>
/// <param name="N">How many.</param>
/// <param name="Seed">Any text.</param>
/// <param name="By">Who gave the seed; null: who draws.</param>
/// <param name="Method">One of <see cref="SampleMethod"/>.</param>
internal sealed record SampleOrder(string Population, AuditWindow? Window, int N, string Seed, string? By, string Method)
{
    private const string DayPrefix = "day:";

    public const string PopulationsAllowed = $"{DayPrefix}DATE, {SamplePopulation.WindowAdditions}, {SamplePopulation.WindowRemovals} or {SamplePopulation.Days}";

    /// <summary>Reads all of it and finds all that is wrong.</summary>
    /// <returns>Null when there are problems.</returns>
    public static SampleOrder? Read(string? population, string? window, string? n, string? seed, string? by, string? method, TimeProvider clock, List<string> problems)
    {
        var (drawn, day) = ReadPopulation(population, clock, problems);
        AuditWindow? days = null;
        if (window is not null)
        {
            if (!TextOptions.TryParseWindow(window, clock, out var read, out var problem))
                problems.Add($"--window: {problem}");
            else if (day is { } own && !read.Contains(own))
                problems.Add($"--window: the day {own:yyyy-MM-dd} is not in {read}. Leave --window out: a day is a window of its own.");
            else
                days = read;
        }

        var count = 0;
        if (n is null)
            problems.Add("--n is missing: how many to draw, e.g. --n 25.");
        else if (!int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count < 1)
            problems.Add($"--n: '{n}' is no number to draw. Allowed: 1 or more.");
        if (string.IsNullOrEmpty(seed))
            problems.Add("--seed is missing: any text, given by the auditor, so that nobody here can choose what is drawn.");
        if (by is not null && string.IsNullOrWhiteSpace(by))
            problems.Add("--by: it is empty. Write who gave the seed, or leave --by out.");
        var way = method ?? SampleMethod.Random;
        if (!SampleMethod.All.Contains(way))
            problems.Add($"--method: '{method}' is no way to draw. Allowed: {string.Join(", ", SampleMethod.All)}.");
        else if (way == SampleMethod.Privileged && drawn == SamplePopulation.Days)
            problems.Add("--method: days are not privileged. Allowed with days: random, every-kth.");
        return problems.Count > 0 || drawn is null || seed is null ? null : new SampleOrder(drawn, days ?? WindowOf(day), count, seed, by?.Trim(), way);
    }

    private static AuditWindow? WindowOf(DateOnly? day) => day is { } own ? new AuditWindow(own, own.AddDays(1)) : null;

    private static (string? Population, DateOnly? Day) ReadPopulation(string? text, TimeProvider clock, List<string> problems)
    {
        switch (text)
        {
            case null:
                problems.Add($"--population is missing: what to draw from. Allowed: {PopulationsAllowed}.");
                return (null, null);
            case SamplePopulation.WindowAdditions or SamplePopulation.WindowRemovals or SamplePopulation.Days:
                return (text, null);
        }

        if (!text.StartsWith(DayPrefix, StringComparison.Ordinal))
            problems.Add($"--population: '{text}' is no population. Allowed: {PopulationsAllowed}.");
        else if (!TextOptions.TryParseDay(text[DayPrefix.Length..], clock, out var day))
            problems.Add($"--population: '{text[DayPrefix.Length..]}' is not a day. {TextOptions.DayAllowed}.");
        else if (day > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime))
            problems.Add($"--population: {day:yyyy-MM-dd} is still to come. Allowed: today or a day before it.");
        else
            return (SamplePopulation.Of(day), day);
        return (null, null);
    }
}
