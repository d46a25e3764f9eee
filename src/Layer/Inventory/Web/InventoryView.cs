using System.Collections.Concurrent;
using Layer.Access;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Inventory.Web;

/// <summary>What was there on a day, as pages show it.</summary>
internal sealed class InventoryView(LayerDatabase database, CurrentViewer viewers, SeenCache cache, TimeProvider clock)
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
        var names = await Reader.NamesAsync(cancellationToken);
        var rows = new Dictionary<(Guid Tenant, string Key), InventoryRow>();
        foreach (var reading in readings)
        {
            var definitions = await ListAsync(reading, ObservationType.RoleDefinition, cancellationToken);
            var roles = new Roles(definitions);
            var wild = definitions.Where(InventoryRow.IsCustomWithWildcard).Select(definition => definition.Key[(definition.Key.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var seen in await ListAsync(reading, ObservationType.RoleAssignment, cancellationToken))
            {
                var role = seen.Text("roleDefinitionId");
                rows.TryAdd((reading.Tenant, seen.Key), new InventoryRow(new AssignmentRow(seen, roles.FindName(role), roles.IsPrivileged(role), names.Find(seen)), wild.Contains(role)));
            }
        }

        return [.. rows.Values];
    }

    public async Task<IReadOnlyList<Seen>> ListAsync(Reading reading, string type, CancellationToken cancellationToken) =>
        await cache.GetAsync((reading.Connection, reading.Seq, type), () => Reader.ListAsync(reading, type, cancellationToken));
}

/// <summary>What complete readings saw, decoded: history never changes, so the newest few are kept.</summary>
internal sealed class SeenCache
{
    private const int Most = 48;

    private readonly ConcurrentDictionary<(Guid Connection, long Seq, string Type), IReadOnlyList<Seen>> _lists = new();
    private readonly ConcurrentQueue<(Guid Connection, long Seq, string Type)> _order = new();

    public async Task<IReadOnlyList<Seen>> GetAsync((Guid Connection, long Seq, string Type) key, Func<Task<IReadOnlyList<Seen>>> read)
    {
        if (_lists.TryGetValue(key, out var known))
            return known;
        var list = await read();
        if (_lists.TryAdd(key, list))
        {
            _order.Enqueue(key);
            while (_order.Count > Most && _order.TryDequeue(out var oldest))
                _lists.TryRemove(oldest, out _);
        }

        return list;
    }
}

/// <summary>A role assignment with what is worth knowing about it at a glance.</summary>
internal sealed record InventoryRow(AssignmentRow Row, bool Wildcard)
{
    public string Scope => Row.Assignment.Text("scope");

    public bool Inherited => !Scope.StartsWith($"/subscriptions/{Row.Assignment.Reading.Subscription}", StringComparison.OrdinalIgnoreCase);

    /// <summary>UTC; null when Azure did not say.</summary>
    public DateTimeOffset? CreatedOn => DateTimeOffset.TryParse(Row.Assignment.Text("createdOn"), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;

    /// <summary>In the order in which they matter.</summary>
    public IEnumerable<string> Flags
    {
        get
        {
            if (Row.Privileged)
                yield return "privileged";
            if (Row.Name is { State: NameState.NotFound })
                yield return "not-found";
            if (KnownNames.IsOfAnotherTenant(Row.Assignment))
                yield return "foreign";
            if (Row.Assignment.Text("condition").Length > 0)
                yield return "conditional";
            if (Wildcard)
                yield return "wildcard";
            if (Inherited)
                yield return "inherited";
        }
    }

    public bool Matches(string text) => text.Length == 0
        || ((string?[])[Row.Who, Row.Role, Scope, Row.Assignment.Text("principalId"), Row.Name?.Detail, Row.Assignment.Id]).Any(field => field?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    public static bool IsCustomWithWildcard(Seen definition) => definition.Text("roleType") == "CustomRole" && definition.Facts.TryGetProperty("permissions", out var permissions)
        && permissions.ValueKind == System.Text.Json.JsonValueKind.Array && permissions.EnumerateArray().Any(permission =>
            permission.TryGetProperty("actions", out var actions) && actions.ValueKind == System.Text.Json.JsonValueKind.Array && actions.EnumerateArray().Any(action => action.ToString().Contains('*')));
}
