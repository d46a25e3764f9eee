namespace Layer.Azure.Http;

/// <summary>Which failures pass by themselves, and how long to wait for them.</summary>
internal static class Retrying
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    public static bool IsTransient(int status) => status is 408 or 429 or 500 or 502 or 503 or 504;

    /// <summary>The wait before attempt <paramref name="attempt"/> + 1 (the first is 1): what Azure asks for, but never less than our own back-off.</summary>
    public static TimeSpan Delay(int attempt, TimeSpan first, TimeSpan? retryAfter)
    {
        var backOff = first * Math.Pow(2, attempt - 1);
        if (backOff > LongestDelay)
            backOff = LongestDelay;
        // Half of it random, so that many connections that failed together do not come back together.
        backOff = backOff * 0.5 + backOff * 0.5 * Random.Shared.NextDouble();
        return retryAfter is { } asked && asked > backOff ? asked : backOff;
    }

    /// <summary>Retry-After in both forms; null when absent or neither. A date is taken against the answer's own Date.</summary>
    public static TimeSpan? ReadRetryAfter(string? value, DateTimeOffset? date, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;
        if (int.TryParse(value, System.Globalization.NumberStyles.None, null, out var seconds))
            return TimeSpan.FromSeconds(seconds);
        if (HttpDate.Find(value) is not { } until)
            return null;
        var wait = until - (date ?? now);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
