namespace Layer.AzureEmulator.Entra;

/// <summary>A refusal of the token endpoint. Bodies and statuses: azure-wire §1.4 and §1.5.</summary>
internal sealed record SignInError(int Code, int Status, string Error, string Description)
{
    /// <summary>Set for Conditional Access (recording entra-400-53003-2025).</summary>
    public Guid? BlockingPolicy { get; init; }

    /// <summary>The code pages know some codes only (azure-wire §1.4).</summary>
    public bool HasErrorUri { get; init; } = true;

    // recording entra-token-400-900023-bad-tenant
    public static SignInError BadTenant(string tenant) => new(900023, 400, "invalid_request",
        $"Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.");

    // recording entra-token-400-90002-tenant-not-found
    public static SignInError UnknownTenant(string tenant) => new(90002, 400, "invalid_request",
        $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. " +
        "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.");

    // azure-wire §1.5
    public static SignInError MissingParameter(string name) => new(900144, 400, "invalid_request",
        $"The request body must contain the following parameter: '{name}'.");

    // azure-wire §1.5, text from memory
    public static SignInError UnsupportedGrant(string grant) => new(70003, 400, "unsupported_grant_type",
        $"The app requested an unsupported grant type '{grant}'.");

    // recording entra-400-700016-2026
    public static SignInError UnknownApp(string client, string tenant) => new(700016, 400, "unauthorized_client",
        $"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been " +
        "installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.");

    // azure-wire §1.5; status from memory
    public static SignInError NoServicePrincipal(Guid client, Guid tenant) => new(7000229, 401, "invalid_client",
        $"The client application {client} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119");

    // azure-wire §1.5; status from memory
    public static SignInError Disabled(Guid client, string name) => new(7000112, 401, "unauthorized_client",
        $"Application '{client}'({name}) is disabled.");

    // recording entra-401-7000216-2021
    public static SignInError NoCredential() => new(7000216, 401, "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.");

    // recording entra-401-7000215-2023
    public static SignInError WrongSecret(Guid client) => new(7000215, 401, "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, " +
        $"for a secret added to app '{client}'.");

    // recording entra-401-7000222-2026
    public static SignInError ExpiredSecret(Guid client) => new(7000222, 401, "invalid_client",
        $"The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: " +
        "https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.");

    // azure-wire §1.5; head of the text and status from memory
    public static SignInError UnknownKey(Guid client, string thumbprint) => new(700027, 401, "invalid_client",
        $"The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., " +
        $"Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'.");

    // azure-wire §1.5; status from memory
    public static SignInError AssertionTimes(DateTimeOffset now, DateTimeOffset from, DateTimeOffset to) => new(700024, 401, "invalid_client",
        $"Client assertion is not within its valid time range. Current time: {JsonBytes.Ticks(now)}, assertion valid from {JsonBytes.Ticks(from)}, " +
        $"expiry time of assertion {JsonBytes.Ticks(to)}. Review the documentation at " +
        "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");

    // recording entra-401-700213-2026
    public static SignInError NoFederation(string subject) => new(700213, 401, "invalid_client",
        $"No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, " +
        "Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation");

    // azure-wire §1.5
    public static SignInError BadScope(string scope) => new(1002012, 400, "invalid_scope",
        $"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource " +
        "identifier (application ID URI).");

    // azure-wire §1.5
    public static SignInError MalformedScope(string scope) => new(70011, 400, "invalid_scope",
        $"The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.");

    // azure-wire §1.5; status from memory
    public static SignInError UnknownResource(string resource, string tenant) => new(500011, 400, "invalid_resource",
        $"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed " +
        "by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.");

    // recording entra-400-53003-2025
    public static SignInError ConditionalAccess(Guid policy) => new(53003, 400, "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.") { BlockingPolicy = policy };

    // azure-wire §1.5, from memory
    public static SignInError Transient() => new(90033, 503, "temporarily_unavailable", "A transient error has occurred. Please try again.");

    // azure-wire §1.5; text from memory
    public static SignInError UnknownInstance() => new(50049, 400, "invalid_instance", "Unknown or invalid instance.");

    /// <summary>A code nobody has heard of: callers must fall back to Microsoft's text.</summary>
    public static SignInError Any(int code) => new(code, 400, "invalid_request", "An error of a kind that is not in the catalogue.") { HasErrorUri = false };
}
