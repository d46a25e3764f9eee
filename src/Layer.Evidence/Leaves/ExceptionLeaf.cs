using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>Why an earlier record deserves a second look.</summary>
public static class SecondThought
{
    /// <summary>An assignment is back with the same id and creation time after a reading that did not show it.</summary>
    public const string Reappeared = "reappeared";

    /// <summary>An assignment seen for the first time was created more than 15 minutes before an earlier complete reading.</summary>
    public const string SeenLate = "seen-late";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Reappeared, SeenLate];
}

/// <summary>A second thought about an earlier record, which stays as it is and is marked wherever it is shown.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Seq">The sync that noticed.</param>
/// <param name="Code">One of <see cref="SecondThought"/>.</param>
/// <param name="Key">Key of the observation.</param>
/// <param name="Type">Its type.</param>
/// <param name="Digest">Its digest now.</param>
/// <param name="Record">Leaf index of the earlier evidence record that lacks it.</param>
public sealed record ExceptionLeaf(Guid Connection, long Seq, string Code, string Key, string Type, Digest Digest, long Record) : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Exception;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("code", Code);
        writer.Property("connection", Connection);
        writer.Property("digest", Digest);
        writer.Property("key", Key);
        writer.Property("record", Record);
        writer.Property("seq", Seq);
        writer.Property("type", Type);
    }

    internal static ExceptionLeaf Read(Fields body) => new(
        body.Uuid("connection"), body.Natural("seq"), body.OneOf("code", SecondThought.All), body.Text("key"), body.Text("type"),
        body.Digest("digest"), body.Natural("record"));
}
