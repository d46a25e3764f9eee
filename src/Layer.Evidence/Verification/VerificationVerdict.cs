namespace Layer.Evidence.Verification;

/// <summary>The end of a verification.</summary>
public sealed record VerificationVerdict
{
    private VerificationVerdict(VerificationOutcome outcome, string? problem, IReadOnlyList<string> gaps, IReadOnlyList<string> remarks)
    {
        Outcome = outcome;
        Problem = problem;
        Gaps = gaps;
        Remarks = remarks;
    }

    /// <summary>The outcome.</summary>
    public VerificationOutcome Outcome { get; }

    /// <summary>The first thing that is wrong; null when valid.</summary>
    public string? Problem { get; }

    /// <summary>Days or syncs that are missing, one sentence each.</summary>
    public IReadOnlyList<string> Gaps { get; }

    /// <summary>Everything else to know, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>The exit code.</summary>
    public int ExitCode => (int)Outcome;

    /// <summary>The last line: <c>VALID</c>, <c>VALID WITH 2 GAPS</c>, <c>VALID WITH 2 GAPS AND 1 REMARK</c> or <c>INVALID: …</c>.</summary>
    public string LastLine
    {
        get
        {
            if (Problem is not null)
                return $"INVALID: {Problem}";
            string[] parts = [.. Counted(Gaps.Count, "GAP"), .. Counted(Remarks.Count, "REMARK")];
            return parts.Length == 0 ? "VALID" : $"VALID WITH {string.Join(" AND ", parts)}";
        }
    }

    /// <summary>Everything checked was right.</summary>
    public static VerificationVerdict Valid(IReadOnlyList<string> gaps, IReadOnlyList<string> remarks) => new(
        gaps.Count + remarks.Count == 0 ? VerificationOutcome.Valid : VerificationOutcome.ValidWithRemarks, null, gaps, remarks);

    /// <summary>Something is wrong.</summary>
    /// <exception cref="ArgumentException">The outcome is a valid one.</exception>
    public static VerificationVerdict Invalid(VerificationOutcome outcome, string problem) =>
        outcome is VerificationOutcome.Valid or VerificationOutcome.ValidWithRemarks
            ? throw new ArgumentException("A problem is never valid.", nameof(outcome))
            : new VerificationVerdict(outcome, problem, [], []);

    /// <summary>The verdict on a log that was replayed to its end.</summary>
    /// <param name="replay">After <see cref="LogReplay.Finish"/>.</param>
    /// <param name="gaps">Days that are not covered, one sentence each.</param>
    /// <param name="remarks">What the caller knows besides, e.g. that nobody pinned the key.</param>
    public static VerificationVerdict Of(LogReplay replay, IReadOnlyList<string> gaps, IReadOnlyList<string> remarks)
    {
        if (replay.Problem is { } problem)
            return Invalid(VerificationOutcome.IntegrityFailure, problem.ToString());
        var all = new List<string>();
        if (replay.Genesis is null)
            all.Add("The log is empty.");
        if (replay.Genesis is { Sample: true })
            all.Add("SAMPLE: this log is a demonstration and no evidence of a real system.");
        if (replay.RecordsWithoutPublicTrust > 0)
            all.Add($"{(replay.RecordsWithoutPublicTrust == 1 ? "1 record was read from a server" : $"{replay.RecordsWithoutPublicTrust} records were read from servers")} whose trust anchor is not public.");
        if (replay.Epochs > 0)
            all.Add($"An operator went on {replay.Epochs} {(replay.Epochs == 1 ? "time" : "times")} after signed leaves were lost.");
        all.AddRange(remarks);
        return Valid(gaps, all);
    }

    private static string[] Counted(int count, string noun) => count == 0 ? [] : [$"{count} {noun}{(count == 1 ? "" : "S")}"];
}
