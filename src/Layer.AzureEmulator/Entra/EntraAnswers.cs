namespace Layer.AzureEmulator.Entra;

/// <summary>Bodies and headers of login.microsoftonline.com (azure-wire §1.3, §1.4).</summary>
internal sealed class EntraAnswers(EmulatorOptions options)
{
    public Answer Refuse(SignInError error, string? correlation)
    {
        var trace = Guid.NewGuid();
        var correlationId = Guid.TryParse(correlation, out var given) ? given : Guid.NewGuid();
        var timestamp = options.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'");
        var gap = options.OldDescriptions ? "\r\n" : " ";
        var answer = Answer.Json(error.Status, json =>
        {
            json.WriteStartObject();
            json.WriteString("error", error.Error);
            json.WriteString("error_description",
                $"AADSTS{error.Code}: {error.Description}{gap}Trace ID: {trace}{gap}Correlation ID: {correlationId}{gap}Timestamp: {timestamp}");
            json.WriteStartArray("error_codes");
            json.WriteNumberValue(error.Code);
            json.WriteEndArray();
            json.WriteString("timestamp", timestamp);
            json.WriteString("trace_id", trace);
            json.WriteString("correlation_id", correlationId);
            if (error.HasErrorUri)
                json.WriteString("error_uri", $"https://login.microsoftonline.com/error?code={error.Code}");
            if (error.BlockingPolicy is { } policy)
            {
                json.WriteString("suberror", "message_only");
                json.WriteString("claims", "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"" + policy + "\"]}}}");
            }
            json.WriteEndObject();
        });
        return Dressed(answer, trace).With("x-ms-clitelem", $"1,{error.Code},0,,");
    }

    public Answer Token(string token, TimeSpan lifetime)
    {
        var seconds = (int)lifetime.TotalSeconds - 1;
        return Dressed(Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("token_type", "Bearer");
            json.WriteNumber("expires_in", seconds);
            json.WriteNumber("ext_expires_in", seconds);
            if (seconds >= 24 * 3600 - 1)
                json.WriteNumber("refresh_in", seconds / 2);
            json.WriteString("access_token", token);
            json.WriteEndObject();
        }), Guid.NewGuid());
    }

    // azure-wire §1.3: v1 writes its numbers as text and dates nbf back by five minutes.
    public Answer TokenV1(string token, TimeSpan lifetime, string resource)
    {
        var now = EmulatorOptions.RealTime.GetUtcNow();
        return Dressed(Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("token_type", "Bearer");
            json.WriteString("expires_in", ((int)lifetime.TotalSeconds - 1).ToString());
            json.WriteString("expires_on", (now + lifetime).ToUnixTimeSeconds().ToString());
            json.WriteString("not_before", now.AddMinutes(-5).ToUnixTimeSeconds().ToString());
            json.WriteString("resource", resource);
            json.WriteString("access_token", token);
            json.WriteEndObject();
        }), Guid.NewGuid());
    }

    // recordings entra-openid-configuration-200 and entra-instance-discovery-200
    public static Answer Discovery(Answer answer) => Common(answer, Guid.NewGuid())
        .With("Cache-Control", "max-age=86400, private")
        .With("Access-Control-Allow-Origin", "*")
        .With("Access-Control-Allow-Methods", "GET, OPTIONS");

    // recording entra-token-200
    private static Answer Dressed(Answer answer, Guid trace) => Common(answer, trace)
        .With("Cache-Control", "no-store, no-cache")
        .With("Pragma", "no-cache")
        .With("Expires", "-1")
        .With("Set-Cookie", "fpc=emulated; path=/; secure; HttpOnly; SameSite=None")
        .With("Set-Cookie", "x-ms-gateway-slice=estsfd; path=/; secure; httponly")
        .With("Set-Cookie", "stsservicecookie=estsfd; path=/; secure; httponly");

    private static Answer Common(Answer answer, Guid trace) => answer
        .With("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        .With("X-Content-Type-Options", "nosniff")
        .With("P3P", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\"")
        .With("x-ms-request-id", trace.ToString())
        .With("x-ms-ests-server", "2.1.22100.7 - WUS2 ProdSlices")
        .With("x-ms-srs", "1.P")
        .With("X-XSS-Protection", "0");
}
