using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of role assignments at, above and below a scope (azure-wire §3.4).</summary>
internal static class RoleAssignments
{
    private const string Read = "Microsoft.Authorization/roleAssignments/read";

    // recordings arm-list-role-assignments-200, azurecli-role-assignments-atScope-root-2025, azurecli-role-assignments-principalId-filter-2025
    public static Answer List(ArmRequest request, AccessRules access, World world, PreparedLists lists)
    {
        var scope = ArmRoute.Scope(request.Exchange);
        var text = request.Exchange.Query("$filter");
        var filter = AssignmentFilter.Parse(text);
        if (filter is null)
            return ArmErrors.UnsupportedFilter(text!);
        if (!AuthorizationScope.Allows(request, access, world, scope, Read))
            return AuthorizationScope.Refuse(request, world, scope, Read);
        return lists.Page(request.Exchange, request.Call, request.Caller.TenantId.ToString(),
            () => filter.Apply(AuthorizationScope.Assignments(request, world, scope), scope, world.Store),
            (json, assignment) => Write(json, assignment, request, world));
    }

    public static Answer Get(ArmRequest request, AccessRules access, World world)
    {
        var scope = ArmRoute.Scope(request.Exchange);
        var name = request.Exchange.Segments[^1];
        if (!AuthorizationScope.Allows(request, access, world, scope, Read))
            return ArmErrors.Forbidden(request.Caller, Read, request.Exchange.Path);
        return Guid.TryParse(name, out var id) && world.Store.Assignments.TryGetValue(id, out var found) && found.TenantId == request.Caller.TenantId
            ? Answer.Json(200, json => Write(json, found, request, world))
            : ArmErrors.RoleAssignmentNotFound(name);
    }

    // Twelve properties, always, since 2020; eight before (azure-wire §3.4). The role's id carries the queried subscription.
    private static void Write(Utf8JsonWriter json, RoleAssignment assignment, ArmRequest request, World world)
    {
        var isOld = string.CompareOrdinal(request.ApiVersion, "2020-01-01") < 0;
        json.WriteStartObject();
        json.WriteStartObject("properties");
        json.WriteString("roleDefinitionId", $"{request.Subscription?.Scope}/providers/Microsoft.Authorization/roleDefinitions/{assignment.RoleId}");
        json.WriteString("principalId", assignment.PrincipalId);
        if (request.ApiVersion != "2018-01-01-preview" && request.ApiVersion != "2015-07-01")
            json.WriteString("principalType", assignment.PrincipalType);
        json.WriteString("scope", assignment.Scope);
        if (!isOld)
        {
            json.WriteString("condition", assignment.Condition);
            json.WriteString("conditionVersion", assignment.ConditionVersion);
        }
        json.WriteString("createdOn", JsonBytes.Ticks(assignment.CreatedOn));
        json.WriteString("updatedOn", JsonBytes.Ticks(assignment.UpdatedOn));
        json.WriteString("createdBy", assignment.CreatedBy);
        json.WriteString("updatedBy", assignment.UpdatedBy);
        if (!isOld)
        {
            json.WriteString("delegatedManagedIdentityResourceId", assignment.DelegatedManagedIdentityResourceId);
            json.WriteString("description", assignment.Description);
        }
        json.WriteEndObject();
        json.WriteString("id", world.Written(assignment.Id));
        json.WriteString("type", "Microsoft.Authorization/roleAssignments");
        json.WriteString("name", assignment.Name);
        json.WriteEndObject();
    }
}
