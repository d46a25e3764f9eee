using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>
/// Commitments to names of principals. A name and its salt are kept outside the log, where they can be erased; without them a commitment says nothing.
/// </summary>
/// <param name="Tenant">The tenant that the names were looked up in.</param>
/// <param name="Commitments">SHA-256(salt of 16 bytes ‖ canonical bytes of a name record) of each; ascending, at least one.</param>
public sealed record NamesLeaf(Guid Tenant, IReadOnlyList<Digest> Commitments) : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Names;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Name("commitments");
        writer.StartArray();
        foreach (var commitment in Commitments)
            writer.String(commitment.ToString());
        writer.EndArray();
        writer.Property("tenant", Tenant);
    }

    internal static NamesLeaf Read(Fields body)
    {
        var texts = body.Texts("commitments");
        if (texts.Count == 0 || !texts.IsAscending())
            throw body.Wrong("commitments", "empty, not ascending, or has one twice");
        return new NamesLeaf(
            body.Uuid("tenant"),
            [.. texts.Select(text => Digest.TryParse(text, out var digest) ? digest : throw body.Wrong("commitments", "not a list of 64 hexadecimal digits each"))]);
    }
}
