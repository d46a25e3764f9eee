using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Leaves;

/// <summary>Populations sealed: the root and count of what one sync saw, what changed since the record before, and which limits apply.</summary>
/// <remarks>It never says that a control operated. Its id for people is its leaf's hash.</remarks>
public sealed record EvidenceRecord : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Evidence;

    /// <summary>One of <see cref="EvidenceType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The connection.</summary>
    public required Guid Connection { get; init; }

    /// <summary>The subscription that was read.</summary>
    public required Guid Subscription { get; init; }

    /// <summary>Sequence number of the sync.</summary>
    public required long Seq { get; init; }

    /// <summary>Leaf index of the sync's manifest.</summary>
    public required long Manifest { get; init; }

    /// <summary>Leaf index of the record before it, of this connection and type; null for the first.</summary>
    public long? Previous { get; init; }

    /// <summary>The source's clock at the first and last answer.</summary>
    public required ObservedInterval ObservedAt { get; init; }

    /// <summary>What the record is about.</summary>
    public required SealedPopulation Population { get; init; }

    /// <summary>What is needed to read it, e.g. the definitions of the assigned roles; ascending by type.</summary>
    public required IReadOnlyList<SealedPopulation> With { get; init; }

    /// <summary>Against the record before, one entry for each population sealed here; ascending by type. All of the first record count as added.</summary>
    public required IReadOnlyList<PopulationChange> Changes { get; init; }

    /// <summary>What is odd and does not forbid evidence.</summary>
    public required IReadOnlyList<Anomaly> Anomalies { get; init; }

    /// <summary>Version of the standing limits and the ids this run adds, e.g. <c>v1+trust-anchor-not-public</c>.</summary>
    public required string Limits { get; init; }

    /// <summary>Version of the mapping to criteria, e.g. <c>soc2-2017/1</c>.</summary>
    public required string Mapping { get; init; }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Name("anomalies");
        writer.StartArray();
        foreach (var anomaly in Anomalies)
        {
            writer.StartObject();
            writer.Property("code", anomaly.Code);
            writer.Property("subject", anomaly.Subject);
            writer.EndObject();
        }

        writer.EndArray();
        writer.Name("changes");
        writer.StartArray();
        foreach (var change in Changes)
            change.WriteTo(writer);
        writer.EndArray();
        writer.Property("connection", Connection);
        writer.Property("limits", Limits);
        writer.Property("manifest", Manifest);
        writer.Property("mapping", Mapping);
        writer.Name("observedAt");
        writer.StartObject();
        writer.Property("from", ObservedAt.From);
        writer.Property("to", ObservedAt.To);
        writer.EndObject();
        writer.Name("population");
        Population.WriteTo(writer);
        writer.Property("previous", Previous);
        writer.Property("seq", Seq);
        writer.Property("subscription", Subscription);
        writer.Property("type", Type);
        writer.Name("with");
        writer.StartArray();
        foreach (var population in With)
            population.WriteTo(writer);
        writer.EndArray();
    }

    internal static EvidenceRecord Read(Fields body)
    {
        var record = new EvidenceRecord
        {
            Anomalies = body.Each("anomalies", anomaly => new Anomaly(anomaly.Text("code"), anomaly.Text("subject"))),
            Changes = body.Each("changes", PopulationChange.Read),
            Connection = body.Uuid("connection"),
            Limits = body.Text("limits"),
            Manifest = body.Natural("manifest"),
            Mapping = body.Text("mapping"),
            ObservedAt = new ObservedInterval(body.Object("observedAt").Instant("from"), body.Object("observedAt").Instant("to")),
            Population = SealedPopulation.Read(body.Object("population")),
            Previous = body.FindNatural("previous"),
            Seq = body.Natural("seq"),
            Subscription = body.Uuid("subscription"),
            Type = body.Text("type"),
            With = body.Each("with", SealedPopulation.Read),
        };
        record.RefuseContradictions(body);
        return record;
    }

    private void RefuseContradictions(Fields body)
    {
        if (EvidenceType.Find(Type) is not { } type)
            throw body.Wrong("type", $"'{Type}', which is no type of evidence");
        if (Population.Type != type.Population || !With.Select(p => p.Type).SequenceEqual(type.With))
            throw body.Wrong("population", $"not {type.Population} with {string.Join(", ", type.With)}");
        if (!Layer.Evidence.Frameworks.Limits.TryParse(Limits, out _))
            throw body.Wrong("limits", $"'{Limits}', which is no list of limits");
        if (ObservedAt.From > ObservedAt.To)
            throw body.Wrong("observedAt", "an interval that ends before it begins");
        IEnumerable<string> types = [Population.Type, .. With.Select(p => p.Type)];
        if (!types.Order(StringComparer.Ordinal).SequenceEqual(Changes.Select(c => c.Type)))
            throw body.Wrong("changes", "not one entry for each population, in ascending order of type");
    }
}

/// <summary>A population by its root.</summary>
/// <param name="Type">The observation type.</param>
/// <param name="Count">How many observations.</param>
/// <param name="Root">RFC 6962 root over their digests in order of key.</param>
public sealed record SealedPopulation(string Type, int Count, Digest Root)
{
    /// <summary>Seals a population.</summary>
    public static SealedPopulation Of(Population population) => new(population.Type, population.Count, population.Root);

    internal void WriteTo(CanonicalWriter writer)
    {
        writer.StartObject();
        writer.Property("count", Count);
        writer.Property("root", Root);
        writer.Property("type", Type);
        writer.EndObject();
    }

    internal static SealedPopulation Read(Fields fields) => new(fields.Text("type"), fields.Count("count"), fields.Digest("root"));
}

/// <summary>How many observations of a type came, went, or have the same key and other facts.</summary>
/// <param name="Type">The observation type.</param>
/// <param name="Added">Keys that were not there before.</param>
/// <param name="Changed">Keys with another digest than before.</param>
/// <param name="Removed">Keys that are no longer there.</param>
public sealed record PopulationChange(string Type, int Added, int Changed, int Removed)
{
    internal void WriteTo(CanonicalWriter writer)
    {
        writer.StartObject();
        writer.Property("added", Added);
        writer.Property("changed", Changed);
        writer.Property("removed", Removed);
        writer.Property("type", Type);
        writer.EndObject();
    }

    internal static PopulationChange Read(Fields fields) =>
        new(fields.Text("type"), fields.Count("added"), fields.Count("changed"), fields.Count("removed"));
}
