namespace Layer.AzureEmulator.Graph;

/// <summary>Refusals of Microsoft Graph (azure-wire §7).</summary>
internal static class GraphErrors
{
    public static Answer Error(int status, string code, string message, DateTimeOffset now)
    {
        var id = Guid.NewGuid();
        return Answer.Json(status, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteStartObject("innerError");
            json.WriteString("date", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss"));
            json.WriteString("request-id", id);
            json.WriteString("client-request-id", id);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    // recording graph-403-authorization-requestdenied
    public static Answer Denied(DateTimeOffset now) => Error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", now);

    // recording graph-401-invalidauthenticationtoken
    public static Answer BadToken(string message, DateTimeOffset now) => Error(401, "InvalidAuthenticationToken", message, now).With("WWW-Authenticate",
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"");

    // azure-wire §7; texts from memory
    public static Answer NotFound(string id, DateTimeOffset now) => Error(404, "Request_ResourceNotFound",
        $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.", now);

    public static Answer BadRequest(string message, DateTimeOffset now) => Error(400, "Request_BadRequest", message, now);
}
