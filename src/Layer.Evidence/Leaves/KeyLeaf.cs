using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Leaves;

/// <summary>A signing key was added or retired. The first key stands in the genesis leaf.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Change"><c>added</c> or <c>retired</c>.</param>
/// <param name="Key">The vkey.</param>
public sealed record KeyLeaf(string Actor, string Change, string Key) : StandingLeaf
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Key;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("change", Change);
        writer.Property("key", Key);
        WriteStanding(writer);
    }

    internal static KeyLeaf Read(Fields body) =>
        new(body.Text("actor"), body.OneOf("change", ["added", "retired"]), VerificationKey.Parse(body.Text("key")).ToString())
        {
            Standing = ReadStanding(body),
        };
}
