using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Log;
using Layer.Operations;

namespace Layer.Audits;

/// <summary>Populations and observations of a window, out of the database. What it gives was compared with the roots that the window's records sealed.</summary>
/// <param name="database">The snapshot.</param>
/// <param name="log">The leaves at hand.</param>
/// <param name="window">The window.</param>
/// <param name="below">Only records with a smaller leaf index count.</param>
internal sealed class AuditSource(AuditDatabase database, AuditLog log, AuditWindow window, long below) : IAuditSource
{
    // Definitions of roles are asked for again and again, and everything else once or twice.
    private const int MostBytes = 4 << 20;

    private readonly Dictionary<Digest, ReadOnlyMemory<byte>> _observations = [];
    private int _bytes;
    private (Guid Connection, IReadOnlyList<PopulationStep> Steps)? _last;

    /// <summary>The window's records of a connection and evidence type, and the one before them.</summary>
    public WindowRecords RecordsOf(Guid connection, EvidenceType type) => WindowRecords.Of(log, connection, type.Id, window, below);

    /// <summary>The base, if there is one, and the window's records, ascending.</summary>
    public IReadOnlyList<AuditRecord> Records(Guid connection, EvidenceType type)
    {
        var (before, records) = RecordsOf(connection, type);
        return before is { } first ? [first, .. records] : records;
    }

    /// <exception cref="RefusedException">LOG_BROKEN: the stored observations are not those that were sealed.</exception>
    public IReadOnlyList<PopulationStep> Steps(Guid connection)
    {
        if (_last?.Connection == connection)
            return _last.Value.Steps;
        var steps = new List<PopulationStep>();
        var records = EvidenceType.All.ToDictionary(type => type.Id, type => Records(connection, type), StringComparer.Ordinal);
        if (records.Values.Where(each => each.Count > 0).ToList() is { Count: > 0 } some)
        {
            var intervals = database.Intervals(connection, some.Min(each => each[0].Seq), some.Max(each => each[^1].Seq));
            foreach (var type in EvidenceType.All)
            {
                foreach (var population in type.With.Prepend(type.Population))
                    steps.AddRange(PopulationReading.Steps(connection, population, records[type.Id], intervals.GetValueOrDefault(population) ?? []));
            }
        }

        steps.Sort((x, y) => string.CompareOrdinal(x.Type, y.Type) is not 0 and var order ? order : x.Seq.CompareTo(y.Seq));
        _last = (connection, steps);
        return steps;
    }

    /// <exception cref="RefusedException">LOG_BROKEN: the stored bytes have another digest.</exception>
    public ReadOnlyMemory<byte> Observation(Digest digest)
    {
        if (_observations.TryGetValue(digest, out var known))
            return known;
        var bytes = database.FindObservation(digest) ?? throw new KeyNotFoundException($"There is no observation {digest}.");
        if (MerkleTree.LeafHash(bytes) != digest)
            throw AuditDatabase.Broken($"the observation {digest}");
        if ((_bytes += bytes.Length) > MostBytes)
        {
            _observations.Clear();
            _bytes = bytes.Length;
        }

        _observations.Add(digest, bytes);
        return bytes;
    }
}
