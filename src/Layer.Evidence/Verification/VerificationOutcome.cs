namespace Layer.Evidence.Verification;

/// <summary>What a verification came to; the value is the exit code of <c>layer verify</c> (docs/evidence-format.md §9).</summary>
public enum VerificationOutcome
{
    /// <summary>Valid, complete, anchored.</summary>
    Valid = 0,

    /// <summary>Valid, with remarks: gaps, sample data, a trust anchor that is not public, not anchored, a key that nobody pinned.</summary>
    ValidWithRemarks = 1,

    /// <summary>Something was changed, removed, added or reordered.</summary>
    IntegrityFailure = 2,

    /// <summary>Signed by another key than the one given.</summary>
    WrongKey = 3,

    /// <summary>The bundle or checkpoint cannot be read.</summary>
    Malformed = 4,

    /// <summary>What was typed cannot be used.</summary>
    Usage = 64,
}
