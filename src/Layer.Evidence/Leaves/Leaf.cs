using System.Security.Cryptography;
using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Leaves;

/// <summary>One leaf of a log: canonical bytes that are stored, hashed and shown as they are.</summary>
/// <remarks><c>{"at":…,"body":{…},"kind":…,"log":…,"salt":…,"v":1}</c>, see docs/evidence-format.md §6.</remarks>
public sealed class Leaf
{
    /// <summary>Length of the salt in bytes. It keeps guessable leaves from being recognised by their hash.</summary>
    public const int SaltSize = 16;

    private const int Version = 1;

    private Leaf(DateTimeOffset at, LeafBody body, string log, string salt, ReadOnlyMemory<byte> bytes)
    {
        At = at;
        Body = body;
        Log = log;
        Salt = salt;
        Bytes = bytes;
        Hash = MerkleTree.LeafHash(bytes.Span);
    }

    /// <summary>When it was recorded, UTC, whole milliseconds; never before the leaf that precedes it.</summary>
    public DateTimeOffset At { get; }

    /// <summary>What it says.</summary>
    public LeafBody Body { get; }

    /// <summary>One of <see cref="LeafKind"/>.</summary>
    public string Kind => Body.Kind;

    /// <summary>The log's origin.</summary>
    public string Log { get; }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public string Salt { get; }

    /// <summary>The exact bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256(0x00 ‖ <see cref="Bytes"/>). Of an evidence record this is, as hexadecimal digits, the id that people use.</summary>
    public Digest Hash { get; }

    /// <summary>Makes a leaf with a new random salt.</summary>
    /// <param name="at">Cut to whole milliseconds. The caller has compared it with the leaf before.</param>
    /// <param name="log">The log's origin.</param>
    /// <param name="body">What it says.</param>
    /// <exception cref="FormatException">The body could not be read back: a bug, found before it is sealed.</exception>
    public static Leaf Create(DateTimeOffset at, string log, LeafBody body) =>
        Create(at, log, body, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltSize)));

    /// <summary>Makes a leaf with a given salt, for samples.</summary>
    internal static Leaf Create(DateTimeOffset at, string log, LeafBody body, string salt) => Parse(Write(at, log, body, salt));

    /// <summary>Reads a leaf.</summary>
    /// <exception cref="FormatException">The bytes are not canonical, or not exactly a leaf; the message says what is wrong.</exception>
    public static Leaf Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = CanonicalJson.Parse(bytes);
        var fields = Fields.Of(document.RootElement, "leaf");
        if (fields.Integer("v") != Version)
            throw fields.Wrong("v", "not 1: this leaf was written by a later version");
        var log = fields.Text("log");
        if (!StrictText.IsName(log))
            throw fields.Wrong("log", "not printable ASCII without space and plus");
        var salt = fields.Text("salt");
        if (salt.Length != SaltSize * 2 || !salt.All(char.IsAsciiHexDigitLower))
            throw fields.Wrong("salt", "not 32 lower-case hexadecimal digits");

        var at = fields.Instant("at");
        var body = LeafBody.Read(fields.Text("kind"), fields.Object("body"));
        // One comparison refuses white space, another order, unknown or repeated properties and every second spelling of a value.
        if (!Write(at, log, body, salt).AsSpan().SequenceEqual(bytes.Span))
            throw new FormatException("The leaf is not canonical, or has properties that its kind does not have.");
        return new Leaf(at, body, log, salt, bytes);
    }

    private static byte[] Write(DateTimeOffset at, string log, LeafBody body, string salt)
    {
        var writer = new CanonicalWriter();
        writer.StartObject();
        writer.Property("at", at);
        writer.Name("body");
        writer.StartObject();
        body.WriteTo(writer);
        writer.EndObject();
        writer.Property("kind", body.Kind);
        writer.Property("log", log);
        writer.Property("salt", salt);
        writer.Property("v", Version);
        writer.EndObject();
        return writer.ToArray();
    }
}
