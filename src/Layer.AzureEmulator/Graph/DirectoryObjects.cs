using System.Text.Json;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Graph;

/// <summary>POST directoryObjects/getByIds (azure-wire §7). Who is gone, or lives in another tenant, is missing; who may not be read comes with its id only.</summary>
// https://learn.microsoft.com/graph/api/directoryobject-getbyids: "Only a subset of user properties are returned by default in v1.0", so what is outside
// it has to be selected; https://learn.microsoft.com/graph/permissions-overview: of what may not be read, other properties are null.
internal static class DirectoryObjects
{
    public static Answer GetByIds(JsonElement? body, string? select, Caller caller, World world, EmulatorOptions options)
    {
        var now = options.Clock.GetUtcNow();
        if (body?.TryGetProperty("ids", out var ids) != true || ids.ValueKind != JsonValueKind.Array)
            return GraphErrors.BadRequest("The parameter 'ids' is required.", now);
        if (ids.GetArrayLength() > 1000)
            return GraphErrors.BadRequest("Too many ids: at most 1000 can be asked for in one request.", now);
        if (!DirectoryRights.MayReadAny(caller))
            return GraphErrors.Denied(now);
        var selected = select?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
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
                Write(json, principal, DirectoryRights.MayRead(caller, principal), selected, world);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, Principal principal, bool readable, string[]? selected, World world)
    {
        json.WriteStartObject();
        json.WriteString("@odata.type", "#microsoft.graph." + TypeOf(principal));
        foreach (var property in PropertiesOf(principal, world).Where(p => selected is null ? p.ByDefault : selected.Contains(p.Name, StringComparer.OrdinalIgnoreCase)))
        {
            if (property.Name == "id" || readable)
            {
                json.WritePropertyName(property.Name);
                JsonSerializer.Serialize(json, property.Value);
            }
            else if (selected is not null)
            {
                json.WriteNull(property.Name);
            }
        }

        json.WriteEndObject();
    }

    // In the order of the recorded objects; a type has no property that is not its own, selected or not.
    private static IEnumerable<(string Name, object? Value, bool ByDefault)> PropertiesOf(Principal principal, World world)
    {
        yield return ("id", principal.Id, true);
        switch (principal.Kind)
        {
            case PrincipalKind.User:
                yield return ("accountEnabled", principal.Enabled, false);
                yield return ("displayName", principal.Name, true);
                yield return ("userPrincipalName", principal.UserPrincipalName, true);
                yield return ("userType", principal.UserType, false);
                break;
            case PrincipalKind.ServicePrincipal or PrincipalKind.ManagedIdentity:
                yield return ("accountEnabled", principal.AppId is { } id && world.Store.Apps.TryGetValue(id, out var app) ? app.Enabled : principal.Enabled, true);
                yield return ("appId", principal.AppId, true);
                yield return ("displayName", principal.Name, true);
                yield return ("servicePrincipalType", principal.Kind == PrincipalKind.ManagedIdentity ? "ManagedIdentity" : "Application", true);
                break;
            case PrincipalKind.Device:
                yield return ("accountEnabled", principal.Enabled, true);
                yield return ("displayName", principal.Name, true);
                break;
            default:
                yield return ("displayName", principal.Name, true);
                break;
        }
    }

    private static string TypeOf(Principal principal) => principal.Kind switch
    {
        PrincipalKind.User => "user",
        PrincipalKind.Group or PrincipalKind.ForeignGroup => "group",
        PrincipalKind.Device => "device",
        _ => "servicePrincipal",
    };
}
