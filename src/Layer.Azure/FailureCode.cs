namespace Layer.Azure;

/// <summary>The codes this connector fails with; each has an entry in the error catalog (a spec compares).</summary>
internal static class FailureCode
{
    // What was typed.
    public const string SecretIsAnId = "SECRET_IS_AN_ID";
    public const string TenantInvalid = "TENANT_INVALID";
    public const string TenantNotRevealed = "TENANT_NOT_REVEALED";

    // Sign-in (azure-wire 1.5).
    public const string SecretInvalid = "SECRET_INVALID";
    public const string SecretExpired = "SECRET_EXPIRED";
    public const string CredentialMissing = "CREDENTIAL_MISSING";
    public const string AppNotInTenant = "APP_NOT_IN_TENANT";
    public const string ServicePrincipalMissing = "SERVICE_PRINCIPAL_MISSING";
    public const string AppDisabled = "APP_DISABLED";
    public const string TenantNotFound = "TENANT_NOT_FOUND";
    public const string CertificateUnknown = "CERTIFICATE_UNKNOWN";
    public const string AssertionExpired = "ASSERTION_EXPIRED";
    public const string FederationMismatch = "FEDERATION_MISMATCH";
    public const string FederatedTokenUnreadable = "FEDERATED_TOKEN_UNREADABLE";
    public const string BlockedByPolicy = "BLOCKED_BY_POLICY";
    public const string ResourceNotInTenant = "RESOURCE_NOT_IN_TENANT";
    public const string ManagedIdentityUnavailable = "MANAGED_IDENTITY_UNAVAILABLE";
    public const string SignInMalformed = "SIGN_IN_MALFORMED";

    // The token is not taken (azure-wire 4).
    public const string TokenExpired = "TOKEN_EXPIRED";
    public const string TokenRevoked = "TOKEN_REVOKED";
    public const string TokenRejected = "TOKEN_REJECTED";
    public const string WrongAudience = "WRONG_AUDIENCE";

    // The subscription.
    public const string SubscriptionNotFound = "SUBSCRIPTION_NOT_FOUND";
    public const string SubscriptionDeleted = "SUBSCRIPTION_DELETED";
    public const string SubscriptionMismatch = "SUBSCRIPTION_MISMATCH";
    public const string WrongTenant = "WRONG_TENANT";
    public const string Lighthouse = "LIGHTHOUSE";

    // Rights.
    public const string NoReader = "NO_READER";
    public const string PartialScope = "PARTIAL_SCOPE";
    public const string WitnessUnknown = "WITNESS_UNKNOWN";

    // Answers that cannot be evidence.
    public const string EmptyAnswer = "EMPTY_ANSWER";
    public const string MalformedAnswer = "MALFORMED_ANSWER";
    public const string IncompleteAnswer = "INCOMPLETE_ANSWER";
    public const string AnswerTooLarge = "ANSWER_TOO_LARGE";
    public const string NextLinkForeign = "NEXT_LINK_FOREIGN";
    public const string NextLinkRepeated = "NEXT_LINK_REPEATED";
    public const string TokenWithoutIdentity = "TOKEN_WITHOUT_IDENTITY";
    public const string DeadlinePassed = "DEADLINE_PASSED";
    public const string TooManyPages = "TOO_MANY_PAGES";
    public const string DuplicateDiffers = "DUPLICATE_DIFFERS";
    public const string ListMoved = "LIST_MOVED";
    public const string ClockSkew = "CLOCK_SKEW";

    // The way to Azure.
    public const string Throttled = "THROTTLED";
    public const string CannotReach = "CANNOT_REACH";
    public const string TlsNotTrusted = "TLS_NOT_TRUSTED";
    public const string ProxyRefused = "PROXY_REFUSED";
    public const string AzureUnavailable = "AZURE_UNAVAILABLE";
    public const string AzureUnknown = "AZURE_UNKNOWN";

    // Optional parts of the check.
    public const string NamesUnavailable = "NAMES_UNAVAILABLE";
    public const string SecretExpiryUnknown = "SECRET_EXPIRY_UNKNOWN";
    public const string SecretExpiresSoon = "SECRET_EXPIRES_SOON";
    public const string CanWrite = "CAN_WRITE";
    public const string PermissionsUnreadable = "PERMISSIONS_UNREADABLE";
}
