using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>
/// A leaf whose statement holds from here on. Each names the one before it, back to the genesis leaf, so that nobody who shows a part of a log can leave one
/// out unnoticed (docs/evidence-format.md §6).
/// </summary>
public abstract record StandingLeaf : LeafBody
{
    /// <summary>Leaf index of the newest standing leaf before this one. Who appends it fills it in; see <see cref="LeafBody.After"/>.</summary>
    public long Standing { get; init; }

    /// <inheritdoc/>
    public sealed override LeafBody After(long standing) => this with { Standing = standing };

    private protected void WriteStanding(CanonicalWriter writer) => writer.Property("standing", Standing);

    private protected static long ReadStanding(Fields body) => body.Natural("standing");
}
