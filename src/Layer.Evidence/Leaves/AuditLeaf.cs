using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>Somebody did something that an auditor may ask about and that has no kind of its own.</summary>
/// <param name="Actor">Who: <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</param>
/// <param name="Action">What, e.g. <c>secrets.rekeyed</c> or <c>bundle.exported</c>.</param>
/// <param name="Subject">To what: an id; null when to the workspace as a whole.</param>
/// <param name="Reason">Why, in a person's words; null when none were given.</param>
public sealed record AuditLeaf(string Actor, string Action, string? Subject, string? Reason) : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Audit;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("action", Action);
        writer.Property("actor", Actor);
        writer.Property("reason", Reason);
        writer.Property("subject", Subject);
    }

    internal static AuditLeaf Read(Fields body) =>
        new(body.Text("actor"), body.Text("action"), body.FindText("subject"), body.FindText("reason"));
}
