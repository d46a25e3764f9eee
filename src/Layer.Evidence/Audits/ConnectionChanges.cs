using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>Walks through the records of one connection and evidence type.</summary>
internal sealed class ConnectionChanges
{
    private readonly Guid _subscription;
    private readonly AuditWindow _window;
    private readonly IAuditSource _source;
    private readonly Dictionary<string, PopulationReplay> _replays;
    private RolesOfReading _roles = RolesOfReading.None;
    private AuditRecord? _before;

    /// <param name="subscription">The connection's subscription.</param>
    /// <param name="window">The window.</param>
    /// <param name="start">The record to start from; null when the connection was read for the first time in the window.</param>
    /// <param name="types">The observation types of the evidence type.</param>
    /// <param name="steps">Those of the connection.</param>
    /// <param name="source">Observations.</param>
    public ConnectionChanges(
        Guid subscription, AuditWindow window, AuditRecord? start, IEnumerable<string> types, IReadOnlyList<PopulationStep> steps, IAuditSource source)
    {
        (_subscription, _window, _source) = (subscription, window, source);
        _replays = types.ToDictionary(type => type, type => new PopulationReplay(type, steps.Where(step => step.Type == type), source), StringComparer.Ordinal);
        if (start is { } record)
            Advance(record, isBase: true);
    }

    /// <summary>The rows of the next record.</summary>
    public IEnumerable<ChangeRow> Next(AuditRecord record)
    {
        var (previous, rolesBefore) = (_before, _roles);
        var differences = Advance(record, isBase: false);
        var (roles, replays) = (_roles, _replays);
        if (previous is null)
            return replays.ContainsKey(ObservationType.RoleAssignment) ? Drawn(record, roles) : [];
        return record.Populations.SelectMany(population =>
            Rows(record, previous.Value, population.Type, differences[population.Type], rolesBefore, roles));
    }

    private Dictionary<string, IReadOnlyList<Difference>> Advance(AuditRecord record, bool isBase)
    {
        var differences = record.Populations.ToDictionary(
            population => population.Type, population => _replays[population.Type].AdvanceTo(record.Seq, new FirstSeen(record.ObservedFrom, isBase)), StringComparer.Ordinal);
        if (differences.TryGetValue(ObservationType.RoleDefinition, out var definitions))
            _roles = _roles.After(definitions, _source);
        _before = record;
        return differences;
    }

    private IEnumerable<ChangeRow> Rows(
        AuditRecord record, AuditRecord previous, string type, IReadOnlyList<Difference> differences, RolesOfReading rolesBefore, RolesOfReading roles)
    {
        var shaken = differences.Where(difference => difference.Before is null || difference.After is null)
            .Select(difference => (IsAdded: difference.Before is null, (difference.After ?? difference.Before)?.ManagementGroup))
            .Where(change => change.ManagementGroup is not null)
            .CountBy(change => change).Where(count => count.Value > 1).Select(count => count.Key).ToHashSet();
        foreach (var (key, before, after) in differences)
        {
            using var was = before is null ? null : ReadObservation.Of(_source, before.Digest, type);
            using var isNow = after is null ? null : ReadObservation.Of(_source, after.Digest, type);
            var subject = isNow ?? was ?? throw new InvalidOperationException("A difference has at least one side.");
            var row = Describe(Start(record, type, key), subject, isNow is null ? rolesBefore : roles);
            yield return row with
            {
                Previous = previous.ObservedFrom,
                Change = before is null ? ChangeRow.Added : after is null ? ChangeRow.Removed : ChangeRow.Changed,
                FirstSeen = before is null ? row.FirstSeen : before.Since.ToString(),
                LastSeen = before is null ? null : previous.ObservedFrom,
                Note = before is not null && after is not null ? null : Note(type, before is null, subject, (after ?? before)?.ManagementGroup),
                Before = was?.FactsText,
                After = isNow?.FactsText,
            };
        }

        string? Note(string type, bool isAdded, ReadObservation subject, string? managementGroup)
        {
            if (type != ObservationType.RoleAssignment)
                return null;
            if (shaken.Contains((isAdded, managementGroup)))
                return ChangeRow.HierarchyChanged;
            return !isAdded && subject.Facts.FindText("scopeLevel") is ReadObservation.Root or ReadObservation.ManagementGroup ? ChangeRow.NoLongerAppliesHere : null;
        }
    }

    // What stood before anybody read is known only by the date that Azure gives it.
    private IEnumerable<ChangeRow> Drawn(AuditRecord record, RolesOfReading roles)
    {
        var (from, to) = (Day.Format(_window.From), Day.Format(_window.To));
        foreach (var held in _replays[ObservationType.RoleAssignment].Held.OrderBy(held => held.Key, Comparer<string>.Create(Population.CompareKeys)))
        {
            using var assignment = ReadObservation.Of(_source, held.Digest, ObservationType.RoleAssignment);
            if (!BeginsWithDay(assignment.Facts.FindText("createdOn"), from, to))
                continue;
            yield return Describe(Start(record, ObservationType.RoleAssignment, held.Key), assignment, roles) with
            {
                Note = ChangeRow.DrawnFromCreatedOn,
                After = assignment.FactsText,
            };
        }
    }

    private ChangeRow Start(AuditRecord record, string type, string key) => new()
    {
        Observed = record.ObservedFrom,
        Subscription = _subscription,
        Connection = record.Connection,
        Seq = record.Seq,
        Record = record.Index,
        Type = type,
        Change = ChangeRow.Added,
        Key = key,
        FirstSeen = Instant.Format(record.ObservedFrom),
    };

    private static ChangeRow Describe(ChangeRow row, ReadObservation subject, RolesOfReading roles) => row.Type switch
    {
        ObservationType.RoleAssignment when subject.Facts.FindText("roleDefinitionId") is var role => row with
        {
            Label = roles.NameOf(role),
            Privileged = roles.PrivilegedOf(role),
            Created = subject.Facts.FindText("createdOn"),
        },
        ObservationType.RoleDefinition => row with { Label = subject.Facts.FindText("name") ?? "", Privileged = Privilege.Of(subject.FactsElement) },
        ObservationType.ResourceGroup => row with { Label = subject.Facts.FindText("name") ?? "" },
        ObservationType.Subscription => row with { Label = subject.Facts.FindText("displayName") ?? "" },
        _ => row,
    };

    // Compared as text: Azure's own spelling of the time of day does not matter.
    private static bool BeginsWithDay(string? createdOn, string from, string to)
    {
        const string Form = "0000-00-00";
        if (createdOn is null || createdOn.Length < Form.Length)
            return false;
        var day = createdOn[..Form.Length];
        for (var i = 0; i < Form.Length; i++)
        {
            if (Form[i] == '-' ? day[i] != '-' : !char.IsAsciiDigit(day[i]))
                return false;
        }

        return string.CompareOrdinal(day, from) >= 0 && string.CompareOrdinal(day, to) < 0;
    }
}
