using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;

namespace Layer.Evidence.Leaves;

/// <summary>
/// What seldom changes from sync to sync: the program, its configuration, who read, with what right, and who answered. A manifest carries it only when it
/// differs from the one before, and otherwise names the leaf that carries it; so every change of it shows.
/// </summary>
/// <param name="Product">Which program read.</param>
/// <param name="Configuration">SHA-256 of what the connection is configured to read and as whom (docs/evidence-format.md §4).</param>
/// <param name="Reader">Who read; null when sign-in failed.</param>
/// <param name="Right">Why it could see everything; null when that was not proven.</param>
/// <param name="Hosts">Who answered; ascending by host.</param>
public sealed record ManifestSetting(ProductBuild Product, Digest Configuration, Reader? Reader, RightToRead? Right, IReadOnlyList<HostReading> Hosts)
{
    /// <summary>The setting of a reading; null when nothing was sent.</summary>
    public static ManifestSetting Of(ProductBuild product, Digest configuration, CollectionReading? reading)
    {
        var hosts = (reading?.Hosts ?? []).OrderBy(h => h.Host, StringComparer.Ordinal).ThenBy(h => h.CertificateSha256);
        return new ManifestSetting(product, configuration, reading?.Reader, reading?.Right, [.. hosts]);
    }

    /// <summary>Whether both would be written with the same bytes.</summary>
    public bool SameAs(ManifestSetting other) => Bytes().AsSpan().SequenceEqual(other.Bytes());

    internal void WriteTo(CanonicalWriter writer)
    {
        writer.StartObject();
        writer.Property("configuration", Configuration);
        writer.Name("hosts");
        writer.StartArray();
        foreach (var host in Hosts)
        {
            writer.StartObject();
            writer.Property("certificate", host.CertificateSha256);
            writer.Property("host", host.Host);
            writer.Property("issuer", host.Issuer);
            writer.Property("proxy", host.Proxy);
            writer.Property("publicTrust", host.PublicTrust);
            writer.EndObject();
        }

        writer.EndArray();
        Product.WriteTo(writer, "product");
        writer.Name("reader");
        WriteReader(writer);
        writer.Name("right");
        WriteRight(writer);
        writer.EndObject();
    }

    internal static ManifestSetting Read(Fields fields) => new(
        ProductBuild.Read(fields.Object("product")),
        fields.Digest("configuration"),
        fields.IsNull("reader") ? null : ReadReader(fields.Object("reader")),
        fields.IsNull("right") ? null : ReadRight(fields.Object("right")),
        fields.Each("hosts", host => new HostReading(
            host.Text("host"), host.Digest("certificate"), host.Text("issuer"), host.FindText("proxy"), host.Boolean("publicTrust"))));

    private static Reader ReadReader(Fields reader) => new(reader.Uuid("object"), reader.Uuid("tenant"), reader.Uuid("client"));

    private static RightToRead ReadRight(Fields right) => new(right.Text("by"), right.Text("witness"), right.Texts("ownRows"));

    private void WriteReader(CanonicalWriter writer)
    {
        if (Reader is null)
        {
            writer.Null();
            return;
        }

        writer.StartObject();
        writer.Property("client", Reader.ClientId);
        writer.Property("object", Reader.ObjectId);
        writer.Property("tenant", Reader.TenantId);
        writer.EndObject();
    }

    private void WriteRight(CanonicalWriter writer)
    {
        if (Right is null)
        {
            writer.Null();
            return;
        }

        writer.StartObject();
        writer.Property("by", Right.By);
        writer.Name("ownRows");
        writer.StartArray();
        foreach (var row in Right.OwnRows)
            writer.String(row);
        writer.EndArray();
        writer.Property("witness", Right.Witness);
        writer.EndObject();
    }

    private byte[] Bytes()
    {
        var writer = new CanonicalWriter();
        WriteTo(writer);
        return writer.ToArray();
    }
}
