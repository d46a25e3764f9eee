using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of one and of all role definitions (azure-wire §3.5).</summary>
internal static partial class RoleDefinitions
{
    private const string Read = "Microsoft.Authorization/roleDefinitions/read";

    // recording arm-list-role-definitions-200
    public static Answer List(ArmRequest request, AccessRules access, World world, PreparedLists lists)
    {
        var scope = ArmRoute.Scope(request.Exchange);
        var text = request.Exchange.Query("$filter") ?? "";
        var filter = Filter().Match(text);
        if (!filter.Success)
            return ArmErrors.UnsupportedFilter(text);
        if (!AuthorizationScope.Allows(request, access, world, scope, Read))
            return AuthorizationScope.Refuse(request, world, scope, Read);
        return lists.Page(request.Exchange, request.Call, request.Caller.TenantId.ToString(), () => Seen(request, world, scope, filter),
            (json, role) => Write(json, role, request, world));
    }

    // azure-wire §3.5: a role that is not assignable at this scope is found by its id all the same
    public static Answer Get(ArmRequest request, AccessRules access, World world)
    {
        var name = request.Exchange.Segments[^1];
        if (!AuthorizationScope.Allows(request, access, world, ArmRoute.Scope(request.Exchange), Read))
            return ArmErrors.Forbidden(request.Caller, Read, request.Exchange.Path);
        var role = Guid.TryParse(name, out var id) ? world.Store.FindRole(id) : null;
        return role is not null && (role.TenantId is null || role.TenantId == request.Caller.TenantId)
            ? Answer.Json(200, json => Write(json, role, request, world))
            : ArmErrors.RoleDefinitionNotFound(name);
    }

    private static IEnumerable<RoleDefinition> Seen(ArmRequest request, World world, string scope, Match filter)
    {
        var above = request.Subscription is { } subscription ? world.Store.Ancestors(subscription.ManagementGroup).ToList() : [];
        var custom = world.Store.CustomRoles.Values.Where(r => r.TenantId == request.Caller.TenantId && r.AssignableScopes.Any(s =>
            s == "/" || Scope.Contains(s, scope) || above.Exists(g => Scope.Same(g, s)) ||
            filter.Groups["below"].Success && Scope.Contains(scope, s)));
        var roles = custom.Concat(BuiltInRoles.All);
        if (filter.Groups["type"] is { Success: true } type)
            roles = roles.Where(r => Scope.Same(r.Type, type.Value));
        if (filter.Groups["name"] is { Success: true } name)
            roles = roles.Where(r => Scope.Same(r.Name, name.Value));
        return roles;
    }

    private static void Write(Utf8JsonWriter json, RoleDefinition role, ArmRequest request, World world)
    {
        json.WriteStartObject();
        json.WriteStartObject("properties");
        json.WriteString("roleName", role.Name);
        json.WriteString("type", role.Type);
        json.WriteString("description", role.Description);
        json.WriteStrings("assignableScopes", role.AssignableScopes);
        json.WriteStartArray("permissions");
        foreach (var permission in role.Permissions)
            Permissions.Write(json, permission, hasDataActions: true);
        json.WriteEndArray();
        json.WriteString("createdOn", JsonBytes.Ticks(role.CreatedOn));
        json.WriteString("updatedOn", JsonBytes.Ticks(role.UpdatedOn));
        json.WriteString("createdBy", role.CreatedBy);
        json.WriteString("updatedBy", role.CreatedBy);
        json.WriteEndObject();
        json.WriteString("id", world.Written($"{request.Subscription?.Scope}/providers/Microsoft.Authorization/roleDefinitions/{role.Id}"));
        json.WriteString("type", "Microsoft.Authorization/roleDefinitions");
        json.WriteString("name", role.Id);
        json.WriteEndObject();
    }

    [GeneratedRegex(
        @"^\s*(?<below>atScopeAndBelow\(\))?(?:(?<=\S)\s+and\s+)?(?:type\s+eq\s+'(?<type>[^']*)'|roleName\s+eq\s+'(?<name>[^']*)')?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Filter();
}
