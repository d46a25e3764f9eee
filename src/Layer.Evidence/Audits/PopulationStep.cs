using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>One line of <c>populations.jsonl</c>: a population by what differs from the one before it, of its connection and type (docs/evidence-format.md §8.6).</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Type">The observation type.</param>
/// <param name="Seq">Number of the sync that read it.</param>
/// <param name="Root">The population's root.</param>
/// <param name="Count">How many observations it has.</param>
/// <param name="Base">Root of the line before it; null for the first, which adds everything.</param>
/// <param name="Add">Digests of the observations that the one before lacks, ascending.</param>
/// <param name="Remove">Digests of those that only the one before has, ascending.</param>
public sealed record PopulationStep(
    Guid Connection, string Type, long Seq, Digest Root, int Count, Digest? Base, IReadOnlyList<Digest> Add, IReadOnlyList<Digest> Remove)
{
    /// <summary>Writes the line, without its newline.</summary>
    public void WriteTo(CanonicalWriter writer)
    {
        writer.StartObject();
        Write(writer, "add", Add);
        writer.Property("base", Base);
        writer.Property("connection", Connection);
        writer.Property("count", Count);
        Write(writer, "remove", Remove);
        writer.Property("root", Root);
        writer.Property("seq", Seq);
        writer.Property("type", Type);
        writer.EndObject();
    }

    /// <summary>Reads a line, without its newline.</summary>
    /// <exception cref="FormatException">The bytes are not canonical, or not exactly a line; the message says what is wrong.</exception>
    public static PopulationStep Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = CanonicalJson.Parse(bytes);
        var line = Fields.Of(document.RootElement, "population");
        var step = new PopulationStep(
            line.Uuid("connection"), line.Text("type"), line.Natural("seq"), line.Digest("root"), line.Count("count"),
            line.IsNull("base") ? null : line.Digest("base"), Digests(line, "add"), Digests(line, "remove"));
        var writer = new CanonicalWriter();
        step.WriteTo(writer);
        // One comparison refuses white space, another order, unknown properties and every second spelling of a value.
        if (!writer.WrittenSpan.SequenceEqual(bytes.Span))
            throw new FormatException("The population is not canonical, or has properties that no population has.");
        return step;
    }

    private static void Write(CanonicalWriter writer, string name, IReadOnlyList<Digest> digests)
    {
        writer.Name(name);
        writer.StartArray();
        foreach (var digest in digests)
            writer.String(digest.ToString());
        writer.EndArray();
    }

    private static Digest[] Digests(Fields line, string name)
    {
        var texts = line.Texts(name);
        if (!texts.IsAscending())
            throw line.Wrong(name, "not ascending, or has one twice");
        return [.. texts.Select(text => Digest.TryParse(text, out var digest) ? digest : throw line.Wrong(name, "not a list of 64 hexadecimal digits each"))];
    }
}
