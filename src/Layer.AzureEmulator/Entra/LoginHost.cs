using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace Layer.AzureEmulator.Entra;

/// <summary>login.microsoftonline.com and its sisters.</summary>
internal sealed partial class LoginHost(World world, TokenEndpoint tokens, EntraAnswers answers)
{
    public async Task<Answer> AnswerAsync(Exchange exchange, CancellationToken ct)
    {
        if (exchange.Tail(0, "common", "discovery", "instance"))
            return InstanceDiscovery(exchange).For(AzureCall.InstanceDiscovery);
        if (exchange.Segments.Length > 0 && !PlainSegment().IsMatch(exchange.Segments[0]))
            return Page();
        if (exchange.Method == "POST" && (exchange.Tail(1, "oauth2", "v2.0", "token") || exchange.Tail(1, "oauth2", "token")))
            return await tokens.AnswerAsync(exchange, ct);
        if (exchange.Tail(1, "v2.0", ".well-known", "openid-configuration") || exchange.Tail(1, ".well-known", "openid-configuration"))
            return OpenIdConfiguration(exchange).For(AzureCall.OpenIdConfiguration);
        if (exchange.Tail(1, "discovery", "v2.0", "keys") || exchange.Tail(1, "discovery", "keys"))
            return Keys();
        return new Answer { Status = 404, Body = Encoding.UTF8.GetBytes("<html><body>404</body></html>"), ContentType = "text/html; charset=utf-8" };
    }

    // recording entra-instance-discovery-200
    private Answer InstanceDiscovery(Exchange exchange)
    {
        if (!Uri.TryCreate(exchange.Query("authorization_endpoint"), UriKind.Absolute, out var endpoint) ||
            Proxy.PublicHosts.Find(endpoint.Host).Kind != Proxy.HostKind.Login)
            return answers.Refuse(SignInError.UnknownInstance(), exchange.Header("client-request-id"));
        var tenant = endpoint.Segments.ElementAtOrDefault(1)?.Trim('/') ?? "common";
        return EntraAnswers.Discovery(Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("tenant_discovery_endpoint", $"https://{endpoint.Host}/{tenant}/v2.0/.well-known/openid-configuration");
            json.WriteString("api-version", "1.1");
            json.WriteStartArray("metadata");
            foreach (var names in Aliases)
            {
                json.WriteStartObject();
                json.WriteString("preferred_network", names[0]);
                json.WriteString("preferred_cache", names.Contains("login.windows.net") ? "login.windows.net" : names[0]);
                json.WriteStrings("aliases", names);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    // recording entra-openid-configuration-200; refused with invalid_tenant (azure-wire §1.5)
    private Answer OpenIdConfiguration(Exchange exchange)
    {
        var segment = exchange.Segments[0];
        var (tenant, error) = segment is "common" or "organizations" ? (null, null) : TokenEndpoint.FindTenant(world, segment);
        if (error is not null)
            return answers.Refuse(error with { Error = "invalid_tenant" }, exchange.Header("client-request-id"));
        var id = tenant?.Id.ToString() ?? "{tenantid}";
        var login = $"https://{exchange.Cloud.Login}/{tenant?.Id.ToString() ?? segment}";
        return EntraAnswers.Discovery(Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("token_endpoint", $"{login}/oauth2/v2.0/token");
            json.WriteStrings("token_endpoint_auth_methods_supported", ["client_secret_post", "private_key_jwt", "client_secret_basic"]);
            json.WriteString("jwks_uri", $"{login}/discovery/v2.0/keys");
            json.WriteStrings("response_modes_supported", ["query", "fragment", "form_post"]);
            json.WriteStrings("subject_types_supported", ["pairwise"]);
            json.WriteStrings("id_token_signing_alg_values_supported", ["RS256"]);
            json.WriteStrings("response_types_supported", ["code", "id_token", "code id_token", "id_token token"]);
            json.WriteStrings("scopes_supported", ["openid", "profile", "email", "offline_access"]);
            json.WriteString("issuer", $"https://{exchange.Cloud.Login}/{id}/v2.0");
            json.WriteBoolean("request_uri_parameter_supported", false);
            json.WriteString("userinfo_endpoint", $"https://{exchange.Cloud.Graph}/oidc/userinfo");
            json.WriteString("authorization_endpoint", $"{login}/oauth2/v2.0/authorize");
            json.WriteString("device_authorization_endpoint", $"{login}/oauth2/v2.0/devicecode");
            json.WriteBoolean("http_logout_supported", true);
            json.WriteBoolean("frontchannel_logout_supported", true);
            json.WriteString("end_session_endpoint", $"{login}/oauth2/v2.0/logout");
            json.WriteStrings("claims_supported", ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
                "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"]);
            json.WriteString("kerberos_endpoint", $"{login}/kerberos");
            json.WriteString("tenant_region_scope", "EU");
            json.WriteString("cloud_instance_name", exchange.Cloud.Login["login.".Length..]);
            json.WriteString("cloud_graph_host_name", "graph.windows.net");
            json.WriteString("msgraph_host", exchange.Cloud.Graph);
            json.WriteString("rbac_url", "https://pas.windows.net");
            json.WriteEndObject();
        }));
    }

    // azure-wire §1.6: jwks_uri
    private static Answer Keys() => EntraAnswers.Discovery(Answer.Json(200, json =>
    {
        var key = TokenSigner.PublicKey;
        json.WriteStartObject();
        json.WriteStartArray("keys");
        json.WriteStartObject();
        json.WriteString("kty", "RSA");
        json.WriteString("use", "sig");
        json.WriteString("kid", TokenSigner.KeyId);
        json.WriteString("x5t", TokenSigner.KeyId);
        json.WriteString("n", Base64Url.EncodeToString(key.Modulus));
        json.WriteString("e", Base64Url.EncodeToString(key.Exponent));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }));

    // azure-wire §1.5: garbage in the tenant segment brings a page, with 200
    private static Answer Page() => new()
    {
        Status = 200,
        ContentType = "text/html; charset=utf-8",
        Body = Encoding.UTF8.GetBytes($"<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>{new string(' ', 150_000)}</body></html>"),
    };

    private static readonly string[][] Aliases =
    [
        ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        ["login.microsoftonline.de"],
        ["login.microsoftonline.us", "login.usgovcloudapi.net"],
        ["login-us.microsoftonline.com"],
    ];

    [GeneratedRegex("^[A-Za-z0-9.-]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainSegment();
}
