namespace Layer.Evidence.Collecting;

/// <summary>How a collection was read, or how far it came: the connector's part of the sync manifest (docs/evidence-format.md §4).</summary>
public sealed record CollectionReading
{
    /// <summary>When the first request was sent, by this machine's clock, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last answer was read, by this machine's clock, UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The source's own Date of the first and last answer, UTC; null when no answer came.</summary>
    public ObservedInterval? Observed { get; init; }

    /// <summary>This machine's clock minus the source's, in milliseconds; null when no answer came.</summary>
    public long? ClockSkewMilliseconds { get; init; }

    /// <summary>Who read: from the access token; null when sign-in failed.</summary>
    public Reader? Reader { get; init; }

    /// <summary>How the right to read everything was proven; null when it was not.</summary>
    public RightToRead? Right { get; init; }

    /// <summary>One entry for each list, in the order they are named in docs/evidence-format.md; of a failed run, those that were begun.</summary>
    public IReadOnlyList<ListReading> Lists { get; init; } = [];

    /// <summary>One entry for each host that answered.</summary>
    public IReadOnlyList<HostReading> Hosts { get; init; } = [];

    /// <summary>Built-in role definitions taken from the cache of this credential and day.</summary>
    public CachedPage? CachedDefinitions { get; init; }

    /// <summary>Role definitions in use that could not be read: their GUIDs, ascending.</summary>
    public IReadOnlyList<string> UnknownDefinitions { get; init; } = [];
}

/// <summary>The source's clock at the first and at the last answer, UTC, whole seconds (HTTP Date).</summary>
public sealed record ObservedInterval(DateTimeOffset From, DateTimeOffset To);

/// <summary>The identity that read: Entra's object id of the service principal, its tenant and its application (client) id.</summary>
public sealed record Reader(Guid ObjectId, Guid TenantId, Guid ClientId);

/// <summary>The proof of the right to read at subscription scope.</summary>
/// <param name="By"><c>permissions</c> when Azure's permissions API said so, else <c>definitions</c>: computed from the reader's own rows.</param>
/// <param name="Witness"><c>own-row</c>, or <c>assigned-to</c> when the reader's access comes through a group.</param>
/// <param name="OwnRows">Keys of the assignments that give the reader its access, ascending; each is in the population.</param>
public sealed record RightToRead(string By, string Witness, IReadOnlyList<string> OwnRows);

/// <summary>One list or object that was read.</summary>
/// <param name="Type">The observation type it was read for, or the name of the call for those that prove rights (<c>permissions</c>, <c>assignedTo</c>).</param>
/// <param name="Template">Id of the <see cref="UrlTemplate"/>; api-version and filter are the template's.</param>
/// <param name="ApiVersion">Azure's api-version.</param>
/// <param name="Filter">The $filter sent; null when none.</param>
/// <param name="Pages">One for each answer of the reading that counts, in order.</param>
/// <param name="Ended">The last page came without a nextLink.</param>
/// <param name="Rows">Sum of the items of the pages.</param>
/// <param name="Duplicates">Rows that repeated an id with equal bytes and were counted once.</param>
/// <param name="Readings">How often the list was read until two successive readings agreed; 1 for a single page.</param>
/// <param name="Argument">What fills the template's <c>{id}</c>, e.g. a role's GUID; null when it has none.</param>
public sealed record ListReading(
    string Type, string Template, string ApiVersion, string? Filter,
    IReadOnlyList<PageReading> Pages, bool Ended, int Rows, int Duplicates, int Readings, string? Argument = null);

/// <summary>One HTTP answer.</summary>
/// <param name="Status">HTTP status; 0 when no answer came.</param>
/// <param name="Bytes">Length of the body after content decoding.</param>
/// <param name="Sha256">SHA-256 of the body; null when none was read to its end.</param>
/// <param name="Items">Items in it.</param>
/// <param name="Date">The answer's Date header, UTC; null when absent.</param>
/// <param name="RequestId">The answer's x-ms-request-id; null when absent.</param>
public sealed record PageReading(int Status, long Bytes, Digest? Sha256, int Items, DateTimeOffset? Date, string? RequestId);

/// <summary>The peer that answered for a host.</summary>
/// <param name="Host">Host name asked for, lower case.</param>
/// <param name="CertificateSha256">SHA-256 of the server's certificate (DER).</param>
/// <param name="Issuer">The certificate's issuer, as an RFC 4514 text.</param>
/// <param name="Proxy">Host and port of the proxy; null when direct.</param>
/// <param name="PublicTrust">The trust anchor is one of the platform's default store.</param>
public sealed record HostReading(string Host, Digest CertificateSha256, string Issuer, string? Proxy, bool PublicTrust);

/// <summary>A page read earlier and used again.</summary>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="ReadAt">When it was read, by the source's Date, UTC.</param>
/// <param name="Bytes">The page itself, so that the ledger can keep it.</param>
public sealed record CachedPage(Digest Sha256, DateTimeOffset ReadAt, ReadOnlyMemory<byte> Bytes);
