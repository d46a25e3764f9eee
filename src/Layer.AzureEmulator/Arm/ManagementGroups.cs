using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>GET of one management group, with its children on demand (azure-wire §3.9). A role on the group or above it is needed.</summary>
internal static class ManagementGroups
{
    private const string Read = "Microsoft.Management/managementGroups/read";

    // recording arm-get-management-group-expand-children-200
    public static Answer Get(ArmRequest request, AccessRules access, World world)
    {
        var name = request.Exchange.Segments[^1];
        if (!world.Store.ManagementGroups.TryGetValue(name, out var group) || group.TenantId != request.Caller.TenantId ||
            !access.AllowsOnManagementGroup(request.Oid, group, Read))
            return ArmErrors.Forbidden(request.Caller, Read, $"/providers/Microsoft.Management/managementGroups/{name}");
        var children = string.Equals(request.Exchange.Query("$expand"), "children", StringComparison.OrdinalIgnoreCase);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", group.Id);
            json.WriteString("type", "Microsoft.Management/managementGroups");
            json.WriteString("name", group.Name);
            json.WriteStartObject("properties");
            json.WriteString("tenantId", group.TenantId);
            json.WriteString("displayName", group.DisplayName);
            json.WriteStartObject("details");
            json.WriteNumber("version", 1);
            json.WriteString("updatedTime", "2021-09-01T19:14:26.557085Z");
            json.WriteString("updatedBy", "Tenant Backfill Job");
            json.WriteEndObject();
            if (children)
            {
                json.WriteStartArray("children");
                foreach (var child in world.Store.ManagementGroups.Values.Where(g => g.Parent is { } parent && Scope.Same(parent, group.Name)))
                    WriteChild(json, child.Id, "Microsoft.Management/managementGroups", child.Name, child.DisplayName);
                foreach (var child in world.Store.Subscriptions.Values.Where(s => Scope.Same(s.ManagementGroup, group.Name)))
                    WriteChild(json, child.Scope, "/subscriptions", child.Id.ToString(), child.Name);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }).With("x-ms-ratelimit-remaining-managementgroups-requests", "59")
            .With("request-id", Guid.NewGuid().ToString())
            .With("client-request-id", request.Exchange.Header("client-request-id") ?? Guid.NewGuid().ToString());
    }

    private static void WriteChild(System.Text.Json.Utf8JsonWriter json, string id, string type, string name, string displayName)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("type", type);
        json.WriteString("name", name);
        json.WriteString("displayName", displayName);
        json.WriteEndObject();
    }
}
