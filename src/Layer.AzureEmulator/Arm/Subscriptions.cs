using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of one and of all subscriptions (azure-wire §3.2).</summary>
internal static class Subscriptions
{
    private const string Read = "Microsoft.Resources/subscriptions/read";

    // recordings arm-get-subscription-200, arm-get-subscription-403-no-role
    public static Answer Get(ArmRequest request, AccessRules access, World world)
    {
        var subscription = request.Subscription!;
        return MayRead(request, access, world, subscription)
            ? Answer.Json(200, json => Write(json, subscription, request.ApiVersion, world))
            : ArmErrors.Forbidden(request.Caller, Read, subscription.Scope);
    }

    // recordings arm-list-subscriptions-200, arm-list-subscriptions-200-empty-no-role: no right is an empty list, never 403
    public static Answer List(ArmRequest request, AccessRules access, World world, PreparedLists lists) => lists.Page(
        request.Exchange, request.Call, seenBy: null,
        () => world.Store.Subscriptions.Values.Where(s => access.Sees(request.Oid, s)),
        (json, subscription) => Write(json, subscription, request.ApiVersion, world),
        (json, count) =>
        {
            if (string.CompareOrdinal(request.ApiVersion, "2019-06-01") < 0)
                return;
            json.WriteStartObject("count");
            json.WriteString("type", "Total");
            json.WriteNumber("value", count);
            json.WriteEndObject();
        });

    private static bool MayRead(ArmRequest request, AccessRules access, World world, Subscription subscription) =>
        access.Allows(request.Oid, subscription, Read) ||
        world.GroupRoleReadsSubscription && access.ScopesAllowing(request.Oid, subscription, "Microsoft.Resources/subscriptions/resourcegroups/read").Count > 0;

    private static void Write(Utf8JsonWriter json, Subscription subscription, string version, World world)
    {
        var isOld = string.CompareOrdinal(version, "2019-01-01") < 0;
        json.WriteStartObject();
        json.WriteString("id", world.Written(subscription.Scope));
        json.WriteString("authorizationSource", subscription.AuthorizationSource);
        if (!isOld)
        {
            json.WriteStartArray("managedByTenants");
            foreach (var tenant in subscription.ManagedByTenants)
            {
                json.WriteStartObject();
                json.WriteString("tenantId", tenant);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteTags(subscription.Tags);
        }
        json.WriteString("subscriptionId", subscription.Id);
        if (!isOld)
            json.WriteString("tenantId", subscription.TenantId);
        json.WriteString("displayName", subscription.Name);
        json.WriteString("state", subscription.State);
        json.WriteStartObject("subscriptionPolicies");
        json.WriteString("locationPlacementId", "Public_2014-09-01");
        json.WriteString("quotaId", subscription.QuotaId);
        json.WriteString("spendingLimit", "Off");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
