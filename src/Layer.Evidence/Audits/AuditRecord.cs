using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>What the derived tables need of one evidence record.</summary>
/// <param name="Index">Its leaf index.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Subscription">The subscription that was read.</param>
/// <param name="Seq">Number of the sync within the connection.</param>
/// <param name="Type">Its type.</param>
/// <param name="Manifest">Leaf index of the manifest it rests on.</param>
/// <param name="Previous">Leaf index of the record before it, of this connection and type; null for the first.</param>
/// <param name="ObservedFrom">The source's clock at the first answer, UTC.</param>
/// <param name="Populations">The record's own population and then those of <c>with</c>, in their order. Records that say the same share one list.</param>
/// <param name="PublicTrust">Whether every server that answered had a public trust anchor; null when the leaf that says so is not at hand.</param>
public readonly record struct AuditRecord(
    long Index, Guid Connection, Guid Subscription, long Seq, EvidenceType Type, long Manifest, long? Previous, DateTimeOffset ObservedFrom,
    IReadOnlyList<AuditPopulation> Populations, bool? PublicTrust)
{
    /// <summary>The UTC day of the reading.</summary>
    public DateOnly Day => DateOnly.FromDateTime(ObservedFrom.UtcDateTime);

    /// <summary>Whether the record shows any change against the one before it.</summary>
    public bool HasChanges => Populations.Any(p => (p.Added | p.Changed | p.Removed) != 0);

    internal static IReadOnlyList<AuditPopulation> PopulationsOf(EvidenceRecord record) =>
    [
        .. record.With.Prepend(record.Population).Select(population =>
        {
            var change = record.Changes.First(c => c.Type == population.Type); // a record without it is not parsed
            return new AuditPopulation(population.Type, population.Count, population.Root, change.Added, change.Changed, change.Removed);
        }),
    ];
}

/// <summary>One population that a record seals, with its <c>changes</c>.</summary>
/// <param name="Type">The observation type.</param>
/// <param name="Count">How many observations.</param>
/// <param name="Root">The population's root.</param>
/// <param name="Added">Keys that the record before did not have.</param>
/// <param name="Changed">Keys that had another digest.</param>
/// <param name="Removed">Keys that only the record before had.</param>
public readonly record struct AuditPopulation(string Type, int Count, Digest Root, int Added, int Changed, int Removed);
