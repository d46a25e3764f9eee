using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Entra;

/// <summary>
/// http://169.254.169.254/metadata/identity/oauth2/token, reached through the proxy as plain http (azure-wire §1.2). Without client_id the
/// world's only managed identity answers; several are ambiguous, as on a machine with several user-assigned ones.
/// </summary>
internal sealed class ManagedIdentityEndpoint(World world, EmulatorOptions options, TokenSigner signer)
{
    public Answer Answer(Exchange exchange)
    {
        if (!exchange.Tail(0, "metadata", "identity", "oauth2", "token") || exchange.Header("Metadata") != "true")
            return Refuse("invalid_request", "Required metadata header not specified").For(AzureCall.ManagedIdentityToken);
        var resource = exchange.Query("resource");
        if (string.IsNullOrEmpty(resource))
            return Refuse("invalid_request", "Required resource parameter not specified").For(AzureCall.ManagedIdentityToken);
        Principal[] fitting;
        lock (world.Gate)
            fitting = [.. world.Store.Principals.Values.Where(p => p.Kind == PrincipalKind.ManagedIdentity && !p.Deleted &&
                (exchange.Query("client_id") is not { } id || p.AppId.ToString() == id))];
        if (fitting.Length != 1)
            return Refuse("invalid_request", fitting.Length == 0 ? "Identity not found" : "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request")
                .For(AzureCall.ManagedIdentityToken);
        var identity = fitting[0];
        var now = EmulatorOptions.RealTime.GetUtcNow();
        var lifetime = TimeSpan.FromDays(1);
        var token = signer.Issue(new App(identity.AppId!.Value, identity.Id, identity.TenantId, identity.Name), identity.Id, resource, certificate: true, continuousAccess: false);
        var answer = AzureEmulator.Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", token);
            json.WriteString("client_id", identity.AppId.Value);
            json.WriteString("expires_in", ((int)options.TokenLifetime.TotalSeconds).ToString());
            json.WriteString("expires_on", (now + options.TokenLifetime).ToUnixTimeSeconds().ToString());
            json.WriteString("ext_expires_in", ((int)lifetime.TotalSeconds - 1).ToString());
            json.WriteString("not_before", now.AddMinutes(-5).ToUnixTimeSeconds().ToString());
            json.WriteString("resource", resource);
            json.WriteString("token_type", "Bearer");
            json.WriteEndObject();
        }).For(AzureCall.ManagedIdentityToken);
        answer.Client = identity.AppId;
        return answer;
    }

    private static Answer Refuse(string error, string description) => AzureEmulator.Answer.Json(400, json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteString("error_description", description);
        json.WriteEndObject();
    });
}
