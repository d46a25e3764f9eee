using Layer.Evidence.Observations;

namespace Layer.Evidence.Collecting;

/// <summary>What a connector hands to the ledger: complete populations, and the proof of how they were read.</summary>
/// <param name="Populations">One for each observation type read; a type that was not read to its end is not here, and then there is no collection at all.</param>
/// <param name="Reading">How it was read; becomes the body of the sync manifest.</param>
/// <param name="Limits">Ids of limits that this run adds to the standing ones, e.g. <c>trust-anchor-not-public</c>; ascending.</param>
/// <param name="Anomalies">What is odd and does not forbid evidence, e.g. a group named by an assignment and absent from the list.</param>
/// <param name="Pages">The exact bytes of each answer behind the populations.</param>
public sealed record Collection(
    IReadOnlyList<Population> Populations,
    CollectionReading Reading,
    IReadOnlyList<string> Limits,
    IReadOnlyList<Anomaly> Anomalies,
    IReadOnlyList<SourcePage> Pages)
{
    /// <summary>What the app registration could see; null when it was not asked.</summary>
    public VisibleList? Visible { get; init; }

    /// <summary>The population of a type.</summary>
    /// <exception cref="KeyNotFoundException">It was not read.</exception>
    public Population Of(string type) =>
        Populations.FirstOrDefault(p => p.Type == type) ?? throw new KeyNotFoundException($"No population of {type} was read.");
}

/// <summary>Something odd in a complete reading: shown with the record, never hidden, never a reason to drop it.</summary>
/// <param name="Code">A stable id, e.g. <c>group-not-listed</c> or <c>population-halved</c>.</param>
/// <param name="Subject">What it is about: an ARM id or an observation type.</param>
public sealed record Anomaly(string Code, string Subject);

/// <summary>The exact bytes of one HTTP answer, after content decoding.</summary>
/// <param name="Type">The observation type it was read for.</param>
/// <param name="Sha256">SHA-256 of <paramref name="Bytes"/>.</param>
/// <param name="Bytes">The body.</param>
public sealed record SourcePage(string Type, Digest Sha256, ReadOnlyMemory<byte> Bytes);
