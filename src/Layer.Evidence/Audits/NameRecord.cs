using System.Security.Cryptography;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>What a directory said about a principal at one look-up: the facts whose commitment a leaf of kind <c>names</c> holds.</summary>
/// <remarks>
/// The facts are about people and can be erased; the commitment, SHA-256(salt ‖ bytes), stays in the log and tells nothing without the salt.
/// See docs/evidence-format.md §6.
/// </remarks>
public sealed record NameRecord
{
    /// <summary>Length in bytes of the random salt of a commitment.</summary>
    public const int SaltSize = 16;

    /// <summary>The directory has it, and its name may be read.</summary>
    public const string Resolved = "resolved";

    /// <summary>The whole directory was asked, and it is not there.</summary>
    public const string NotFound = "not-found";

    /// <summary>It may be there; its name may not be read.</summary>
    public const string NotPermitted = "not-permitted";

    /// <summary>What <see cref="State"/> can be.</summary>
    public static IReadOnlyList<string> States { get; } = [Resolved, NotFound, NotPermitted];

    /// <summary>The directory that was asked.</summary>
    public required Guid Tenant { get; init; }

    /// <summary>The object id.</summary>
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="Resolved"/>, <see cref="NotFound"/>, <see cref="NotPermitted"/>.</summary>
    public required string State { get; init; }

    /// <summary>As Microsoft Graph says, e.g. <c>user</c>, <c>group</c>, <c>servicePrincipal</c>; null when it did not say.</summary>
    public string? Type { get; init; }

    /// <summary>The display name; null unless resolved.</summary>
    public string? Name { get; init; }

    /// <summary>A user's principal name or an app's client id; null when there is none, or it may not be read.</summary>
    public string? UpnOrAppId { get; init; }

    /// <summary>Of a user <c>Member</c> or <c>Guest</c>; null of everything else, and when Graph did not say.</summary>
    public string? UserType { get; init; }

    /// <summary>Whether it may sign in; null of what cannot (a group), and when Graph did not say.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The canonical bytes.</summary>
    /// <exception cref="MalformedTextException">A text holds half of a surrogate pair.</exception>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        writer.StartObject();
        writer.Name("enabled");
        if (Enabled is { } enabled)
            writer.Boolean(enabled);
        else
            writer.Null();
        writer.Property("id", Id);
        writer.Property("name", Name);
        writer.Property("state", State);
        writer.Property("tenant", Tenant);
        writer.Property("type", Type);
        writer.Property("upnOrAppId", UpnOrAppId);
        writer.Property("userType", UserType);
        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>What a leaf holds of it.</summary>
    /// <param name="salt">16 random bytes, drawn for this record alone.</param>
    /// <exception cref="ArgumentException">The salt has another length.</exception>
    public Digest Commitment(ReadOnlySpan<byte> salt) => Commitment(salt, ToBytes());

    /// <summary>SHA-256(salt ‖ bytes).</summary>
    /// <exception cref="ArgumentException">The salt has not 16 bytes.</exception>
    public static Digest Commitment(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        if (salt.Length != SaltSize)
            throw new ArgumentException($"A salt has {SaltSize} bytes, not {salt.Length}.", nameof(salt));
        Span<byte> hash = stackalloc byte[Digest.Size];
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(salt);
        sha256.AppendData(bytes);
        sha256.GetHashAndReset(hash);
        return new Digest(hash);
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">The bytes are not canonical, or not exactly a name record; the message says what is wrong.</exception>
    public static NameRecord Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = CanonicalJson.Parse(bytes);
        var fields = Fields.Of(document.RootElement, "name");
        var record = new NameRecord
        {
            Enabled = fields.IsNull("enabled") ? null : fields.Boolean("enabled"),
            Id = fields.Uuid("id"),
            Name = fields.FindText("name"),
            State = fields.OneOf("state", States),
            Tenant = fields.Uuid("tenant"),
            Type = fields.FindText("type"),
            UpnOrAppId = fields.FindText("upnOrAppId"),
            UserType = fields.FindText("userType"),
        };
        // One comparison refuses white space, another order, unknown or repeated properties and every second spelling of a value.
        if (!record.ToBytes().AsSpan().SequenceEqual(bytes.Span))
            throw new FormatException("The name record is not canonical, or has properties that it does not have.");
        return record;
    }
}
