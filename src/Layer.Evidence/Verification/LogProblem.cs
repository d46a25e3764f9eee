namespace Layer.Evidence.Verification;

/// <summary>The first thing that is wrong with a log.</summary>
/// <param name="Index">Index of the leaf; for a checkpoint, its size.</param>
/// <param name="Sentence">What is wrong, for people.</param>
public sealed record LogProblem(long Index, string Sentence)
{
    /// <inheritdoc/>
    public override string ToString() => $"Leaf {Index}: {Sentence}";
}
