using System.Security.Cryptography;
using System.Text.Json;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Graph;

/// <summary>GET of an application with its secrets' dates and hints, never their values (azure-wire §7).</summary>
internal static class Applications
{
    public static Answer Get(string id, Caller caller, World world, EmulatorOptions options)
    {
        var (app, refusal) = Find(id, caller, world, options);
        return app is null ? refusal! : Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#applications/$entity");
            Write(json, app);
            json.WriteEndObject();
        });
    }

    public static Answer List(string id, Caller caller, World world, EmulatorOptions options)
    {
        var (app, refusal) = Find(id, caller, world, options);
        if (app is null && refusal!.Status != 404)
            return refusal;
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#applications");
            json.WriteStartArray("value");
            if (app is not null)
            {
                json.WriteStartObject();
                Write(json, app);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    public static void WriteCredentials(Utf8JsonWriter json, App app)
    {
        json.WriteStartArray("passwordCredentials");
        foreach (var secret in app.Secrets)
        {
            json.WriteStartObject();
            json.WriteNull("customKeyIdentifier");
            json.WriteString("displayName", secret.DisplayName);
            json.WriteString("endDateTime", secret.Expires.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'"));
            json.WriteString("hint", secret.Hint);
            json.WriteString("keyId", secret.KeyId);
            json.WriteNull("secretText");
            json.WriteString("startDateTime", secret.Starts.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'"));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("keyCredentials");
        foreach (var certificate in app.Certificates)
        {
            json.WriteStartObject();
            json.WriteString("customKeyIdentifier", Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA1)));
            json.WriteString("displayName", certificate.Subject);
            json.WriteString("endDateTime", certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss'Z'"));
            json.WriteString("keyId", StableId.From("key", certificate.Thumbprint));
            json.WriteString("startDateTime", certificate.NotBefore.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss'Z'"));
            json.WriteString("type", "AsymmetricX509Cert");
            json.WriteString("usage", "Verify");
            json.WriteNull("key");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static (App?, Answer?) Find(string id, Caller caller, World world, EmulatorOptions options)
    {
        var app = Guid.TryParse(id, out var guid)
            ? world.Store.Apps.GetValueOrDefault(guid) ?? world.Store.Apps.Values.FirstOrDefault(a => a.ObjectId == guid)
            : null;
        if (app is null ? !DirectoryRights.MayReadApps(caller) : !DirectoryRights.MayReadApp(caller, app))
            return (null, GraphErrors.Denied(options.Clock.GetUtcNow()));
        return app is not null && app.TenantId == caller.TenantId ? (app, null) : (null, GraphErrors.NotFound(id, options.Clock.GetUtcNow()));
    }

    private static void Write(Utf8JsonWriter json, App app)
    {
        json.WriteString("id", app.ObjectId);
        json.WriteString("appId", app.ClientId);
        json.WriteString("displayName", app.Name);
        WriteCredentials(json, app);
    }
}
