using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>Microsoft Entra would not give a token, or Azure would not take it.</summary>
internal static class SignInErrors
{
    // AADSTS7000215
    public static ErrorEntry SecretInvalid { get; } = new()
    {
        Code = "SECRET_INVALID",
        Title = "That is not the secret's value",
        Why = "Microsoft Entra did not recognise the secret for app {clientId}. Usually the Secret ID was copied; the Value is longer and is shown only once, when the secret is made.",
        DoThis = ["Create a new secret with the command; the secrets that exist keep working.", "Enter its output as the client secret."],
        Commands = [Commands.NewSecret],
        Link = Portal.Credentials,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // Seen before any request: a client secret is never a GUID, a secret's id always is.
    public static ErrorEntry SecretIsAnId { get; } = new()
    {
        Code = "SECRET_IS_AN_ID",
        Title = "This is the secret's ID, not its value",
        Why = "What was entered has the shape of a Secret ID (a GUID). The Value is in the column beside it and is shown only once, when the secret is made.",
        DoThis = ["Create a new secret with the command; the secrets that exist keep working.", "Enter its output as the client secret."],
        Commands = [Commands.NewSecret],
        Link = Portal.Credentials,
        Kind = FailureKind.Usage,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSent,
        SafeOnSync = "Nothing was sent to Azure. The secret in use stays as it was.",
    };

    // AADSTS7000222
    public static ErrorEntry SecretExpired { get; } = new()
    {
        Code = "SECRET_EXPIRED",
        Title = "The client secret has expired",
        Why = "Every Azure secret ends on a fixed date, and the one entered for app {clientId} is past it. Until it is replaced nobody can sign in with it.",
        DoThis = ["Create a new secret with the command.", "Enter its output: layer credential rotate tries it on every connection of this app, then swaps.", "Look at the other secrets of this app and when they end."],
        Commands = [Commands.NewSecret, Commands.ListSecrets],
        Link = Portal.Credentials,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS7000216
    public static ErrorEntry CredentialMissing { get; } = new()
    {
        Code = "CREDENTIAL_MISSING",
        Title = "The sign-in reached Microsoft without a credential",
        Why = "Microsoft Entra received the request for app {clientId} without a secret or an assertion. A proxy that rewrites requests to {loginHost} is the usual cause.",
        DoThis = ["Check that the client secret is not empty.", "Ask whoever runs the proxy to pass {loginHost} through unchanged."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS700016
    public static ErrorEntry AppNotInTenant { get; } = new()
    {
        Code = "APP_NOT_IN_TENANT",
        Title = "No such app in this tenant",
        Why = "Tenant {tenantId} has no app with the client ID {clientId}. Either the ID is mistyped (it is the Application (client) ID, not the Object ID), or the app was deleted or lives in another tenant.",
        DoThis = ["Sign in to the tenant with the first command.", "Compare the client ID with the second."],
        Commands = [Commands.SignInToTenant, Commands.FindApp],
        Link = Portal.AppRegistrations,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS7000229
    public static ErrorEntry ServicePrincipalMissing { get; } = new()
    {
        Code = "SERVICE_PRINCIPAL_MISSING",
        Title = "The app has no service principal here",
        Why = "App {clientId} is registered, but tenant {tenantId} holds no service principal (enterprise application) for it. Roles are given to the service principal, so nothing works without it.",
        DoThis = ["Create the service principal with the command.", "Then assign Reader to it on the subscription."],
        Commands = ["az ad sp create --id {clientId}"],
        Link = Portal.EnterpriseApps,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS7000112
    public static ErrorEntry AppDisabled { get; } = new()
    {
        Code = "APP_DISABLED",
        Title = "Sign-in is switched off for this app",
        Why = "Someone disabled the enterprise application of {clientId} in tenant {tenantId}.",
        DoThis = ["Ask whether this was intended; a security team may have blocked it.", "If not, switch it on with the second command."],
        Commands =
        [
            "az ad sp show --id {clientId} --query \"{name:displayName,enabled:accountEnabled}\" -o json",
            "az ad sp update --id {clientId} --set accountEnabled=true",
        ],
        Link = Portal.EnterpriseApps,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS90002
    public static ErrorEntry TenantNotFound { get; } = new()
    {
        Code = "TENANT_NOT_FOUND",
        Title = "This tenant does not exist in {cloud}",
        Why = "{loginHost} knows no tenant {tenantId}. The ID is mistyped, or the tenant is in another Azure cloud.",
        DoThis = ["Leave the tenant out: Layer finds it from the subscription ID.", "Or read it with the command.", "Check the cloud: public, US government or China."],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Tenant,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS900023, and the local check that keeps garbage out of the path (Entra answers that with an HTML page and status 200).
    public static ErrorEntry TenantInvalid { get; } = new()
    {
        Code = "TENANT_INVALID",
        Title = "This is not a tenant ID",
        Why = "“{tenantId}” is neither a GUID nor a domain name of a tenant.",
        DoThis = ["Leave the tenant out: Layer finds it from the subscription ID.", "Or read it with the command."],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Tenant,
        Kind = FailureKind.Usage,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS700027
    public static ErrorEntry CertificateUnknown { get; } = new()
    {
        Code = "CERTIFICATE_UNKNOWN",
        Title = "The app does not know this certificate",
        Why = "Microsoft Entra could not check the signature with any certificate of app {clientId}. The certificate was never added to the app, or was removed from it.",
        DoThis = ["Compare the thumbprints with the first command.", "Add the certificate with the second; the ones that exist stay."],
        Commands = [Commands.ListCertificates, "az ad app credential reset --id {clientId} --append --cert \"@<certificate.pem>\""],
        Link = Portal.Credentials,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry CertificateUnreadable { get; } = new()
    {
        Code = "CERTIFICATE_UNREADABLE",
        Title = "The certificate file cannot be used",
        Why = "Layer could not read a certificate with its private key from the given file: {reason}. It takes PEM (certificate and unencrypted RSA key in one file) or PFX.",
        DoThis = ["Check that the file exists and that Layer's user may read it.", "Check that it holds both the certificate and its private key."],
        Commands = ["openssl x509 -noout -subject -enddate -in <certificate.pem>"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSent,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS700024
    public static ErrorEntry AssertionExpired { get; } = new()
    {
        Code = "ASSERTION_EXPIRED",
        Title = "The signed request is outside its time range",
        Why = "Microsoft Entra found the assertion of app {clientId} expired or not yet valid. Either this machine's clock is wrong, or the federated token file is no longer renewed.",
        DoThis = ["Compare this machine's clock with the first command's Date.", "With workload identity federation: check that whatever writes the token file still runs."],
        Commands = ["curl -sSI https://{loginHost}/ | grep -i ^date; date -u"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS700213 and 70021
    public static ErrorEntry FederationMismatch { get; } = new()
    {
        Code = "FEDERATION_MISMATCH",
        Title = "No federated credential matches this token",
        Why = "App {clientId} has no federated credential whose issuer, subject and audience equal those of the presented token (subject: {subject}). All three are compared letter by letter.",
        DoThis = ["List the federated credentials with the command.", "Correct the one that differs, or add one."],
        Commands = ["az ad app federated-credential list --id {clientId} --query \"[].{name:name,issuer:issuer,subject:subject,audiences:audiences}\" -o json"],
        Link = Portal.Credentials,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry FederatedTokenUnreadable { get; } = new()
    {
        Code = "FEDERATED_TOKEN_UNREADABLE",
        Title = "The federated token file cannot be read",
        Why = "Layer could not read a token from the given file: {reason}. On Kubernetes the workload identity webhook writes it into the pod.",
        DoThis = ["Check that the file exists, is not empty, and that Layer's user may read it.", "On Kubernetes: check the pod's label azure.workload.identity/use and its service account."],
        Commands = ["ls -l \"$AZURE_FEDERATED_TOKEN_FILE\""],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSent,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS53003
    public static ErrorEntry BlockedByPolicy { get; } = new()
    {
        Code = "BLOCKED_BY_POLICY",
        Title = "A Conditional Access policy blocked the sign-in",
        Why = "A policy for workload identities in tenant {tenantId} refuses tokens for app {clientId} from this machine's address.",
        DoThis =
        [
            "Ask a Conditional Access Administrator to allow the app from this address.",
            "Give them correlation ID {correlationId}; it is in Sign-in logs, Service principal sign-ins.",
            "Then check again with the command.",
        ],
        Commands = ["layer check"],
        Link = Portal.ConditionalAccess,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS500011
    public static ErrorEntry ResourceNotInTenant { get; } = new()
    {
        Code = "RESOURCE_NOT_IN_TENANT",
        Title = "This tenant has no Azure Resource Manager",
        Why = "Tenant {tenantId} does not know the service Layer asked a token for. It is the wrong tenant, the wrong cloud, or a tenant that never held a subscription.",
        DoThis = ["Check which tenant the subscription belongs to with the command.", "Check the cloud: public, US government or China."],
        Commands = [Commands.ShowSubscription],
        Link = Portal.Tenant,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS1002012 and 70011
    public static ErrorEntry ScopeRefused { get; } = new()
    {
        Code = "SCOPE_REFUSED",
        Title = "Microsoft refused the requested token scope",
        Why = "{loginHost} does not accept the scope that Layer asks a token for. The cloud chosen for this connection is not the cloud that answered, or a proxy changed the request.",
        DoThis = ["Check the cloud: public, US government or China.", "Ask whoever runs the proxy to pass {loginHost} through unchanged."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS900144 and 70003
    public static ErrorEntry SignInRequestRefused { get; } = new()
    {
        Code = "SIGN_IN_REQUEST_REFUSED",
        Title = "The sign-in request arrived incomplete",
        Why = "A part of the request was missing or of a kind Microsoft Entra does not know; a proxy that rewrites requests to {loginHost} is the usual cause. Microsoft's words: {microsoftText}",
        DoThis = ["Ask whoever runs the proxy to pass {loginHost} through unchanged.", "If there is no proxy, report this with correlation ID {correlationId}."],
        Commands = ["layer check"],
        Link = "https://login.microsoftonline.com/error?code={microsoftCode}",
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // AADSTS50049
    public static ErrorEntry AuthorityUnknown { get; } = new()
    {
        Code = "AUTHORITY_UNKNOWN",
        Title = "Microsoft does not know this sign-in host",
        Why = "{loginHost} is not one of Microsoft's sign-in hosts. The address comes from the cloud setting or from AZURE_AUTHORITY_HOST.",
        DoThis = ["Remove AZURE_AUTHORITY_HOST from the environment.", "Check the cloud: public, US government or China."],
        Commands = ["layer config explain"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ManagedIdentityNotFound { get; } = new()
    {
        Code = "MANAGED_IDENTITY_NOT_FOUND",
        Title = "This machine has no such managed identity",
        Why = "Azure's identity endpoint on this machine answered that identity {clientId} is not assigned to it.",
        DoThis = ["Read which identities the machine has with the command.", "Assign the identity to the machine, or enter the client ID of one that is assigned."],
        Commands = ["az vm identity show --resource-group <group> --name <machine> -o json"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ManagedIdentityUnavailable { get; } = new()
    {
        Code = "MANAGED_IDENTITY_UNAVAILABLE",
        Title = "No managed identity endpoint on this machine",
        Why = "Nothing answered at Azure's identity endpoint ({host}). It exists only on machines that run in Azure, and containers may be cut off from it.",
        DoThis = ["Run Layer on an Azure machine that has an identity, or use a client secret, a certificate or workload identity federation.", "In a container: allow the address {host} without the proxy (NO_PROXY)."],
        Commands = ["curl -sS -H Metadata:true --noproxy '*' \"http://{host}/metadata/instance?api-version=2021-02-01\""],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // ARM 401 ExpiredAuthenticationToken
    public static ErrorEntry TokenExpired { get; } = new()
    {
        Code = "TOKEN_EXPIRED",
        Title = "The access token ended during the sync",
        Why = "Azure says the token was past its time when the request arrived. The sync took longer than the token lives, or this machine's clock is behind.",
        DoThis = ["Sync again: Layer asks for a new token each time.", "If it repeats, compare this machine's clock with the command."],
        Commands = ["curl -sSI https://{host}/ | grep -i ^date; date -u"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // ARM 401 with error="insufficient_claims" (continuous access evaluation)
    public static ErrorEntry TokenRevoked { get; } = new()
    {
        Code = "TOKEN_REVOKED",
        Title = "Azure revoked the access token",
        Why = "Something about app {clientId} changed while Layer was reading: a secret was removed, the app was disabled, or a policy was tightened. Azure asked for a new token and did not take the new one either.",
        DoThis = ["Ask whether the change was intended; a security team may have acted.", "Then check again with the command."],
        Commands = ["layer check", Commands.ListSecrets],
        Link = Portal.EnterpriseApps,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // ARM 401 InvalidAuthenticationToken, the text with 'puid' or 'altsecid' or 'oid'
    public static ErrorEntry TokenWithoutIdentity { get; } = new()
    {
        Code = "TOKEN_WITHOUT_IDENTITY",
        Title = "The token names no service principal",
        Why = "Azure gave app {clientId} a token without an object ID. Its service principal was deleted, or was created minutes ago and is not known everywhere yet.",
        DoThis = ["Look for the service principal with the first command.", "If it is gone, create it with the second and assign Reader to it."],
        Commands = ["az ad sp show --id {clientId} --query \"{name:displayName,objectId:id}\" -o json", "az ad sp create --id {clientId}"],
        Link = Portal.EnterpriseApps,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Spreading,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // ARM or Graph 401, any other text
    public static ErrorEntry TokenRejected { get; } = new()
    {
        Code = "TOKEN_REJECTED",
        Title = "Azure did not accept the access token",
        Why = "Sign-in worked, but {host} refused the token; a proxy that removes or changes the Authorization header is the usual cause. Microsoft's words: {microsoftText}",
        DoThis = ["Ask whoever runs the proxy to pass {host} through unchanged.", "If there is no proxy, report this with correlation ID {correlationId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // ARM 401 InvalidAuthenticationTokenAudience
    public static ErrorEntry WrongAudience { get; } = new()
    {
        Code = "WRONG_AUDIENCE",
        Title = "The token is for another Azure cloud",
        Why = "{host} does not accept tokens made for {cloud}. The cloud chosen for this connection is not the cloud of the subscription.",
        DoThis = ["Check the cloud: public, US government or China.", "Connect again with the right one."],
        Commands = ["az cloud list --query \"[].{name:name,active:isActive}\" -o table"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // Status 200 at the token endpoint, and no token in it
    public static ErrorEntry SignInMalformed { get; } = new()
    {
        Code = "SIGN_IN_MALFORMED",
        Title = "The sign-in answer holds no token",
        Why = "{loginHost} said that the sign-in worked, but what it sent could not be read. A proxy that answers in Microsoft's place is the likely cause.",
        DoThis = ["Ask whoever runs the proxy to pass {loginHost} through unchanged.", "Then check again with the command."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // Warning: the secret in use ends within 30 days
    public static ErrorEntry SecretExpiresSoon { get; } = new()
    {
        Code = "SECRET_EXPIRES_SOON",
        Title = "The client secret ends on {expiresOn}",
        Why = "The secret in use for app {clientId} has {days} days left. From {expiresOn} on no sync can sign in, and those days will have no evidence.",
        DoThis = ["Create a new secret with the command; the old one works until it ends.", "Enter its output: layer credential rotate tries it on every connection of this app, then swaps."],
        Commands = [Commands.NewSecret, Commands.ListSecrets],
        Link = Portal.Credentials,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    // An AADSTS code that the catalog does not know.
    public static ErrorEntry SignInRefused { get; } = new()
    {
        Code = "SIGN_IN_REFUSED",
        Title = "Microsoft refused the sign-in ({microsoftCode})",
        Why = "Microsoft's words: {microsoftText}",
        DoThis = ["Look the code up with the link.", "If that does not help, report it with correlation ID {correlationId}."],
        Commands = ["layer check"],
        Link = "https://login.microsoftonline.com/error?code={microsoftCode}",
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        SecretInvalid, SecretIsAnId, SecretExpired, CredentialMissing, AppNotInTenant, ServicePrincipalMissing, AppDisabled,
        TenantNotFound, TenantInvalid, CertificateUnknown, CertificateUnreadable, AssertionExpired, FederationMismatch,
        FederatedTokenUnreadable, BlockedByPolicy, ResourceNotInTenant, ScopeRefused, SignInRequestRefused, AuthorityUnknown,
        ManagedIdentityNotFound, ManagedIdentityUnavailable, TokenExpired, TokenRevoked, TokenWithoutIdentity, TokenRejected,
        WrongAudience, SignInMalformed, SecretExpiresSoon, SignInRefused,
    ];
}
