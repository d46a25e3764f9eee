using System.Globalization;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Tests.Evidence.Audits;

/// <summary>What happened to some connections, told in order, as leaves with populations behind them.</summary>
internal sealed class AuditStory : IAuditSource
{
    private readonly Dictionary<Guid, Told> _connections = [];
    private readonly Dictionary<Digest, Observation> _observations = [];
    private long _standing;

    public AuditStory() => Tell("2025-12-01T00:00:00Z", (GenesisLeaf)Samples.Bodies["genesis"]);

    public List<Leaf> Leaves { get; } = [];

    public AuditLog Log { get; } = new();

    public long Size => Leaves.Count;

    public static Guid Subscription(int number) => Guid.Parse($"{number:d8}-1111-4111-8111-111111111111");

    public static Guid Connection(int number) => Guid.Parse($"0198f000-0000-7000-8000-{number:d12}");

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    public static AuditWindow Window(string text) => AuditWindow.TryParse(text, out var window) ? window : throw new FormatException(text);

    public void Connect(string at, int connection, int subscription = 1, string name = "prod", string? schedule = "daily@06:00Z")
    {
        _connections.Add(Connection(connection), new Told { Subscription = subscription, Name = name, Schedule = schedule });
        Change(at, connection, ConnectionChange.Created);
    }

    public void Change(string at, int connection, string change, string? reason = null, string? schedule = null, string? name = null)
    {
        var told = _connections[Connection(connection)];
        told.Schedule = schedule ?? told.Schedule;
        told.Name = name ?? told.Name;
        Tell(at, (ConnectionLeaf)Samples.Bodies["connection"] with
        {
            Actor = "user:ada",
            Change = change,
            Connection = Connection(connection),
            Name = told.Name,
            Reason = reason,
            Schedule = told.Schedule,
            Subscription = Subscription(told.Subscription),
        });
    }

    /// <summary>A complete sync. Types of which nothing is given are as they were in the reading before.</summary>
    public void Read(string observed, int connection, params Observation[] seen) => Read(observed, connection, "scheduled", isPublic: true, seen);

    public void Read(string observed, int connection, string trigger, bool isPublic, params Observation[] seen)
    {
        var told = _connections[Connection(connection)];
        var from = Time(observed);
        var at = Attempt(told, connection, trigger, from, ManifestStatus.Complete, null, isPublic);
        foreach (var type in EvidenceType.All)
        {
            var populations = type.With.Prepend(type.Population).Select(each => told.See(each, seen.Where(o => o.Type == each))).ToList();
            told.LastRecords.TryGetValue(type.Id, out var previous);
            told.LastRecords[type.Id] = Size;
            Tell(at, new EvidenceRecord
            {
                Anomalies = [],
                Changes = [.. populations.Select(p => p.Change).OrderBy(c => c.Type, StringComparer.Ordinal)],
                Connection = Connection(connection),
                Limits = isPublic ? "v1" : "v1+trust-anchor-not-public",
                Manifest = told.LastManifest!.Value,
                Mapping = "soc2-2017/1",
                ObservedAt = new ObservedInterval(from, from.AddSeconds(1)),
                Population = populations[0].Sealed,
                Previous = previous,
                Seq = told.Seq,
                Subscription = Subscription(told.Subscription),
                Type = type.Id,
                With = [.. populations.Skip(1).Select(p => p.Sealed)],
            });
        }

        foreach (var observation in seen)
            _observations[observation.Digest] = observation;
    }

    public void Fail(string started, int connection, string code = "SECRET_EXPIRED", bool answered = false) =>
        Attempt(_connections[Connection(connection)], connection, "scheduled", Time(started), ManifestStatus.Failed, code, isPublic: true, answered);

    public void Cancel(string started, int connection) =>
        Attempt(_connections[Connection(connection)], connection, "manual", Time(started), ManifestStatus.Cancelled, null, isPublic: true, answered: false);

    public void See(string observed, int connection, params (int Subscription, string? Name)[] subscriptions)
    {
        var observation = Described.Visible(subscriptions);
        _observations[observation.Digest] = observation;
        var from = Time(observed);
        var list = Samples.Visible.List;
        Tell(from.AddSeconds(2), Samples.Visible with
        {
            Connection = Connection(connection),
            Count = subscriptions.Length,
            Digest = observation.Digest,
            List = list with { Pages = [list.Pages[0] with { Items = subscriptions.Length, Date = from }] },
            Observed = new ObservedInterval(from, from),
            Seq = _connections[Connection(connection)].Seq,
        });
    }

    public void State(string at, string window, int[] included, params (int Subscription, string Reason)[] excluded) => Tell(at, Samples.Scope with
    {
        By = "Ada Lovelace",
        Excluded = [.. excluded.Select(each => new ExcludedSubscription(Subscription(each.Subscription), each.Reason))],
        Included = [.. included.Select(Subscription)],
        Window = Window(window),
    });

