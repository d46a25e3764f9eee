using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Leaves;

/// <summary>A signing key was added or retired. The first key stands in the genesis leaf.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Change"><see cref="Added"/> or <see cref="Retired"/>.</param>
/// <param name="Key">The vkey.</param>
/// <param name="Reason">Why, in a person's words; null when none were given.</param>
public sealed record KeyLeaf(string Actor, string Change, string Key, string? Reason) : StandingLeaf
{
    /// <summary>From the next size on the key signs.</summary>
    public const string Added = "added";

    /// <summary>From the next size on it signs no more.</summary>
    public const string Retired = "retired";

    /// <inheritdoc/>
    public override string Kind => LeafKind.Key;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("change", Change);
        writer.Property("key", Key);
        writer.Property("reason", Reason);
        WriteStanding(writer);
    }

    internal static KeyLeaf Read(Fields body) =>
        new(body.Text("actor"), body.OneOf("change", [Added, Retired]), VerificationKey.Parse(body.Text("key")).ToString(), body.FindText("reason"))
        {
            Standing = ReadStanding(body),
        };
}
