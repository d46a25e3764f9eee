using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;

namespace Layer.Audits;

/// <summary>What the last reading of a subscription up to the end of a window showed, in numbers.</summary>
internal sealed class LastReading
{
    private readonly SortedDictionary<string, int> _holders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _locations = new(StringComparer.Ordinal);

    private LastReading(Guid subscription, DateTimeOffset observed)
    {
        Subscription = subscription;
        Observed = observed;
    }

    public Guid Subscription { get; }

    /// <summary>The source's clock at the first answer: perhaps long before the window's end.</summary>
    public DateTimeOffset Observed { get; }

    public int Assignments { get; private set; }

    /// <summary>Assignments of privileged roles.</summary>
    public int Privileged { get; private set; }

    /// <summary>Assignments of roles whose definitions could not be read.</summary>
    public int Unknown { get; private set; }

    /// <summary>Distinct principals that hold a role.</summary>
    public int Principals { get; private set; }

    /// <summary>How many assignments each type of principal holds, by Azure's word for it.</summary>
    public IReadOnlyDictionary<string, int> Holders => _holders;

    public int Roles { get; private set; }

    public int CustomRoles { get; private set; }

    public int Groups { get; private set; }

    public int TaggedGroups { get; private set; }

    /// <summary>How many resource groups lie in each location.</summary>
    public IReadOnlyDictionary<string, int> Locations => _locations;

    /// <summary>Of each subscription in scope that was read by the end of the window; ascending by subscription.</summary>
    /// <remarks>One population is in memory at a time.</remarks>
    public static IReadOnlyList<LastReading> Of(AuditLog log, AuditScope scope, AuditWindow window, long below, AuditSource source)
    {
        var connections = log.ConnectionsBySubscription(below);
        var readings = new List<LastReading>();
        foreach (var subscription in scope.Subscriptions)
        {
            var last = connections[subscription]
                .SelectMany(connection => source.Records(connection, EvidenceType.Get(EvidenceType.RoleAssignments)).TakeLast(1))
                .Where(record => record.Day < window.To).OrderBy(record => record.ObservedFrom).TakeLast(1).ToList();
            foreach (var record in last)
                readings.Add(new LastReading(subscription, record.ObservedFrom).Count(source, record));
        }

        return readings;
    }

    private LastReading Count(AuditSource source, AuditRecord record)
    {
        var populations = new Dictionary<string, HashSet<Digest>>(StringComparer.Ordinal);
        foreach (var step in source.Steps(record.Connection).Where(step => step.Seq <= record.Seq))
        {
            if (!populations.TryGetValue(step.Type, out var population))
                populations.Add(step.Type, population = []);
            population.ExceptWith(step.Remove);
            population.UnionWith(step.Add);
        }

        var privileged = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var facts in Facts(ObservationType.RoleDefinition))
        {
            Roles++;
            CustomRoles += Text(facts.Facts, "roleType") == "CustomRole" ? 1 : 0;
            privileged[facts.Key[(facts.Key.LastIndexOf('/') + 1)..]] = Privilege.IsGrantedBy(facts.Facts);
        }

        var principals = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (_, facts) in Facts(ObservationType.RoleAssignment))
        {
            Assignments++;
            var known = privileged.TryGetValue(Text(facts, "roleDefinitionId"), out var isPrivileged);
            Privileged += isPrivileged ? 1 : 0;
            Unknown += known ? 0 : 1;
            principals.Add(Text(facts, "principalId"));
            Increment(_holders, Text(facts, "principalType"));
        }

        Principals = principals.Count;
        foreach (var (_, facts) in Facts(ObservationType.ResourceGroup))
        {
            Groups++;
            TaggedGroups += facts.TryGetProperty("tags", out var tags) && tags.GetArrayLength() > 0 ? 1 : 0;
            Increment(_locations, Text(facts, "location"));
        }

        return this;

        IEnumerable<(string Key, JsonElement Facts)> Facts(string type)
        {
            foreach (var digest in populations.GetValueOrDefault(type) ?? [])
            {
                using var observation = JsonDocument.Parse(source.Observation(digest));
                yield return (Text(observation.RootElement, "key"), observation.RootElement.GetProperty("facts"));
            }
        }
    }

    private static string Text(JsonElement facts, string name) =>
        facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.ToString() : "";

    private static void Increment(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
