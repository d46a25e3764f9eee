using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>Which program wrote a leaf.</summary>
/// <param name="Version">E.g. <c>0.1.0</c>.</param>
/// <param name="Build">Hash of the build: the commit it was built from, or of the program's files; lower-case hexadecimal digits.</param>
public sealed record ProductBuild(string Version, string Build)
{
    internal void WriteTo(CanonicalWriter writer, string name)
    {
        writer.Name(name);
        writer.StartObject();
        writer.Property("build", Build);
        writer.Property("version", Version);
        writer.EndObject();
    }

    internal static ProductBuild Read(Fields fields) => new(fields.Text("version"), fields.Text("build"));
}
