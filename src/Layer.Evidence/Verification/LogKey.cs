namespace Layer.Evidence.Verification;

/// <summary>A signing key as the log itself names it. That it stands there proves nothing: an auditor pins one through a second channel.</summary>
/// <param name="Key">The vkey.</param>
/// <param name="AddedAt">Index of the leaf that named it first.</param>
/// <param name="RetiredAt">Index of the leaf that retired it; null while it signs.</param>
public sealed record LogKey(string Key, long AddedAt, long? RetiredAt)
{
    /// <summary>Whether it signs a log of <paramref name="size"/> leaves: what counts are the leaves below that size.</summary>
    public bool IsActiveAt(long size) => AddedAt < size && !(RetiredAt < size);
}
