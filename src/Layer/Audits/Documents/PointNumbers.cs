using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;

namespace Layer.Audits.Documents;

/// <summary>What the evidence of a window shows of each point of focus, in numbers. It never says that a criterion is met.</summary>
internal sealed class PointNumbers
{
    // Azure has one word for service principals and managed identities.
    private const string Service = "ServicePrincipal";

    private readonly Dictionary<string, string> _sentences;
    private readonly BundleContents _contents;

    public PointNumbers(BundleContents contents)
    {
        _contents = contents;
        var last = contents.LastReadings;
        var assignments = last.Sum(reading => reading.Assignments);
        var privileged = last.Sum(reading => reading.Privileged);
        var unknown = last.Sum(reading => reading.Unknown);
        var service = last.Sum(reading => reading.Holders.GetValueOrDefault(Service));
        var groups = last.Sum(reading => reading.Groups);
        var change = contents.Changes.Of(ObservationType.RoleAssignment);
        var roleChange = contents.Changes.Of(ObservationType.RoleDefinition);
        var days = contents.Coverage.Summary;
        var asOfLast = last.Count == 1 ? "The last reading of the subscription lists" : $"The last readings of {Words.Count(last.Count, "subscription")} list";
        var locations = last.SelectMany(reading => reading.Locations.Keys).Distinct(StringComparer.Ordinal).Count();
        _sentences = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Logical access to infrastructure is restricted"] =
                $"{asOfLast} {Words.Count(assignments, "role assignment")}: {privileged} of privileged roles ({Privilege.Version}), {unknown} of roles whose definition could not be read. {Holders(last)}",
            ["Credentials of infrastructure and software are managed"] =
                $"{Words.Count(service, "assignment")} of {assignments} are held by service principals and managed identities.",
            ["Access is given after somebody authorised it"] =
                $"{Words.Count(change.Added, "assignment")} came in the window{Drawn(contents)}; changes.csv has each with the creation date Azure gives. This is the population to sample from.",
            ["Who holds access is reviewed from time to time"] =
                $"A complete list exists for {days.CoveredLines} of {days.ExpectedLines} expected connection-days.",
            ["What is no longer valid can no longer be used"] =
                $"{Words.Count(change.Removed, "assignment")} went in the window, each with the last reading that showed it.",
            ["Access is governed by structures such as roles"] =
                $"{asOfLast} {Words.Count(last.Sum(reading => reading.Roles), "role definition")} in use, {last.Sum(reading => reading.CustomRoles)} of them custom.",
            ["Access is created and modified on the owner's authorisation"] =
                $"{Words.Count(change.Added, "assignment")} came and {change.Changed} changed in the window{Drawn(contents)}.",
            ["Access that is no longer required is removed"] =
                $"{Words.Count(change.Removed, "assignment")} went in the window.",
            ["Roles and access rules are reviewed from time to time"] =
                $"Role definitions in use: {roleChange.Added} came, {roleChange.Changed} changed, {roleChange.Removed} went. A complete list exists for {days.CoveredLines} of {days.ExpectedLines} expected connection-days.",
            ["Duties that should be apart are held apart"] =
                $"{privileged} of {Words.Count(assignments, "assignment")} are of privileged roles ({Privilege.Version}), which can grant access or use it everywhere.",
            ["The boundary is protected against access from outside"] =
                $"{asOfLast} {Words.Count(groups, "resource group")} in {Words.Count(locations, "location")}.",
            ["Transmission, movement and removal of information are restricted"] =
                $"{asOfLast} {Words.Count(groups, "resource group")} in {Words.Count(locations, "location")}; {last.Sum(reading => reading.TaggedGroups)} of them carry tags.",
        };
    }

    /// <summary>A sentence or two; of a point of focus without numbers of its own, how much evidence there is.</summary>
    public string Of(MappingEntry entry) => _sentences.GetValueOrDefault(entry.PointOfFocus) ?? Records(entry.Evidence);

    /// <summary>E.g. <c>264 records of Azure role assignments, of 3 subscriptions.</c></summary>
    public string Records(string evidence)
    {
        var type = EvidenceType.Get(evidence);
        var records = _contents.Connections.Sum(connection => _contents.Source.RecordsOf(connection, type).Records.Count);
        return $"{Words.Count(records, "record")} of {type.Title}, of {Words.Count(_contents.Scope.Subscriptions.Count, "subscription")} in scope.";
    }

    private static string Holders(IReadOnlyList<LastReading> last)
    {
        var holders = last.SelectMany(reading => reading.Holders).GroupBy(holder => holder.Key, holder => holder.Value, StringComparer.Ordinal)
            .OrderBy(holder => holder.Key, StringComparer.Ordinal).Select(holder => $"{(holder.Key.Length == 0 ? "no type" : holder.Key)} {holder.Sum()}").ToList();
        return holders.Count == 0 ? "" : $"By type of holder: {string.Join(", ", holders)}.";
    }

    private static string Drawn(BundleContents contents) =>
        contents.Changes.Drawn == 0 ? "" : $" ({contents.Changes.Drawn} of them drawn from creation dates, before anything was read)";
}
