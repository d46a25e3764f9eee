namespace Layer.Evidence.Audits;

/// <summary>One subscription on one day: a row of <c>coverage.csv</c>.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Subscription">The subscription.</param>
/// <param name="Name">Its name; empty when nothing at hand tells it.</param>
/// <param name="State">One of <see cref="CoverageState"/>.</param>
/// <param name="Code">Of a failed one: the code of the last attempt.</param>
/// <param name="By">Of one that is gone, paused or disconnected: who made it so.</param>
/// <param name="Reason">Why, in that person's words; null when none were given.</param>
/// <param name="Observed">The source's clock at the first answer of the reading, or of the last failed attempt, UTC.</param>
/// <param name="Connection">The connection of that reading or attempt.</param>
/// <param name="Leaf">Leaf index of its manifest.</param>
public readonly record struct CoverageLine(
    DateOnly Day, Guid Subscription, string Name, string State, string? Code, string? By, string? Reason, DateTimeOffset? Observed, Guid? Connection, long? Leaf)
{
    /// <summary>Whether it counts in the denominator.</summary>
    public bool IsExpected => CoverageState.IsExpected(State);

    /// <summary>Whether it counts in the numerator.</summary>
    public bool IsCovered => CoverageState.IsCovered(State);
}
