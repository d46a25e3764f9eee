using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>From here on records carry another version of the mapping to criteria; older records keep theirs.</summary>
/// <param name="Actor">Who changed it.</param>
/// <param name="Mapping">The new version, e.g. <c>soc2-2017/2</c>.</param>
/// <param name="Previous">The version before.</param>
/// <param name="Sha256">SHA-256 of the new version's canonical data.</param>
public sealed record MappingLeaf(string Actor, string Mapping, string Previous, Digest Sha256) : StandingLeaf
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Mapping;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("mapping", Mapping);
        writer.Property("previous", Previous);
        writer.Property("sha256", Sha256);
        WriteStanding(writer);
    }

    internal static MappingLeaf Read(Fields body) =>
        new(body.Text("actor"), body.Text("mapping"), body.Text("previous"), body.Digest("sha256"))
        {
            Standing = ReadStanding(body),
        };
}
