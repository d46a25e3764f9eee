namespace Layer.AzureEmulator.Arm;

/// <summary>GET /metadata/endpoints: an object since 2022-09-01, an array of clouds before (azure-wire §1.8).</summary>
internal static class CloudMetadata
{
    public static Answer Answer(Exchange exchange)
    {
        if (exchange.Query("api-version") is not { Length: > 0 } version)
            return ArmErrors.MissingApiVersion();
        var cloud = exchange.Cloud;
        var isArray = string.CompareOrdinal(version, "2019-01-01") >= 0 && string.CompareOrdinal(version, "2022-09-01") < 0;
        return AzureEmulator.Answer.Json(200, json =>
        {
            if (isArray)
                json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("portal", cloud.Portal);
            json.WriteStartObject("authentication");
            json.WriteString("loginEndpoint", "https://" + cloud.Login);
            json.WriteStrings("audiences", cloud.ArmAudiences.Select(a => a + "/"));
            json.WriteString("tenant", "common");
            json.WriteString("identityProvider", "AAD");
            json.WriteEndObject();
            json.WriteString("graphAudience", "https://graph.windows.net/");
            json.WriteString("graph", "https://graph.windows.net/");
            json.WriteString("name", cloud.Name);
            json.WriteStartObject("suffixes");
            json.WriteString("keyVaultDns", "vault.azure.net");
            json.WriteString("storage", "core.windows.net");
            json.WriteEndObject();
            json.WriteString("resourceManager", $"https://{cloud.Arm}/");
            json.WriteString("microsoftGraphResourceId", $"https://{cloud.Graph}/");
            json.WriteEndObject();
            if (isArray)
                json.WriteEndArray();
        });
    }
}
