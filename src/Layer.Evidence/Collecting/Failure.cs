namespace Layer.Evidence.Collecting;

/// <summary>Something that did not work, named by its code in the error catalog (docs/errors.md).</summary>
/// <param name="Code">E.g. <c>SECRET_EXPIRED</c>.</param>
/// <param name="Facts">Fill the placeholders of the catalog's texts: ids, codes, dates, hosts; never a secret. Names are camelCase.</param>
public sealed record Failure(string Code, IReadOnlyDictionary<string, string> Facts);

/// <summary>A collection that cannot be evidence. Nothing of it may be sealed but the failed attempt itself.</summary>
public sealed class CollectionFailedException(Failure failure, CollectionReading? reading, Exception? cause = null)
    : Exception(failure.Code, cause)
{
    /// <summary>What failed.</summary>
    public Failure Failure { get; } = failure;

    /// <summary>How far the reading came; null when nothing was sent.</summary>
    public CollectionReading? Reading { get; } = reading;
}
