using Layer.Access;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Inventory.Web;

/// <summary>What was there on a day, as pages show it.</summary>
internal sealed class InventoryView(LayerDatabase database, CurrentViewer viewers, HistoryCache cache, TimeProvider clock)
{
    private Workspace Workspace => viewers.Viewer.Workspace;

    private InventoryReader Reader => new(database, Workspace.Id);

    /// <summary>The day somebody asks for; without one the newest that they may see.</summary>
    /// <exception cref="RefusedException">OUTSIDE_WINDOW.</exception>
    public DateOnly DayOf(string? asked)
    {
        var (viewer, today) = (viewers.Viewer, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        if (DateOnly.TryParseExact(asked, "yyyy-MM-dd", out var day))
            return viewer.Sees(day) ? day : throw Outside(viewer, $"{day:yyyy-MM-dd}");
        if (viewer.Role != Role.Auditor)
            return today;
        if (viewer.Windows.Count == 0)
            throw Outside(viewer, "This");
        var last = viewer.Windows.Max(window => window.To).AddDays(-1);
        return last < today ? last : today;
    }

    /// <summary>What refuses an auditor a day that was not shared.</summary>
    public static RefusedException Outside(Viewer viewer, string what) =>
        new("OUTSIDE_WINDOW", ("what", what), ("windows", viewer.Windows.Count == 0 ? "nothing at the moment" : string.Join(", ", viewer.Windows)));

    /// <summary>The last complete readings on or before a day, of those that the viewer may see.</summary>
    public async Task<IReadOnlyList<Reading>> ReadingsAsync(DateOnly day, CancellationToken cancellationToken) =>
        [.. (await Reader.ReadingsAsync(day, cancellationToken)).Where(reading => viewers.Viewer.Sees(reading.Day))];

    /// <summary>Role assignments of all readings; one that is inherited into several subscriptions comes once.</summary>
    public async Task<IReadOnlyList<InventoryRow>> AssignmentsAsync(IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        // Names are looked up anew each time: they can be erased, history cannot.
        var names = await Reader.NamesAsync(cancellationToken);
        var rows = new Dictionary<(Guid Tenant, string Key), InventoryRow>();
        foreach (var reading in readings)
        {
            foreach (var facts in await cache.GetAsync((reading.Connection, reading.Seq), () => FactsAsync(reading, cancellationToken)))
                rows.TryAdd((reading.Tenant, facts.Seen.Key), new InventoryRow(new AssignmentRow(facts.Seen, facts.RoleName, facts.Privileged, names.Find(facts.Seen)), facts));
        }

        return [.. rows.Values];
    }

    /// <summary>
    /// How many role assignments, of those that stood at the first reading of their subscription, were made on each of these days before it, as Azure dates them.
    /// Those that were removed before the first reading are in no count: nothing tells of them.
    /// </summary>
    public async Task<IReadOnlyDictionary<DateOnly, int>> MadeBeforeAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var days = new Dictionary<(Guid Tenant, string Key), DateOnly>();
        foreach (var reading in (await new ChangeReader(database, Workspace.Id).FirstReadingsAsync(cancellationToken)).Where(reading => viewers.Viewer.Sees(reading.Day) && reading.Day > first))
        {
            foreach (var facts in await cache.GetAsync((reading.Connection, reading.Seq), () => FactsAsync(reading, cancellationToken)))
            {
                if (facts.CreatedOn is { } made && DateOnly.FromDateTime(made.UtcDateTime) is var day && day >= first && day <= last && day < reading.Day && viewers.Viewer.Sees(day))
                    days.TryAdd((reading.Tenant, facts.Seen.Key), day);
            }
        }

        return days.Values.CountBy(day => day).ToDictionary(day => day.Key, day => day.Value);
    }

    public Task<IReadOnlyList<Seen>> ListAsync(Reading reading, string type, CancellationToken cancellationToken) =>
        cache.GetAsync((reading.Connection, reading.Seq, type), () => Reader.ListAsync(reading, type, cancellationToken));

    private async Task<IReadOnlyList<AssignmentFacts>> FactsAsync(Reading reading, CancellationToken cancellationToken)
    {
        var definitions = await ListAsync(reading, ObservationType.RoleDefinition, cancellationToken);
        var roles = new Roles(definitions);
        var wild = definitions.Where(AssignmentFacts.IsCustomWithWildcard).Select(definition => definition.Key[(definition.Key.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. (await ListAsync(reading, ObservationType.RoleAssignment, cancellationToken)).Select(seen =>
            {
                var role = seen.Text("roleDefinitionId");
                return new AssignmentFacts(seen, roles.FindName(role), roles.IsPrivileged(role), wild.Contains(role));
            }),
        ];
    }
}

/// <summary>A role assignment with what its reading says about it.</summary>
internal sealed class AssignmentFacts(Seen seen, string? roleName, bool privileged, bool wildcard)
{
    public Seen Seen => seen;

    public string? RoleName => roleName;

    public bool Privileged => privileged;

    /// <summary>Whether the role is a custom one that grants a pattern of actions.</summary>
    public bool Wildcard => wildcard;

    public string Scope { get; } = seen.Text("scope");

    /// <summary>Whether it holds from above the subscription.</summary>
    public bool Inherited { get; } = !seen.Text("scope").StartsWith($"/subscriptions/{seen.Reading.Subscription}", StringComparison.OrdinalIgnoreCase);

    public bool Foreign { get; } = KnownNames.IsOfAnotherTenant(seen);

    public bool Conditional { get; } = seen.Text("condition").Length > 0;

    /// <summary>UTC; null when Azure did not say.</summary>
    public DateTimeOffset? CreatedOn { get; } = DateTimeOffset.TryParse(seen.Text("createdOn"), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;

    public static bool IsCustomWithWildcard(Seen definition) => definition.Text("roleType") == "CustomRole" && definition.Facts.TryGetProperty("permissions", out var permissions)
        && permissions.ValueKind == System.Text.Json.JsonValueKind.Array && permissions.EnumerateArray().Any(permission =>
            permission.TryGetProperty("actions", out var actions) && actions.ValueKind == System.Text.Json.JsonValueKind.Array && actions.EnumerateArray().Any(action => action.ToString().Contains('*')));
}

/// <summary>A role assignment with what is worth knowing about it at a glance.</summary>
internal sealed class InventoryRow(AssignmentRow row, AssignmentFacts facts)
{
    public AssignmentRow Row => row;

    public string Who { get; } = row.Who;

    public string Scope => facts.Scope;

    public bool Inherited => facts.Inherited;

    /// <summary>UTC; null when Azure did not say.</summary>
    public DateTimeOffset? CreatedOn => facts.CreatedOn;

    /// <summary>In the order in which they matter.</summary>
    public IReadOnlyList<string> Flags { get; } = [.. FlagsOf(row, facts)];

    public bool Matches(string text) => text.Length == 0
        || ((string?[])[Who, row.Role, Scope, row.Assignment.Text("principalId"), row.Name?.Detail, row.Assignment.Id]).Any(field => field?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    private static IEnumerable<string> FlagsOf(AssignmentRow row, AssignmentFacts facts)
    {
        if (facts.Privileged)
            yield return "privileged";
        if (row.Name is { State: NameState.NotFound })
            yield return "not-found";
        if (facts.Foreign)
            yield return "foreign";
        if (facts.Conditional)
            yield return "conditional";
        if (facts.Wildcard)
            yield return "wildcard";
        if (facts.Inherited)
            yield return "inherited";
    }
}
