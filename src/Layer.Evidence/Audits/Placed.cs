using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>What a leaf says, and where and when it stands in the log.</summary>
/// <param name="Index">The leaf's index.</param>
/// <param name="At">When it was recorded, UTC.</param>
/// <param name="Leaf">What it says.</param>
public readonly record struct Placed<T>(long Index, DateTimeOffset At, T Leaf)
    where T : LeafBody
{
    /// <summary>The UTC day that the leaf belongs to.</summary>
    public DateOnly Day => DateOnly.FromDateTime(At.UtcDateTime);
}
