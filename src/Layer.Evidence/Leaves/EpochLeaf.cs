using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>The log does not extend a checkpoint that was signed (a backup was restored), and an operator decided to go on.</summary>
/// <param name="Actor">Who decided.</param>
/// <param name="Reason">Why, in a person's words.</param>
/// <param name="LostRoot">Root of the last checkpoint that was signed before.</param>
/// <param name="LostSize">Its size.</param>
public sealed record EpochLeaf(string Actor, string Reason, Digest LostRoot, long LostSize) : StandingLeaf
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Epoch;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Name("lost");
        writer.StartObject();
        writer.Property("root", LostRoot);
        writer.Property("size", LostSize);
        writer.EndObject();
        writer.Property("reason", Reason);
        WriteStanding(writer);
    }

    internal static EpochLeaf Read(Fields body) =>
        new(body.Text("actor"), body.Text("reason"), body.Object("lost").Digest("root"), body.Object("lost").Natural("size"))
        {
            Standing = ReadStanding(body),
        };
}
