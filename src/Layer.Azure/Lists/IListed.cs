using Layer.Evidence;

namespace Layer.Azure.Lists;

/// <summary>An item of a list. Two items with the same key and digest are the same row told twice; with different digests one of them is wrong.</summary>
internal interface IListed
{
    /// <summary>Null for rows without an identity: their place tells them apart.</summary>
    string? Key { get; }

    Digest Digest { get; }
}
