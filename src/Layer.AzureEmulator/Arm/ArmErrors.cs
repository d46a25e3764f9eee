using System.Text;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>Refusals of management.azure.com with their exact texts (azure-wire §2, §3.1, §4).</summary>
internal static class ArmErrors
{
    public static Answer Error(int status, string code, string message) => Answer.Json(status, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("code", code);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndObject();
    }).With("x-ms-failure-cause", "gateway");

    // recording arm-401-no-authorization-header; azure-wire §2: no tenant where no subscription is named
    public static Answer NoToken(Guid? tenant) => Challenged(
        Error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."),
        tenant, "The authentication failed because of missing 'Authorization' header.");

    // azure-wire §4
    public static Answer InvalidToken(Guid? tenant) => Challenged(
        Error(401, "InvalidAuthenticationToken", "The access token is invalid."), tenant, "The access token is invalid.");

    // azure-wire §4: the service principal was deleted or has not spread yet
    public static Answer TokenWithoutPrincipal(Guid? tenant) => Challenged(
        Error(401, "InvalidAuthenticationToken",
            "The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be present. " +
            "If you are accessing as an application please make sure service principal is properly created in the tenant."),
        tenant, "The access token is invalid.");

    // recording arm-401-expired-token
    public static Answer ExpiredToken(Guid? tenant, DateTimeOffset expired, DateTimeOffset now) => Challenged(
        Error(401, "ExpiredAuthenticationToken",
            $"The access token expiry UTC time '{UsTime(expired)}' is earlier than current UTC time '{UsTime(now)}'."),
        tenant, "The access token has expired.");

    // recording arm-401-InvalidAuthenticationTokenTenant-2022
    public static Answer WrongTenant(Guid issued, Guid tenant) => Challenged(
        Error(401, "InvalidAuthenticationTokenTenant",
            $"The access token is from the wrong issuer 'https://sts.windows.net/{issued}/'. It must match the tenant 'https://sts.windows.net/{tenant}/' " +
            $"associated with this subscription. Please use the authority (URL) 'https://login.windows.net/{tenant}' to get the token. Note, if the " +
            "subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to " +
            "propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later."),
        tenant,
        "The access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use correct authority to get the token.");

    // azure-wire §4
    public static Answer WrongAudience(Guid? tenant, string audience, IEnumerable<string> allowed) => Challenged(
        Error(401, "InvalidAuthenticationTokenAudience",
            $"The 'EvolvedSecurityTokenService' access token has been obtained for wrong audience or resource '{audience}'. It should exactly match with " +
            $"one of the allowed audiences {string.Join(',', allowed.Select(a => $"'{a}/','{a}'"))}."),
        tenant, "The access token has been obtained from wrong audience or resource.");

    // azure-wire §4: continuous access evaluation
    public static Answer ClaimsChallenge(DateTimeOffset now)
    {
        var claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + now.ToUnixTimeSeconds() + "\"}}}";
        return Error(401, "TokenIssuedBeforeRevocationTimestamp", "The access token was issued before the revocation timestamp.").With("WWW-Authenticate",
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", " +
            $"claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims))}\"");
    }

    // recording arm-get-subscription-403-no-role
    public static Answer Forbidden(Caller caller, string action, string scope) => Error(403, "AuthorizationFailed",
        $"The client '{caller.ObjectId}' with object id '{caller.ObjectId}' does not have authorization to perform action '{action}' over scope " +
        $"'{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.");

    // recording arm-get-subscription-404-not-found
    public static Answer SubscriptionNotFound(string id) => Error(404, "SubscriptionNotFound", $"The subscription '{id}' could not be found.");

    // recording arm-get-subscription-400-malformed
    public static Answer InvalidSubscription(string id) =>
        Error(400, "InvalidSubscriptionId", $"The provided subscription identifier '{id}' is malformed or invalid.");

    // azure-wire §4
    public static Answer ResourceGroupNotFound(string name) => Error(404, "ResourceGroupNotFound", $"Resource group '{name}' could not be found.");

    // azure-wire §4
    public static Answer InvalidResourceGroup(string name, string invalid) => Error(400, "InvalidResourceGroup",
        $"The provided resource group name '{name}' has these invalid characters: '{invalid}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.");

    // azure-wire §3.1
    public static Answer MissingApiVersion() => Error(400, "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.");

    // azure-wire §3.1, text partly from memory
    public static Answer InvalidApiVersion(string version, IEnumerable<string> supported) => Error(400, "InvalidApiVersionParameter",
        $"The api-version '{version}' is invalid. The supported versions are '{string.Join(',', supported)}'.");

    // azure-wire §3.1
    public static Answer InvalidResourceType(string type, string space, string version) => Error(404, "InvalidResourceType",
        $"The resource type '{type}' could not be found in the namespace '{space}' for api version '{version}'.");

    // azure-wire §3.4 lists the filters; the refusal of any other is from memory
    public static Answer UnsupportedFilter(string filter) => Error(400, "UnsupportedQuery", $"The filter '{filter}' is not supported.");

    // azure-wire §3.5, from memory
    public static Answer RoleDefinitionNotFound(string id) => Error(404, "RoleDefinitionDoesNotExist", $"The specified role definition with ID '{id}' does not exist.");

    // azure-wire §3.4, from memory
    public static Answer RoleAssignmentNotFound(string id) => Error(404, "RoleAssignmentNotFound", $"The role assignment '{id}' is not found.");

    // recording arm-429-SubscriptionRequestsThrottled-2026
    public static Answer Throttled(Guid? subscription, Caller? caller, int seconds) => Error(429, "SubscriptionRequestsThrottled",
            $"Number of 'read' requests for subscription '{subscription}' actor '{caller?.ObjectId}' exceeded. Please try again after '{seconds}' seconds.")
        .With("Retry-After", seconds.ToString());

    // azure-wire §4: not implemented here means not known here
    public static Answer NotFound(string path) => Error(404, "NotFound", $"The resource '{path}' is not part of the emulator.");

    public static Answer DisabledSubscription(Subscription subscription) => Error(409, "ReadOnlyDisabledSubscription",
        $"The subscription '{subscription.Id}' is disabled and therefore marked as read only. You cannot perform any write actions on this " +
        "subscription until it is re-enabled.");

    private static Answer Challenged(Answer answer, Guid? tenant, string description) => answer.With("WWW-Authenticate",
        $"Bearer authorization_uri=\"https://login.windows.net/{tenant}\", error=\"invalid_token\", error_description=\"{description}\"");

    private static string UsTime(DateTimeOffset at) => at.UtcDateTime.ToString("M/d/yyyy h:mm:ss tt");
}
