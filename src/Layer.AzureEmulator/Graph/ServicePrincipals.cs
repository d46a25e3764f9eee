using System.Text.Json;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Graph;

/// <summary>GET of service principals by client id (azure-wire §7).</summary>
internal static class ServicePrincipals
{
    public static Answer Get(string id, Caller caller, World world, EmulatorOptions options)
    {
        var now = options.Clock.GetUtcNow();
        if (!MayRead(id, caller))
            return GraphErrors.Denied(now);
        var found = Find(id, caller, world);
        return found is null ? GraphErrors.NotFound(id, now) : Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity");
            Write(json, found, world);
            json.WriteEndObject();
        });
    }

    public static Answer List(string id, Caller caller, World world, EmulatorOptions options)
    {
        if (!MayRead(id, caller))
            return GraphErrors.Denied(options.Clock.GetUtcNow());
        var found = Find(id, caller, world);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals");
            json.WriteStartArray("value");
            if (found is not null)
            {
                json.WriteStartObject();
                Write(json, found, world);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static bool MayRead(string id, Caller caller) =>
        DirectoryRights.MayReadApps(caller) || caller.Roles.Contains("Application.ReadWrite.OwnedBy", StringComparer.Ordinal) && id == caller.ClientId.ToString();

    private static Principal? Find(string id, Caller caller, World world) =>
        Guid.TryParse(id, out var guid)
            ? world.Store.Principals.Values.FirstOrDefault(p => (p.AppId == guid || p.Id == guid && p.AppId is not null) && !p.Deleted && p.TenantId == caller.TenantId)
            : null;

    private static void Write(Utf8JsonWriter json, Principal principal, World world)
    {
        json.WriteString("id", principal.Id);
        json.WriteString("appId", principal.AppId!.Value);
        json.WriteString("displayName", principal.Name);
        var app = world.Store.Apps.GetValueOrDefault(principal.AppId.Value);
        json.WriteBoolean("accountEnabled", app?.Enabled ?? true);
        json.WriteString("servicePrincipalType", principal.Kind == PrincipalKind.ManagedIdentity ? "ManagedIdentity" : "Application");
        if (app is not null)
            Applications.WriteCredentials(json, app);
    }
}
