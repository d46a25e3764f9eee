using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;

namespace Layer.Audits.Documents;

/// <summary>What the evidence of a window shows of each point of focus, in numbers. It never says that a criterion is met.</summary>
internal sealed class PointNumbers(BundleContents contents)
{
    // Azure has one word for service principals and managed identities.
    private const string Service = "ServicePrincipal";

    private static readonly Dictionary<string, Func<PointNumbers, string>> Sentences = new(StringComparer.Ordinal)
    {
        ["Logical access to infrastructure is restricted"] = n =>
            $"{n.Lists} {Words.Count(n.Assignments, "role assignment")}: {n.Privileged} of privileged roles ({Privilege.Version}), {n.Unknown} of roles whose definition could not be read. {n.Holders}",
        ["Credentials of infrastructure and software are managed"] = n =>
            $"{Words.Count(n.Last.Sum(reading => reading.Holders.GetValueOrDefault(Service)), "assignment")} of {n.Assignments} are held by service principals and managed identities.",
        ["Access is given after somebody authorised it"] = n =>
            $"{Words.Count(n.AssignmentChanges.Added, "assignment")} came in the window{n.Drawn}; changes.csv has each with the creation date Azure gives. This is the population to sample from.",
        ["Who holds access is reviewed from time to time"] = n => n.CompleteLists,
        ["What is no longer valid can no longer be used"] = n =>
            $"{Words.Count(n.AssignmentChanges.Removed, "assignment")} went in the window, each with the last reading that showed it.",
        ["Access is governed by structures such as roles"] = n =>
            $"{n.Lists} {Words.Count(n.Last.Sum(reading => reading.Roles), "role definition")} in use, {n.Last.Sum(reading => reading.CustomRoles)} of them custom.",
        ["Access is created and modified on the owner's authorisation"] = n =>
            $"{Words.Count(n.AssignmentChanges.Added, "assignment")} came and {n.AssignmentChanges.Changed} changed in the window{n.Drawn}.",
        ["Access that is no longer required is removed"] = n => $"{Words.Count(n.AssignmentChanges.Removed, "assignment")} went in the window.",
        ["Roles and access rules are reviewed from time to time"] = n =>
            $"Role definitions in use: {n.RoleChanges.Added} came, {n.RoleChanges.Changed} changed, {n.RoleChanges.Removed} went. {n.CompleteLists}",
        ["Duties that should be apart are held apart"] = n =>
            $"{n.Privileged} of {Words.Count(n.Assignments, "assignment")} are of privileged roles ({Privilege.Version}).",
        ["The boundary is protected against access from outside"] = n => $"{n.Groups}.",
        ["Transmission, movement and removal of information are restricted"] = n => $"{n.Groups}; {n.Last.Sum(reading => reading.TaggedGroups)} of them carry tags.",
    };

    /// <summary>The points of focus that have a sentence of their own.</summary>
    public static IReadOnlyCollection<string> Known => Sentences.Keys;

    private IReadOnlyList<LastReading> Last => contents.LastReadings;

    private string Lists => Last.Count == 1 ? "The last reading of the subscription lists" : $"The last readings of {Words.Count(Last.Count, "subscription")} list";

    private int Assignments => Last.Sum(reading => reading.Assignments);

    private int Privileged => Last.Sum(reading => reading.Privileged);

    private int Unknown => Last.Sum(reading => reading.Unknown);

    private ChangeCount AssignmentChanges => contents.Changes.Of(ObservationType.RoleAssignment);

    private ChangeCount RoleChanges => contents.Changes.Of(ObservationType.RoleDefinition);

    private string CompleteLists => $"A complete list exists for {contents.Coverage.Summary.CoveredLines} of {contents.Coverage.Summary.ExpectedLines} expected connection-days.";

    private string Groups =>
        $"{Lists} {Words.Count(Last.Sum(reading => reading.Groups), "resource group")} in {Words.Count(Last.SelectMany(reading => reading.Locations.Keys).Distinct(StringComparer.Ordinal).Count(), "location")}";

    private string Drawn => contents.Changes.Drawn == 0 ? "" : $" ({contents.Changes.Drawn} of them drawn from creation dates, before anything was read)";

    private string Holders
    {
        get
        {
            var holders = Last.SelectMany(reading => reading.Holders).GroupBy(holder => holder.Key, holder => holder.Value, StringComparer.Ordinal)
                .OrderBy(holder => holder.Key, StringComparer.Ordinal).Select(holder => $"{(holder.Key.Length == 0 ? "no type" : holder.Key)} {holder.Sum()}").ToList();
            return holders.Count == 0 ? "" : $"By type of holder: {string.Join(", ", holders)}.";
        }
    }

    /// <summary>A sentence or two; of a point of focus without numbers of its own, how much evidence there is.</summary>
    public string Of(MappingEntry entry) => Sentences.TryGetValue(entry.PointOfFocus, out var sentence) ? sentence(this) : Records(entry.Evidence);

    /// <summary>E.g. <c>264 records of Azure role assignments, of 3 subscriptions in scope.</c></summary>
    public string Records(string evidence)
    {
        var type = EvidenceType.Get(evidence);
        var records = contents.Connections.Sum(connection => contents.Source.RecordsOf(connection, type).Records.Count);
        return $"{Words.Count(records, "record")} of {type.Title}, of {Words.Count(contents.Scope.Subscriptions.Count, "subscription")} in scope.";
    }
}
