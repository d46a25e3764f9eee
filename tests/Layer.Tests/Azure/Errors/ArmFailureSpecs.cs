using System.Text;
using Layer.Azure;
using Layer.Azure.Errors;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Tests.Azure.Errors;

public sealed class ArmFailureSpecs
{
    private const string Subscription = "f93ffd1e-3808-42dc-ac00-edf92324abdd";
    private const string OtherTenant = "f1b67105-4f6e-4a3c-a7d9-7a18aa4863d2";
    private const string ReadAssignments = "Microsoft.Authorization/roleAssignments/read";

    private const string NotYet = " or the scope is invalid. If access was recently granted, please refresh your credentials.";

    // Bodies as recorded or documented (azure-wire 2, 3.1, 4, 7).
    public static TheoryData<string, int, string, string, string?> Documented => new()
    {
        { "TOKEN_REJECTED", 401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", $"Bearer authorization_uri=\"https://login.windows.net/{OtherTenant}\", error=\"invalid_token\", error_description=\"The authentication failed because of missing 'Authorization' header.\"" },
        { "TOKEN_EXPIRED", 401, "ExpiredAuthenticationToken", "The access token expiry UTC time '10/16/2018 4:13:37 PM' is earlier than current UTC time '10/16/2018 7:22:54 PM'.", "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\", error_description=\"The access token has expired.\"" },
        { "WRONG_TENANT", 401, "InvalidAuthenticationTokenTenant", $"The access token is from the wrong issuer 'https://sts.windows.net/d6849c29-b40a-4b9c-a40c-eb2f0152bb14/'. It must match the tenant 'https://sts.windows.net/{OtherTenant}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/{OtherTenant}' to get the token.", $"Bearer authorization_uri=\"https://login.windows.net/{OtherTenant}\", error=\"invalid_token\"" },
        { "WRONG_TENANT", 401, "InvalidAuthenticationTokenTenant", $"The access token is from the wrong issuer 'https://sts.windows.net/d6849c29-b40a-4b9c-a40c-eb2f0152bb14/'. Please use the authority (URL) 'https://login.windows.net/{OtherTenant}' to get the token.", null },
        { "WRONG_AUDIENCE", 401, "InvalidAuthenticationTokenAudience", "The 'EvolvedSecurityTokenService' access token has been obtained for wrong audience or resource 'https://management.azure.com'. It should exactly match with one of the allowed audiences 'https://management.core.usgovcloudapi.net/'.", null },
        { "TOKEN_REJECTED", 401, "InvalidAuthenticationToken", "The access token is invalid.", null },
        { "TOKEN_EXPIRED", 401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.", null },
        { "TOKEN_WITHOUT_IDENTITY", 401, "InvalidAuthenticationToken", "The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be present. If you are accessing as an application please make sure service principal is properly created in the tenant.", null },
        { "TOKEN_REVOKED", 401, "TokenIssuedBeforeRevocationTimestamp", "The token was issued before it was revoked.", "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"" },
        { "NO_READER", 403, "AuthorizationFailed", $"The client 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' with object id 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' does not have authorization to perform action 'Microsoft.Resources/subscriptions/read' over scope '/subscriptions/{Subscription}'" + NotYet, null },
        { "RIGHT_MISSING", 403, "AuthorizationFailed", $"The client 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' with object id 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/read' over scope '/subscriptions/{Subscription}'.", null },
        { "RIGHT_MISSING", 403, "AuthorizationFailed", $"The client 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' with object id 'f0b5a367-e05f-4ea7-a691-3865d453a6ac' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/read' over scope '/subscriptions/{Subscription}/providers/Microsoft.Authorization'" + NotYet, null },
        { "ACCESS_REFUSED", 403, "DenyAssignmentAuthorizationFailed", "Access is denied because of a deny assignment.", null },
        { "SUBSCRIPTION_NOT_FOUND", 404, "SubscriptionNotFound", $"The subscription '{Subscription}' could not be found.", null },
        { "SUBSCRIPTION_ID_MALFORMED", 400, "InvalidSubscriptionId", "The provided subscription identifier 'some-fake-subscription-id' is malformed or invalid.", null },
        { "API_VERSION_REFUSED", 400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", null },
        { "API_VERSION_REFUSED", 400, "NoRegisteredProviderFound", "No registered resource provider found for API version '2022-04-01'.", null },
        { "THROTTLED", 429, "SubscriptionRequestsThrottled", $"Number of 'read' requests for subscription '{Subscription}' actor 'a0b77621-543c-4866-adef-6d6f1ca4b71e' exceeded. Please try again after '10' seconds.", null },
        { "THROTTLED", 429, "TooManyRequests", "The request for subscription could not be processed due to an excessive volume of traffic. Please try again later.", null },
        { "AZURE_UNAVAILABLE", 500, "InternalServerError", "Encountered internal server error.", null },
        { "AZURE_UNAVAILABLE", 503, "ServiceUnavailable", "The service is unavailable.", null },
        { "NAMES_UNAVAILABLE", 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", null },
        { "AZURE_UNKNOWN", 409, "MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.X'.", null },
        { "AZURE_UNKNOWN", 404, "ResourceGroupNotFound", "Resource group 'rg' could not be found.", null },
    };

    [Theory]
    [MemberData(nameof(Documented))]
    public void Each_documented_error_of_ARM_has_its_code_with_and_without_the_envelope(string code, int status, string armCode, string message, string? challenge)
    {
        var inner = $$"""{"code":"{{armCode}}","message":"{{message}}"}""";
        foreach (var body in new[] { inner, $$"""{"error":{{inner}} }""" })
        {
            var failure = Classify(status, body, challenge);

            Assert.Equal(code, failure.Code);
            Assert.Equal(armCode, failure.Facts["microsoftCode"]);
            Assert.Equal(message, failure.Facts["microsoftText"]);
            Assert.Equal(status.ToString(), failure.Facts["status"]);
            Cards.AssertFilled(failure);
        }
    }

    [Fact]
    public void The_refused_action_scope_and_object_id_are_read_from_the_message()
    {
        var failure = Classify(403, Refusal("Microsoft.Authorization/roleDefinitions/read", "/subscriptions/x/providers/Microsoft.Authorization"), null);

        Assert.Equal("Microsoft.Authorization/roleDefinitions/read", failure.Facts["action"]);
        Assert.Equal("/subscriptions/x/providers/Microsoft.Authorization", failure.Facts["scope"]);
        Assert.Equal("b34fdb8e-2e36-41b4-af60-189831af6371", failure.Facts["objectId"]);
    }

    [Fact]
    public void An_action_that_differs_only_in_case_is_shown_as_it_is_documented()
    {
        var failure = Classify(403, Refusal("microsoft.authorization/ROLEASSIGNMENTS/read", "/subscriptions/x"), null);

        Assert.Equal(ReadAssignments, failure.Facts["action"]);
    }

    [Theory]
    [InlineData(302, "", "UNEXPECTED_STATUS")]
    [InlineData(204, "", "UNEXPECTED_STATUS")]
    [InlineData(404, "not found", "UNEXPECTED_STATUS")]
    [InlineData(400, "{}", "UNEXPECTED_STATUS")]
    [InlineData(403, "<html><body>The page cannot be displayed</body></html>", "ANSWER_IS_A_PAGE")]
    [InlineData(200, "\n<!doctype html>", "ANSWER_IS_A_PAGE")]
    [InlineData(502, "<html><body>Bad gateway</body></html>", "AZURE_UNAVAILABLE")]
    [InlineData(504, "The page cannot be displayed because an internal server error has occurred.", "AZURE_UNAVAILABLE")]
    [InlineData(408, "", "AZURE_UNAVAILABLE")]
    [InlineData(401, "", "TOKEN_REJECTED")]
    [InlineData(403, "", "ACCESS_REFUSED")]
    [InlineData(403, "{\"error\":\"nonsense\"}", "ACCESS_REFUSED")]
    public void An_answer_that_is_not_ARMs_own_form_is_named_too(int status, string body, string code)
    {
        var failure = Classify(status, body, null);

        Assert.Equal(code, failure.Code);
        Cards.AssertFilled(failure);
    }

    [Fact]
    public void The_tenant_comes_from_the_challenge_and_its_host_is_ignored()
    {
        Assert.Equal(OtherTenant, ArmFailure.FindTenant($"Bearer authorization_uri=\"https://evil.example/{OtherTenant.ToUpperInvariant()}\", error=\"invalid_token\""));
        Assert.Null(ArmFailure.FindTenant("Bearer authorization_uri=\"https://login.windows.net/\""));
        Assert.Null(ArmFailure.FindTenant(null));
    }

    [Fact]
    public void A_text_longer_than_a_person_reads_is_cut()
    {
        var failure = Classify(400, $$$"""{"error":{"code":"Wordy","message":"{{{new string('x', 5000)}}}"}}""", null);

        Assert.InRange(failure.Facts["microsoftText"].Length, 100, 700);
    }

    [Fact]
    public void What_Azure_asked_to_wait_is_named_in_seconds()
    {
        var failure = ArmFailure.Classify(429, default, null, TimeSpan.FromSeconds(3600), Facts());
        var card = ErrorCard.Fill(AzureErrors.Get(failure.Code), failure.Facts, connecting: false);

        Assert.Contains("3600 seconds", card.Why);
    }

    private static string Refusal(string action, string scope) =>
        $$$"""{"error":{"code":"AuthorizationFailed","message":"The client 'b34fdb8e-2e36-41b4-af60-189831af6371' with object id 'b34fdb8e-2e36-41b4-af60-189831af6371' does not have authorization to perform action '{{{action}}}' over scope '{{{scope}}}'."}}""";

    private static Failure Classify(int status, string body, string? challenge)
    {
        var facts = Facts();
        if (body.Contains("with object id"))
            facts.Remove("objectId");
        return ArmFailure.Classify(status, Encoding.UTF8.GetBytes(body), challenge, TimeSpan.FromSeconds(10), facts);
    }

    private static Dictionary<string, string> Facts()
    {
        var facts = AzureFacts.Of(
            new AzureTarget(AzureCloud.Public, Guid.Parse(Subscription), Guid.Parse("d6849c29-b40a-4b9c-a40c-eb2f0152bb14")),
            Guid.Parse("a15a5597-dd5a-4b93-a8bd-8e3ab7205c89"));
        facts["host"] = "management.azure.com";
        facts["list"] = "azure.roleAssignment";
        facts["action"] = ReadAssignments;
        facts["objectId"] = "a0b77621-543c-4866-adef-6d6f1ca4b71e";
        facts["requestId"] = "428c8df4-43f2-4d26-a3e7-daf2b52853c7";
        return facts;
    }
}
