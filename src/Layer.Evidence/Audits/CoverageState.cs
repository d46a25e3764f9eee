namespace Layer.Evidence.Audits;

/// <summary>How it stands with one subscription on one day (docs/evidence-format.md §7).</summary>
public static class CoverageState
{
    /// <summary>It was read that day, in time.</summary>
    public const string Complete = "complete";

    /// <summary>It was read that day, later than it was due.</summary>
    public const string Late = "late";

    /// <summary>A person stated that Azure no longer has the subscription. The only state in which nothing is expected.</summary>
    public const string Gone = "gone";

    /// <summary>As far as the log knows, the day is not over.</summary>
    public const string NotDue = "not-due";

    /// <summary>It was attempted that day, and never came to its end.</summary>
    public const string Failed = "failed";

    /// <summary>Nobody had connected it yet.</summary>
    public const string NotConnected = "not-connected";

    /// <summary>A person had stopped it for a while.</summary>
    public const string Paused = "paused";

    /// <summary>A person had ended it.</summary>
    public const string Disconnected = "disconnected";

    /// <summary>Nothing was attempted.</summary>
    public const string Missed = "missed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Complete, Late, Gone, NotDue, Failed, NotConnected, Paused, Disconnected, Missed];

    /// <summary>Whether a day in this state counts in the denominator.</summary>
    public static bool IsExpected(string state) => state != Gone;

    /// <summary>Whether a day in this state counts in the numerator.</summary>
    public static bool IsCovered(string state) => state is Complete or Late;

    /// <summary>The state as a gap sentence says it.</summary>
    internal static string Words(string state, string? code) => state switch
    {
        Failed => $"failed ({code})",
        NotConnected => "not connected",
        NotDue => "not in the log",
        _ => state,
    };
}
