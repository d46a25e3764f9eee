using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>What coverage needs of one sync manifest.</summary>
/// <param name="Index">Its leaf index.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Seq">Its number within the connection.</param>
/// <param name="Status">One of <see cref="ManifestStatus"/>.</param>
/// <param name="Code">Why it failed; null unless it did.</param>
/// <param name="Trigger">One of <see cref="ManifestTrigger"/>.</param>
/// <param name="ObservedFrom">The source's clock at the first answer, UTC; null when none came.</param>
/// <param name="StartedAt">By the clock of the machine that read, UTC.</param>
public readonly record struct AuditReading(
    long Index, Guid Connection, long Seq, string Status, string? Code, string Trigger, DateTimeOffset? ObservedFrom, DateTimeOffset StartedAt)
{
    /// <summary>Whether it was read to its end: only then it is a reading, and covers its day.</summary>
    public bool IsComplete => Status == ManifestStatus.Complete;

    /// <summary>The UTC day it belongs to: that of <see cref="ObservedFrom"/>, else of <see cref="StartedAt"/>.</summary>
    public DateOnly Day => DateOnly.FromDateTime((ObservedFrom ?? StartedAt).UtcDateTime);
}
