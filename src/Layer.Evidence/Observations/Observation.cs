using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Observations;

/// <summary>One object as its source described it: a type, a key and facts, sealed as canonical bytes.</summary>
/// <remarks>Facts derive from the source's item and the subscription id alone, so that anyone can derive them again.</remarks>
public sealed class Observation
{
    private Observation(string type, string key, string? sourceId, byte[] bytes)
    {
        Type = type;
        Key = key;
        SourceId = sourceId;
        Bytes = bytes;
        Digest = MerkleTree.LeafHash(bytes);
    }

    /// <summary>One of <see cref="ObservationType"/>.</summary>
    public string Type { get; }

    /// <summary>The object's ARM id in lower case; unique within a population.</summary>
    public string Key { get; }

    /// <summary>The object's id exactly as its source wrote it; null of an observation that was taken back from its bytes.</summary>
    /// <remarks>Not a fact and not sealed: Azure writes the same id in another case from one call to the next, and the object is the same.</remarks>
    public string? SourceId { get; }

    /// <summary>The canonical bytes: <c>{"facts":{…},"key":"…","type":"…"}</c>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256(0x00 ‖ <see cref="Bytes"/>).</summary>
    public Digest Digest { get; }

    /// <summary>Makes an observation; <paramref name="writeFacts"/> writes the properties of the facts object in ascending order.</summary>
    /// <param name="writer">A writer to reuse; it is reset first.</param>
    /// <param name="type">One of <see cref="ObservationType"/>.</param>
    /// <param name="key">The ARM id in lower case.</param>
    /// <param name="sourceId">The id as the source wrote it, for people; it is not among the bytes.</param>
    /// <param name="source">Handed to <paramref name="writeFacts"/>, so that it need not capture.</param>
    /// <param name="writeFacts">Writes the facts.</param>
    /// <exception cref="MalformedTextException">A text holds a lone surrogate.</exception>
    public static Observation Create<T>(CanonicalWriter writer, string type, string key, string sourceId, T source, Action<CanonicalWriter, T> writeFacts)
    {
        writer.Reset();
        writer.StartObject();
        writer.Name("facts");
        writer.StartObject();
        writeFacts(writer, source);
        writer.EndObject();
        writer.Name("key");
        writer.String(key);
        writer.Name("type");
        writer.String(type);
        writer.EndObject();
        return new Observation(type, key, sourceId, writer.ToArray());
    }

    /// <summary>Takes back an observation that was stored; the digest is computed again, never taken on trust.</summary>
    public static Observation FromStored(string type, string key, byte[] bytes) => new(type, key, null, bytes);
}
