using System.Text.Json;
using System.Text.Json.Serialization;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Frameworks;

/// <summary>One version of which evidence supports which criterion, and how far. A version never changes; records name the one they were made under.</summary>
public sealed class Mapping
{
    /// <summary>The version that new records carry.</summary>
    public const string CurrentVersion = "soc2-2017/1";

    private static readonly Lazy<Mapping> First = new(() => Load("soc2-2017-1.json"));

    private Mapping(string version, string framework, IReadOnlyList<MappingEntry> entries, byte[] bytes)
    {
        Version = version;
        Framework = framework;
        Entries = entries;
        Bytes = bytes;
        Sha256 = Digest.Of(bytes);
    }

    /// <summary>The mapping of <see cref="CurrentVersion"/>.</summary>
    public static Mapping Current => First.Value;

    /// <summary>E.g. <c>soc2-2017/1</c>.</summary>
    public string Version { get; }

    /// <summary>The framework's name; its text is copyrighted and not here.</summary>
    public string Framework { get; }

    /// <summary>In the order of criteria.</summary>
    public IReadOnlyList<MappingEntry> Entries { get; }

    /// <summary>The canonical form (RFC 8785) of the data.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>, as <c>mapping</c> leaves name it.</summary>
    public Digest Sha256 { get; }

    /// <summary>The mapping of a version.</summary>
    /// <exception cref="KeyNotFoundException">This program does not know it.</exception>
    public static Mapping Get(string version) =>
        version == CurrentVersion ? Current : throw new KeyNotFoundException($"There is no mapping {version}.");

    /// <summary>The entries of an evidence type; a criterion comes once for each point of focus.</summary>
    public IEnumerable<MappingEntry> Of(string evidenceType) => Entries.Where(e => e.Evidence == evidenceType);

    private static Mapping Load(string resource)
    {
        using var stream = typeof(Mapping).Assembly.GetManifestResourceStream(typeof(Mapping), resource)
            ?? throw new InvalidOperationException($"The mapping {resource} is not part of the program.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray();
        var file = JsonSerializer.Deserialize(bytes, MappingJson.Default.MappingFile) ?? throw new JsonException("The mapping is null.");
        return new Mapping(file.Mapping, file.Framework, file.Entries, CanonicalJson.Canonicalize(bytes));
    }
}

/// <summary>That a type of evidence supports a point of focus of a criterion.</summary>
/// <param name="Evidence">An <see cref="EvidenceType"/> id.</param>
/// <param name="Criterion">E.g. <c>CC6.1</c>.</param>
/// <param name="PointOfFocus">In our own words.</param>
/// <param name="Strength">How far.</param>
/// <param name="Reason">Why.</param>
/// <param name="DoesNotShow">What an auditor still needs from elsewhere.</param>
public sealed record MappingEntry(string Evidence, string Criterion, string PointOfFocus, Strength Strength, string Reason, string DoesNotShow);

internal sealed record MappingFile(string Mapping, string Framework, IReadOnlyList<MappingEntry> Entries);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MappingFile))]
internal sealed partial class MappingJson : JsonSerializerContext;
