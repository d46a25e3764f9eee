
namespace Layer.Inventory.Web;

/// <summary>Where rights come from: what stands above the subscriptions, each subscription, its groups.</summary>
/// <remarks>How management groups lie within one another is not read, so they stand beside one another.</remarks>
internal sealed record ScopeTree(IReadOnlyList<ScopeNode> Above, IReadOnlyList<ScopeNode> Subscriptions)
{
    private const string ManagementGroup = "/providers/Microsoft.Management/managementGroups/";

    public static ScopeTree Of(IReadOnlyList<Reading> readings, IReadOnlyList<InventoryRow> rows, IReadOnlyDictionary<Guid, IReadOnlyList<Seen>> groups)
    {
        var direct = rows.GroupBy(row => row.Scope, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Count(), StringComparer.OrdinalIgnoreCase);
        var above = direct.Where(scope => !scope.Key.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase))
            .Select(scope => new ScopeNode(scope.Key, scope.Key == "/" ? "/ tenant root" : scope.Key.Replace(ManagementGroup, "", StringComparison.OrdinalIgnoreCase), scope.Value, 0, 0, []))
            .OrderBy(node => node.Scope, StringComparer.OrdinalIgnoreCase).ToList();
        var inGroup = CountBy(rows, segments: 4);
        var inSubscription = CountBy(rows, segments: 2);
        var subscriptions = readings.Select(reading =>
        {
            var scope = $"/subscriptions/{reading.Subscription}";
            var own = direct.GetValueOrDefault(scope);
            var inherited = rows.Count(row => row.Inherited && row.Row.Assignment.Reading.Tenant == reading.Tenant);
            var children = groups.GetValueOrDefault(reading.Connection, []).Select(group =>
            {
                return new ScopeNode(group.Id, group.Text("name"), direct.GetValueOrDefault(group.Id), inGroup.GetValueOrDefault(group.Id), own + inherited, []);
            }).OrderByDescending(node => node.Within).ThenBy(node => node.Name, StringComparer.OrdinalIgnoreCase).ToList();
            return new ScopeNode(scope, reading.Name, own, inSubscription.GetValueOrDefault(scope), inherited, children);
        }).ToList();
        return new ScopeTree(above, subscriptions);
    }

    // The subscription or the group that a scope lies in: its first two or four segments.
    private static Dictionary<string, int> CountBy(IReadOnlyList<InventoryRow> rows, int segments)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
        {
            var end = 0;
            for (var i = 0; i < segments && end >= 0; i++)
                end = row.Scope.IndexOf('/', end) is >= 0 and var slash ? NextSlash(row.Scope, slash + 1) : -1;
            if (end > 0 && row.Scope.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase))
                counts[row.Scope[..end]] = counts.GetValueOrDefault(row.Scope[..end]) + 1;
        }

        return counts;

        static int NextSlash(string text, int from) => text.IndexOf('/', from) is >= 0 and var next ? next : text.Length;
    }

    /// <summary>Whether a scope is another or lies beneath it.</summary>
    public static bool IsWithin(string scope, string other) => other == "/" ? scope == "/"
        : scope.StartsWith(other, StringComparison.OrdinalIgnoreCase) && (scope.Length == other.Length || scope[other.Length] == '/');
}

/// <summary>One scope.</summary>
/// <param name="Scope">As Azure writes it.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Direct">Assignments at exactly this scope.</param>
/// <param name="Within">Assignments at it and beneath.</param>
/// <param name="Inherited">Assignments above that hold here too.</param>
/// <param name="Children">Groups of a subscription.</param>
internal sealed record ScopeNode(string Scope, string Name, int Direct, int Within, int Inherited, IReadOnlyList<ScopeNode> Children);
