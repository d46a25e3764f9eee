using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of the caller's own permissions at a scope: one entry per role that applies (azure-wire §3.6).</summary>
internal static class Permissions
{
    private const string Read = "Microsoft.Authorization/permissions/read";

    public static Answer List(ArmRequest request, AccessRules access, World world, PreparedLists lists)
    {
        var scope = ArmRoute.Scope(request.Exchange);
        if (request.Subscription is not { } subscription || !access.Allows(request.Oid, subscription, Read, scope))
            return AuthorizationScope.Refuse(request, world, scope, Read);
        var hasDataActions = string.CompareOrdinal(request.ApiVersion, "2018-01-01") >= 0;
        return lists.Page(request.Exchange, request.Call, seenBy: null,
            () => access.Effective(request.Oid, subscription, scope).DistinctBy(r => r.Id).SelectMany(r => r.Permissions),
            (json, permission) => Write(json, permission, hasDataActions));
    }

    public static void Write(Utf8JsonWriter json, RolePermission permission, bool hasDataActions)
    {
        json.WriteStartObject();
        json.WriteStrings("actions", permission.Actions);
        json.WriteStrings("notActions", permission.NotActions);
        if (hasDataActions)
        {
            json.WriteStrings("dataActions", permission.DataActions);
            json.WriteStrings("notDataActions", permission.NotDataActions);
        }
        json.WriteEndObject();
    }
}
