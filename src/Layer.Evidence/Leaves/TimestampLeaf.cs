using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>A time-stamp authority (RFC 3161) vouched for a signed checkpoint.</summary>
/// <param name="Authority">The authority's address.</param>
/// <param name="Size">Size of the checkpoint.</param>
/// <param name="Checkpoint">SHA-256 of the signed note that was stamped.</param>
/// <param name="Token">SHA-256 of the token (DER), which is kept beside the checkpoint.</param>
public sealed record TimestampLeaf(string Authority, long Size, Digest Checkpoint, Digest Token) : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Timestamp;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("authority", Authority);
        writer.Property("checkpoint", Checkpoint);
        writer.Property("size", Size);
        writer.Property("token", Token);
    }

    internal static TimestampLeaf Read(Fields body) =>
        new(body.Text("authority"), body.Natural("size"), body.Digest("checkpoint"), body.Digest("token"));
}
