using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of one and of all resource groups (azure-wire §3.3).</summary>
internal static partial class ResourceGroups
{
    // The gateway writes this action with a small g (azure-wire §4).
    private const string Read = "Microsoft.Resources/subscriptions/resourcegroups/read";

    // recording arm-list-resource-groups-200; refused as in azure-wire §4
    public static Answer List(ArmRequest request, AccessRules access, World world, PreparedLists lists)
    {
        var subscription = request.Subscription!;
        var filter = TagFilter().Match(request.Exchange.Query("$filter") ?? "");
        if (!filter.Success && !string.IsNullOrEmpty(request.Exchange.Query("$filter")))
            return ArmErrors.UnsupportedFilter(request.Exchange.Query("$filter")!);
        var seesAll = access.Allows(request.Oid, subscription, Read);
        var scopes = seesAll ? [] : access.ScopesAllowing(request.Oid, subscription, Read);
        var groups = world.Store.ResourceGroups[subscription.Id];
        var seen = seesAll ? groups : groups.FindAll(g => scopes.Exists(s => Scope.Contains(s, g.Id)));
        if (!seesAll && seen.Count == 0 && !world.RefusesListsSilently)
            return ArmErrors.Forbidden(request.Caller, Read, subscription.Scope);
        return lists.Page(request.Exchange, request.Call, seesAll ? "all" : null, () => filter.Success ? seen.FindAll(g => HasTag(g, filter)) : seen,
            (json, group) => Write(json, group, world));
    }

    // recording arm-get-resource-group-403: also for a group that does not exist
    public static Answer Get(ArmRequest request, AccessRules access, World world)
    {
        var (subscription, name) = (request.Subscription!, request.Exchange.Segments[3]);
        var scope = $"{subscription.Scope}/resourcegroups/{name}";
        if (InvalidCharacters().Matches(name) is { Count: > 0 } invalid)
            return ArmErrors.InvalidResourceGroup(name, string.Concat(invalid.Select(m => m.Value)));
        if (!access.Allows(request.Oid, subscription, Read, scope))
            return ArmErrors.Forbidden(request.Caller, Read, scope);
        var group = world.Store.ResourceGroups[subscription.Id].Find(g => Scope.Same(g.Name, name));
        if (group is null)
            return ArmErrors.ResourceGroupNotFound(name);
        return request.Exchange.Method == "HEAD"
            ? new Answer { Status = 204, ContentType = null }
            : Answer.Json(200, json => Write(json, group, world));
    }

    // azure-wire §3.3: managedBy and tags are absent when not set
    private static void Write(Utf8JsonWriter json, ResourceGroup group, World world)
    {
        json.WriteStartObject();
        json.WriteString("id", world.Written(group.Id));
        json.WriteString("name", group.Name);
        json.WriteString("type", "Microsoft.Resources/resourceGroups");
        json.WriteString("location", group.Location);
        if (group.ManagedBy is not null)
            json.WriteString("managedBy", group.ManagedBy);
        json.WriteTags(group.Tags);
        json.WriteStartObject("properties");
        json.WriteString("provisioningState", group.ProvisioningState);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static bool HasTag(ResourceGroup group, Match filter) =>
        group.Tags?.Any(t => Scope.Same(t.Key, filter.Groups["name"].Value) && t.Value == filter.Groups["value"].Value) == true;

    [GeneratedRegex(@"^\s*tagName\s+eq\s+'(?<name>[^']*)'\s+and\s+tagValue\s+eq\s+'(?<value>[^']*)'\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TagFilter();

    [GeneratedRegex(@"[^\p{L}\p{N}_\-.()]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InvalidCharacters();
}
