using System.Text.Json;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>The populations of a bundle, replayed and compared with the records: step 6 of docs/evidence-format.md §9.1.</summary>
internal sealed class BundlePopulations : IAuditSource
{
    private const string Place = BundleFiles.Populations;
    private readonly BundleObservations _observations;
    private readonly Dictionary<Guid, List<PopulationStep>> _steps = [];

    private readonly ManifestRights _rights;

    private BundlePopulations(BundleObservations observations, ManifestRights rights)
    {
        _observations = observations;
        _rights = rights;
    }

    /// <summary>How many populations of records were compared.</summary>
    public int Count { get; private set; }

    /// <summary>How many observations there are.</summary>
    public int ObservationCount => _observations.Count;

    /// <summary>Reads and replays everything.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="leaves">Its leaves.</param>
    /// <param name="scope">The subscriptions in scope.</param>
    public static BundlePopulations Read(BundleContainer bundle, BundleLeaves leaves, AuditScope scope)
    {
        var (observations, log) = (BundleObservations.Read(bundle), leaves.Log);
        var populations = new BundlePopulations(observations, leaves.Rights);
        populations.NameVisible(log, bundle.Head);
        using var lines = bundle.ReadLines(Place);
        foreach (var records in BundleRecords.Of(log, bundle.Head, scope).GroupBy(each => each.Connection))
        {
            var types = records.SelectMany(each => each.Type.With.Prepend(each.Type.Population).Select(type => (Type: type, Records: each)));
            foreach (var (type, each) in types.OrderBy(each => each.Type, StringComparer.Ordinal))
                populations.Replay(lines, type, each);
        }

        if (populations.Next(lines) is { } rest)
            throw BundleProblemException.Broken(Place, $"Its line of {rest.Type} at sync {rest.Seq} of the connection {rest.Connection} belongs to no record, or not there.");
        return observations.FindUnnamed() is not { } unnamed
            ? populations
            : throw BundleProblemException.Broken(BundleFiles.Observations, $"Nothing names the observation {unnamed}.");
    }

    /// <inheritdoc/>
    public IReadOnlyList<PopulationStep> Steps(Guid connection) => _steps.TryGetValue(connection, out var steps) ? steps : [];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Observation(Digest digest) => _observations.Get(digest);

    /// <summary>The digests of the observations of a type.</summary>
    public IEnumerable<Digest> ObservationsOf(string type) => _observations.Of(type);

    /// <summary>The key of an observation that a step adds.</summary>
    /// <exception cref="BundleProblemException">It is not there, or of another type.</exception>
    public string KeyOf(Digest digest, string type) => _observations.TryName(digest, type, out var key)
        ? key
        : throw BundleProblemException.Broken(Place, $"A line adds the observation {digest} of {type}, which is not in {BundleFiles.Observations}.");

    private void Replay(BundleLines lines, string type, BundleRecords records)
    {
        var state = new PopulationState();
        Digest? before = null;
        IReadOnlyList<string>? rightsBefore = null;
        foreach (var record in records.All)
        {
            var population = record.Populations.First(each => each.Type == type); // the evidence type has it, or the record is not parsed
            var change = (Added: 0, Changed: 0, Removed: 0);
            if (before is null || population.Root != before)
            {
                var step = Expect(lines, record, population, before);
                change = Take(state, step);
                Keep(step);
            }

            if (state.Root != population.Root || state.Count != population.Count)
                throw BundleProblemException.Broken(Place, $"Replayed, the population of {type} at leaf {record.Index} has {state.Count} observations and the root {state.Root}.");
            var isInWindow = record.Index != records.Window.Base?.Index;
            if (isInWindow && change != (population.Added, population.Changed, population.Removed))
                throw BundleProblemException.Broken(BundleProblemException.Leaf(record.Index), $"It counts other changes of {type} than its population shows.");
            if (type == ObservationType.RoleAssignment && _rights.Of(record.Manifest) is var ownRows && (population.Root != before || !ReferenceEquals(ownRows, rightsBefore)))
                CheckRights(state, record, rightsBefore = ownRows);
            before = population.Root;
            Count++;
        }
    }

    // The proof that the reader could see everything rests on assignments that it saw.
    private static void CheckRights(PopulationState state, AuditRecord record, IReadOnlyList<string> ownRows)
    {
        if (ownRows.FirstOrDefault(row => !state.Has(row)) is { } missing)
            throw BundleProblemException.Broken(BundleProblemException.Leaf(record.Manifest), $"It proves the right to read by {missing}, which is not among the role assignments.");
    }

    private PopulationStep Expect(BundleLines lines, AuditRecord record, AuditPopulation population, Digest? before)
    {
        var step = Next(lines);
        return step is not null && (step.Connection, step.Type, step.Seq, step.Root, step.Count, step.Base)
            == (record.Connection, population.Type, record.Seq, population.Root, population.Count, before)
            ? step
            : throw BundleProblemException.Broken(
                Place, $"The line of {population.Type} at sync {record.Seq} of the connection {record.Connection} is not where it should be, or is not what leaf {record.Index} seals.");
    }

    private (int Added, int Changed, int Removed) Take(PopulationState state, PopulationStep step)
    {
        try
        {
            return state.Take(step, digest => KeyOf(digest, step.Type));
        }
        catch (FormatException unfitting)
        {
            throw BundleProblemException.Broken(Place, unfitting.Message, unfitting);
        }
    }

    private void Keep(PopulationStep step)
    {
        if (!_steps.TryGetValue(step.Connection, out var steps))
            _steps.Add(step.Connection, steps = []);
        steps.Add(step);
    }

    private PopulationStep? Next(BundleLines lines)
    {
        try
        {
            return lines.Next() ? PopulationStep.Parse(lines.Current) : null;
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(Place, malformed.Message, malformed);
        }
    }

    private void NameVisible(AuditLog log, BundleHead head)
    {
        foreach (var visible in log.Visible.Where(each => head.Window.Contains(each.Leaf.Observed.From)))
        {
            var leaf = visible.Leaf;
            if (!_observations.TryName(leaf.Digest, ObservationType.VisibleSubscriptions, out var key))
                throw BundleProblemException.Broken(BundleProblemException.Leaf(visible.Index), $"The observation {leaf.Digest}, which it names, is not in {BundleFiles.Observations}.");
            using var document = JsonDocument.Parse(Observation(leaf.Digest)); // it is canonical, and has these facts
            var facts = document.RootElement.GetProperty("facts");
            var fits = key == $"/applications/{leaf.Client}/subscriptions" && facts.GetProperty("client").GetString() == leaf.Client.ToString("D")
                && facts.GetProperty("tenant").GetString() == leaf.Tenant.ToString("D") && facts.GetProperty("subscriptions").GetArrayLength() == leaf.Count;
            if (!fits)
                throw BundleProblemException.Broken(BundleProblemException.Leaf(visible.Index), "It says something else than the observation that it names.");
        }
    }
}
