using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.Azure.Errors;
using Layer.Evidence.Errors;

namespace Layer.Tests.Azure.Errors;

public sealed class SignInFailureSpecs
{
    private static readonly Guid Client = Guid.Parse("a15a5597-dd5a-4b93-a8bd-8e3ab7205c89");

    private static readonly Dictionary<string, string> Facts = AzureFacts.Of(
        new AzureTarget(AzureCloud.Public, Guid.Parse("f93ffd1e-3808-42dc-ac00-edf92324abdd"), Guid.Parse("12671e0e-80c7-45f7-aac3-727c257e0387")), Client);

    // Status, error, number and text as recorded or documented (azure-wire 1.5).
    public static TheoryData<string, int, string, long, string> Documented => new()
    {
        { "SECRET_INVALID", 401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'e2addc41-18c6-4ccd-a27c-079b024a96b9'." },
        { "SECRET_INVALID", 401, "invalid_client", 7000215, "Invalid client secret is provided." },
        { "SECRET_EXPIRED", 401, "invalid_client", 7000222, "The provided client secret keys for app '***' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds." },
        { "CREDENTIAL_MISSING", 401, "invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type." },
        { "APP_NOT_IN_TENANT", 400, "unauthorized_client", 700016, "Application with identifier 'a15a5597-dd5a-4b93-a8bd-8e3ab7205c89' was not found in the directory 'EUNEIZ'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant." },
        { "SERVICE_PRINCIPAL_MISSING", 401, "invalid_client", 7000229, "The client application a15a5597-dd5a-4b93-a8bd-8e3ab7205c89 is missing service principal in the tenant 12671e0e-80c7-45f7-aac3-727c257e0387." },
        { "APP_DISABLED", 401, "unauthorized_client", 7000112, "Application 'a15a5597-dd5a-4b93-a8bd-8e3ab7205c89'(layer) is disabled." },
        { "TENANT_NOT_FOUND", 400, "invalid_request", 90002, "Tenant '12671e0e-80c7-45f7-aac3-727c257e0387' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant." },
        { "TENANT_INVALID", 400, "invalid_request", 900023, "Specified tenant identifier 'directoryid' is neither a valid DNS name, nor a valid external domain." },
        { "CERTIFICATE_UNKNOWN", 401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: 'AB12']" },
        { "ASSERTION_EXPIRED", 401, "invalid_client", 700024, "Client assertion is not within its valid time range. Current time: 2023-05-30T05:19:20.3135329Z, assertion valid from 2023-02-28T08:57:37.0000000Z, expiry time of assertion 2023-02-28T09:57:37.0000000Z." },
        { "FEDERATION_MISMATCH", 401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject 'repository_owner_id:1000001:environment:tests'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion." },
        { "FEDERATION_MISMATCH", 401, "unauthorized_client", 70021, "No matching federated identity record found for presented assertion." },
        { "BLOCKED_BY_POLICY", 400, "invalid_grant", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance." },
        { "RESOURCE_NOT_IN_TENANT", 400, "invalid_resource", 500011, "The resource principal named https://management.azure.com was not found in the tenant named Contoso." },
        { "SCOPE_REFUSED", 400, "invalid_scope", 1002012, "The provided value for scope x is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)." },
        { "SCOPE_REFUSED", 400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid. The scope x is not valid." },
        { "SIGN_IN_REQUEST_REFUSED", 400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'." },
        { "SIGN_IN_REQUEST_REFUSED", 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type 'x'." },
        { "AUTHORITY_UNKNOWN", 400, "invalid_instance", 50049, "Unknown or invalid instance." },
        { "SIGN_IN_UNAVAILABLE", 503, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again." },
        { "SIGN_IN_REFUSED", 400, "invalid_request", 9009999, "Something Microsoft thought of yesterday." },
    };

    [Theory]
    [MemberData(nameof(Documented))]
    public void Each_documented_error_of_Entra_has_its_code_in_the_old_and_the_new_form(string code, int status, string error, long number, string text)
    {
        foreach (var form in new[] { Body(error, number, text, "\r\n"), Body(error, number, text, " ") })
        {
            var failure = SignInFailure.Classify(status, form, null, Facts);

            Assert.Equal(code, failure.Code);
            Assert.Equal(number.ToString(), failure.Facts["microsoftCode"]);
            Assert.Equal($"AADSTS{number}: {text}", failure.Facts["microsoftText"]);
            Assert.Equal("cca76d39-a72e-4434-a5a5-2e3fc419696a", failure.Facts["correlationId"]);
        }
    }

    [Theory]
    [MemberData(nameof(Documented))]
    public void The_card_of_each_has_nothing_left_to_fill(string code, int status, string error, long number, string text)
    {
        var failure = SignInFailure.Classify(status, Body(error, number, text, " "), null, Facts);

        Cards.AssertFilled(failure);
        Assert.Equal(code, failure.Code);
    }

    [Theory]
    [InlineData("invalid_tenant", "TENANT_NOT_FOUND")]
    [InlineData("invalid_instance", "AUTHORITY_UNKNOWN")]
    [InlineData("invalid_scope", "SCOPE_REFUSED")]
    [InlineData("invalid_resource", "RESOURCE_NOT_IN_TENANT")]
    [InlineData("unsupported_grant_type", "SIGN_IN_REQUEST_REFUSED")]
    [InlineData("temporarily_unavailable", "SIGN_IN_UNAVAILABLE")]
    [InlineData("invalid_client", "SIGN_IN_REFUSED")]
    public void Without_a_number_the_word_decides(string error, string code) =>
        Assert.Equal(code, SignInFailure.Classify(400, Bytes($$"""{"error":"{{error}}"}"""), null, Facts).Code);

    [Fact]
    public void The_number_is_found_in_the_text_when_the_list_of_codes_is_missing()
    {
        var body = Bytes("""{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: x"}""");

        Assert.Equal("SECRET_EXPIRED", SignInFailure.Classify(401, body, null, Facts).Code);
    }

    [Fact]
    public void An_unknown_number_shows_Microsofts_text_its_lookup_page_and_the_correlation_id()
    {
        var failure = SignInFailure.Classify(400, Body("invalid_request", 9009999, "Something new.", " "), null, Facts);
        var card = ErrorCard.Fill(AzureErrors.Get(failure.Code), failure.Facts, connecting: true);

        Assert.Equal("Microsoft's words: AADSTS9009999: Something new.", card.Why);
        Assert.Equal("https://login.microsoftonline.com/error?code=9009999", card.Link);
        Assert.Contains(card.DoThis, step => step.Contains("cca76d39-a72e-4434-a5a5-2e3fc419696a"));
        Assert.Equal(FailureKind.SignIn, AzureErrors.Get(failure.Code).Kind);
    }

    [Theory]
    [InlineData(429, "", "THROTTLED")]
    [InlineData(429, "slow down", "THROTTLED")]
    [InlineData(503, "<html><body>busy</body></html>", "SIGN_IN_UNAVAILABLE")]
    [InlineData(500, "", "SIGN_IN_UNAVAILABLE")]
    [InlineData(200, "<!DOCTYPE html><html></html>", "ANSWER_IS_A_PAGE")]
    [InlineData(403, "\r\n <html><title>Blocked</title></html>", "ANSWER_IS_A_PAGE")]
    [InlineData(200, """{"token_type":"Bearer"}""", "SIGN_IN_MALFORMED")]
    [InlineData(200, """{"token_type":"Be""", "SIGN_IN_MALFORMED")]
    [InlineData(400, "", "SIGN_IN_REFUSED")]
    [InlineData(400, "[1,2]", "SIGN_IN_REFUSED")]
    public void An_answer_that_is_not_Entras_own_form_is_named_too(int status, string body, string code)
    {
        var failure = SignInFailure.Classify(status, Bytes(body), TimeSpan.FromSeconds(17), Facts);

        Assert.Equal(code, failure.Code);
        Cards.AssertFilled(failure);
        Assert.Equal(code == "THROTTLED" ? "17" : null, failure.Facts.GetValueOrDefault("retryAfter"));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static ReadOnlyMemory<byte> Body(string error, long number, string text, string between) =>
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            error,
            error_description = $"AADSTS{number}: {text}{between}Trace ID: 660d6d21-e410-4f8c-a9e2-af9f89d5b0e8{between}"
                + $"Correlation ID: cca76d39-a72e-4434-a5a5-2e3fc419696a{between}Timestamp: 2023-05-06 06:03:00Z",
            error_codes = new[] { number },
            timestamp = "2023-05-06 06:03:00Z",
            trace_id = "660d6d21-e410-4f8c-a9e2-af9f89d5b0e8",
            correlation_id = "cca76d39-a72e-4434-a5a5-2e3fc419696a",
            error_uri = $"https://login.microsoftonline.com/error?code={number}",
        });
}
