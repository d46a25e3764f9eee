using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Leaves;

/// <summary>The first leaf of a log: whose it is, which key signs it, and whether it is only a sample.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Key">The vkey of the first signing key.</param>
/// <param name="Limits">Version of the list of limits, e.g. <c>v1</c>.</param>
/// <param name="Mapping">Version of the mapping to criteria, e.g. <c>soc2-2017/1</c>.</param>
/// <param name="Product">Which program made the log.</param>
/// <param name="Sample">True for a demonstration: nothing in this log is evidence of a real system, and no verifier returns 0.</param>
public sealed record GenesisLeaf(Guid Workspace, string Key, string Limits, string Mapping, ProductBuild Product, bool Sample) : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Genesis;

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("key", Key);
        writer.Property("limits", Limits);
        writer.Property("mapping", Mapping);
        Product.WriteTo(writer, "product");
        writer.Property("sample", Sample);
        writer.Property("workspace", Workspace);
    }

    internal static GenesisLeaf Read(Fields body) => new(
        body.Uuid("workspace"), VerificationKey.Parse(body.Text("key")).ToString(), body.Text("limits"), body.Text("mapping"),
        ProductBuild.Read(body.Object("product")), body.Boolean("sample"));
}