    public void Tell(string at, LeafBody body) => Tell(Time(at), body);

    public void Tell(DateTimeOffset at, LeafBody body)
    {
        var leaf = Leaf.Create(at, Samples.Origin, body.After(_standing));
        if (LeafKind.Standing.Contains(body.Kind))
            _standing = Size;
        Log.Add(Size, leaf);
        Leaves.Add(leaf);
    }

    public CoverageTable Coverage(string window, DateOnly? endOfLog = null) => CoverageTable.Of(Log, Window(window), Size, endOfLog ?? Log.LastDay, this);

    public IReadOnlyList<PopulationStep> Steps(Guid connection) => _connections[connection].Steps(connection);

    public ReadOnlyMemory<byte> Observation(Digest digest) => _observations[digest].Bytes;

    /// <summary>What a bundle of a window holds: each population from the base on, and nothing before it.</summary>
    public IAuditSource BundleOf(string window) => new Bundled(this, Window(window));

    private DateTimeOffset Attempt(
        Told told, int connection, string trigger, DateTimeOffset from, string status, string? code, bool isPublic, bool answered = true)
    {
        told.Seq++;
        var attempt = Samples.Attempt with
        {
            Connection = Connection(connection), EndedAt = from.AddSeconds(1), Previous = told.LastManifest, Seq = told.Seq, StartedAt = from, Trigger = trigger,
        };
        var reading = Samples.Reading with
        {
            Hosts = [.. Samples.Reading.Hosts.Select(host => host with { PublicTrust = isPublic })],
            Observed = new ObservedInterval(from, from.AddSeconds(1)),
        };
        var manifest = SyncManifest.Of(attempt, answered ? reading : null, status, code, null, told.LastSetting);
        told.LastManifest = Size;
        if (manifest.Setting is { } setting)
            told.LastSetting = (Size, setting);
        Tell(from.AddSeconds(2), manifest);
        return from.AddSeconds(2);
    }

    private sealed class Told
    {
        private readonly Dictionary<string, SortedDictionary<long, Population>> _populations = new(StringComparer.Ordinal);

        public int Subscription { get; init; }

        public string Name { get; set; } = "";

        public string? Schedule { get; set; }

        public long Seq { get; set; }

        public long? LastManifest { get; set; }

        public (long, ManifestSetting)? LastSetting { get; set; }

        public Dictionary<string, long?> LastRecords { get; } = [];

        public (SealedPopulation Sealed, PopulationChange Change) See(string type, IEnumerable<Observation> seen)
        {
            if (!_populations.TryGetValue(type, out var all))
                _populations.Add(type, all = []);
            var before = all.Count > 0 ? all.Values.Last() : new Population(type, []);
            var given = seen.ToList();
            var after = given.Count > 0 ? new Population(type, given) : before;
            all.Add(Seq, after);
            var (old, young) = (before.Observations.ToDictionary(o => o.Key), after.Observations.ToDictionary(o => o.Key));
            return (SealedPopulation.Of(after), new PopulationChange(
                type, young.Keys.Except(old.Keys).Count(), young.Count(o => old.TryGetValue(o.Key, out var was) && was.Digest != o.Value.Digest),
                old.Keys.Except(young.Keys).Count()));
        }

        public IReadOnlyList<PopulationStep> Steps(Guid connection, long first = 0, long last = long.MaxValue)
        {
            var steps = new List<PopulationStep>();
            foreach (var (type, all) in _populations.OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                Population? before = null;
                foreach (var (seq, population) in all.Where(each => each.Key >= first && each.Key <= last))
                {
                    if (before is not null && before.Root == population.Root)
                        continue;
                    var (old, young) = ((before?.Observations ?? []).Select(o => o.Digest).ToList(), population.Observations.Select(o => o.Digest).ToList());
                    steps.Add(new PopulationStep(
                        connection, type, seq, population.Root, population.Count, before?.Root, [.. young.Except(old).Order()], [.. old.Except(young).Order()]));
                    before = population;
                }
            }

            return steps;
        }
    }

    private sealed class Bundled(AuditStory story, AuditWindow window) : IAuditSource
    {
        public IReadOnlyList<PopulationStep> Steps(Guid connection)
        {
            var run = WindowRecords.Of(story.Log, connection, EvidenceType.RoleAssignments, window, story.Size);
            if ((run.Base ?? run.Records.Cast<AuditRecord?>().FirstOrDefault()) is not { } first)
                return [];
            return story._connections[connection].Steps(connection, first.Seq, run.Records.Count > 0 ? run.Records[^1].Seq : first.Seq);
        }

        public ReadOnlyMemory<byte> Observation(Digest digest) => story.Observation(digest);
    }
}
