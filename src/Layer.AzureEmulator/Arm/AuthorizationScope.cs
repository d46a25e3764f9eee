using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>What Microsoft.Authorization lists have in common: they can be asked at a subscription, below it, at a management group and at the root.</summary>
internal static class AuthorizationScope
{
    public static bool Allows(ArmRequest request, AccessRules access, World world, string scope, string action) =>
        request.Subscription is { } subscription ? access.Allows(request.Oid, subscription, action, scope)
        : access.AllowsOnManagementGroup(request.Oid, ManagementGroup(request, world, scope), action);

    /// <summary>403, or 200 with nothing in it, as the world says (azure-wire §4). The scope carries the provider.</summary>
    public static Answer Refuse(ArmRequest request, World world, string scope, string action) =>
        world.RefusesListsSilently
            ? new Answer { Status = 200, Body = """{"value":[]}"""u8.ToArray() }
            : ArmErrors.Forbidden(request.Caller, action, $"{(scope == "/" ? "" : scope)}/providers/Microsoft.Authorization");

    public static IEnumerable<RoleAssignment> Assignments(ArmRequest request, World world, string scope) =>
        request.Subscription is not { } subscription
            ? world.Store.AssignmentsAbove(request.Caller.TenantId, ManagementGroup(request, world, scope).Name)
            : world.Store.AssignmentsSeenFrom(subscription).Where(a =>
                Scope.IsManagementGroup(a.Scope) || Scope.Contains(a.Scope, scope) || Scope.Contains(scope, a.Scope));

    // The root is asked through the root management group: whoever may there may at "/" as far as reading goes.
    private static ManagementGroup ManagementGroup(ArmRequest request, World world, string scope)
    {
        var groups = world.Store.ManagementGroups;
        return groups.GetValueOrDefault(scope.Split('/')[^1]) is { } group && group.TenantId == request.Caller.TenantId
            ? group
            : groups[request.Caller.TenantId.ToString()];
    }
}
