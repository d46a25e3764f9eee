using System.Text.Json;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Graph;

/// <summary>POST directoryObjects/getByIds (azure-wire §7). Who is gone, or lives in another tenant, is missing; who may not be read comes with its id only.</summary>
internal static class DirectoryObjects
{
    public static Answer GetByIds(JsonElement? body, Caller caller, World world, EmulatorOptions options)
    {
        var now = options.Clock.GetUtcNow();
        if (body?.TryGetProperty("ids", out var ids) != true || ids.ValueKind != JsonValueKind.Array)
            return GraphErrors.BadRequest("The parameter 'ids' is required.", now);
        if (ids.GetArrayLength() > 1000)
            return GraphErrors.BadRequest("Too many ids: at most 1000 can be asked for in one request.", now);
        if (!DirectoryRights.MayReadAny(caller))
            return GraphErrors.Denied(now);
        HashSet<string>? types = body.Value.TryGetProperty("types", out var wanted) && wanted.ValueKind == JsonValueKind.Array
            ? [.. wanted.EnumerateArray().Select(t => t.GetString()!.ToUpperInvariant())] : null;
        var found = ids.EnumerateArray()
            .Select(id => Guid.TryParse(id.GetString(), out var guid) ? world.Store.Principals.GetValueOrDefault(guid) : null)
            .OfType<Principal>()
            .Where(p => !p.Deleted && p.TenantId == caller.TenantId && p.Kind != PrincipalKind.ForeignGroup)
            .Where(p => types is null || types.Contains(TypeOf(p).ToUpperInvariant()) || types.Contains("DIRECTORYOBJECT"))
            .DistinctBy(p => p.Id);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#directoryObjects");
            json.WriteStartArray("value");
            foreach (var principal in found)
                Write(json, principal, DirectoryRights.MayRead(caller, principal));
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, Principal principal, bool readable)
    {
        json.WriteStartObject();
        json.WriteString("@odata.type", "#microsoft.graph." + TypeOf(principal));
        json.WriteString("id", principal.Id);
        if (readable)
        {
            json.WriteString("displayName", principal.Name);
            if (principal.UserPrincipalName is { } upn)
                json.WriteString("userPrincipalName", upn);
            if (principal.AppId is { } app)
                json.WriteString("appId", app);
            if (principal.Kind is PrincipalKind.ServicePrincipal or PrincipalKind.ManagedIdentity)
                json.WriteString("servicePrincipalType", principal.Kind == PrincipalKind.ManagedIdentity ? "ManagedIdentity" : "Application");
        }
        json.WriteEndObject();
    }

    private static string TypeOf(Principal principal) => principal.Kind switch
    {
        PrincipalKind.User => "user",
        PrincipalKind.Group or PrincipalKind.ForeignGroup => "group",
        PrincipalKind.Device => "device",
        _ => "servicePrincipal",
    };
}
