using Layer.Evidence.Errors;

namespace Layer.Serving;

/// <summary>What pages and API refuse.</summary>
internal static class WebErrors
{
    private const string Untouched = "Nothing was changed.";

    public static ErrorEntry SignInNeeded { get; } = Entry(
        "SIGN_IN_NEEDED", "Sign in first", "This needs an API token, and the request carried none that is valid: it may be missing, mistyped, expired or revoked.",
        ["Make a token under Settings → Tokens.", "Send it as 'Authorization: Bearer lyr_…', or set LAYER_TOKEN."]);

    // Facts: role
    public static ErrorEntry RoleTooWeak { get; } = Entry(
        "ROLE_TOO_WEAK", "Your role does not allow this", "You are signed in as {role}, and this needs a stronger role. The attempt was recorded in the log.",
        ["Ask an administrator of this Layer."]);

    public static ErrorEntry FormExpired { get; } = Entry(
        "FORM_EXPIRED", "This page was open too long", "What was sent did not carry the proof that it comes from a page of Layer: the page is from before a sign-in or a restart, or another site sent it.",
        ["Go back, load the page anew and send it again."]);

    public static ErrorEntry NotFound { get; } = Entry(
        "NOT_FOUND", "There is nothing at this address", "The link may be mistyped, or what it named was never here.", ["Go to the first page and look from there."]);

    // Facts: what, windows
    public static ErrorEntry OutsideWindow { get; } = Entry(
        "OUTSIDE_WINDOW", "That is outside the shared window", "{what} lies outside of what was shared with you: {windows}.",
        ["Choose a day inside the window.", "Or ask whoever invited you to share a longer one."]);

    public static ErrorEntry TooManyRequests { get; } = Entry(
        "TOO_MANY_REQUESTS", "Too many tries, wait a minute", "This was asked for more often than a person would.", ["Wait a minute and try again."], persistence: Persistence.Transient);

    public static ErrorEntry NothingConnected { get; } = Entry(
        "NOTHING_CONNECTED", "Nothing was ever connected", "Coverage is counted from the first day of the first connection, and there is none.", ["Connect a subscription."], commands: ["layer connect azure"]);

    // Facts: problems
    public static ErrorEntry RequestInvalid { get; } = Entry(
        "REQUEST_INVALID", "The request cannot be understood", "{problems} Nothing was done.", ["Change what is named above and send it again.", "What each call takes stands in docs/api.md."], kind: FailureKind.Usage);

    public static ErrorEntry PreconditionFailed { get; } = Entry(
        "PRECONDITION_FAILED", "Somebody else was faster", "It was changed after you read it: the ETag sent in If-Match is not the one it has now.",
        ["Read it again, and decide again."]);

    public static ErrorEntry PreconditionRequired { get; } = Entry(
        "PRECONDITION_REQUIRED", "Say which version you change", "A change needs the header If-Match with the ETag that was read, so that nobody's change is lost.",
        ["Read it, and send its ETag in If-Match."], kind: FailureKind.Usage);

    // Facts: traceId
    public static ErrorEntry InternalError { get; } = Entry(
        "INTERNAL_ERROR", "Layer failed at this", "This is a mistake in Layer, or of the machine it runs on. The server's log has it under {traceId}.",
        ["Try again.", "If it stays, report it with the id below."]);

    public static ErrorEntry OperationInterrupted { get; } = Entry(
        "OPERATION_INTERRUPTED", "Layer was stopped in the middle of this", "The server stopped or restarted while it worked on this. What was not finished was not recorded.",
        ["Start it again."], persistence: Persistence.Transient);

    // Facts: url
    public static ErrorEntry AddressInUse { get; } = Entry(
        "ADDRESS_IN_USE", "Another program listens there already", "Nothing can listen on {url}: the port is taken, maybe by another Layer.",
        ["Stop the other program, or choose another port with the command."], commands: ["layer serve --urls http://localhost:8090"]);

    // Facts: url
    public static ErrorEntry ListensInTheClear { get; } = Entry(
        "LISTENS_IN_THE_CLEAR", "Beyond this machine only with https", "{url} can be reached from other machines, and passwords, cookies and evidence would cross the network unprotected. Nothing was started.",
        [
            "For yourself alone: listen on this machine, the default, and reach it through an SSH tunnel.",
            "With a certificate of your own: set Layer:Certificate and Layer:PublicUrl, and listen with the first command.",
            "Behind a proxy that ends https: set Layer:TrustedProxies to its address and Layer:PublicUrl to what people type.",
        ],
        commands: ["Layer__Certificate=/etc/layer/tls.pem Layer__PublicUrl=https://layer.example.com layer serve --urls https://0.0.0.0:443"], kind: FailureKind.Usage);

    // Facts: host, url
    public static ErrorEntry Misdirected { get; } = Entry(
        "MISDIRECTED", "This Layer has another name", "The request asked for {host}, and this Layer answers to {url} and to localhost only: a page of another name that leads here could act for whoever opens it.",
        ["Open {url}.", "If people shall use the other name, set Layer:PublicUrl to it."], kind: FailureKind.Usage);

    public static ErrorEntry InvitationInvalid { get; } = Entry(
        "INVITATION_INVALID", "This link does not work any more", "It was used, it expired, or a newer one replaced it. A set-up link works once and for an hour; an invitation once and for seven days.",
        ["Ask for a new invitation.", "While there is no administrator yet, restart 'layer serve': it prints a new set-up link."]);

    // Facts: email
    public static ErrorEntry PersonNotFound { get; } = Entry(
        "PERSON_NOT_FOUND", "Nobody here has this address", "No account of this Layer has the address {email}.", ["Compare it with Settings → People, or invite them there."], kind: FailureKind.Usage);

    // Facts: authority
    public static ErrorEntry OidcFailed { get; } = Entry(
        "OIDC_FAILED", "The sign-in at {authority} did not end well", "{authority} refused it, or its answer could not be trusted: it was too old, from elsewhere, or this Layer is set up with another client there.",
        ["Sign in again from the first page.", "If it stays: compare Layer:OidcAuthority, Layer:OidcClientId and the redirect address (…/sign-in/oidc/callback) with what stands at the identity provider, and whether the secret expired."]);

    // Facts: authority, claim, values
    public static ErrorEntry OidcNoRole { get; } = Entry(
        "OIDC_NO_ROLE", "You have no role in Layer", "{authority} says who you are, and its claim '{claim}' gives you none of the roles that mean something here: {values}.",
        ["Ask whoever manages the identity provider to give you one of them, then sign in again.", "Whoever runs Layer can map other values with Layer:OidcRoles."]);

    public static ErrorEntry OidcNoEmail { get; } = Entry(
        "OIDC_NO_EMAIL", "The identity provider tells no e-mail address", "Layer needs the claim 'email', or an address in 'preferred_username', to make an account.",
        ["Let the identity provider send the claim 'email' to Layer."]);

    // Facts: email
    public static ErrorEntry OidcEmailTaken { get; } = Entry(
        "OIDC_EMAIL_TAKEN", "This address has an account with a password", "{email} has an account here already. An address alone does not prove that both are the same person, so nothing was joined.",
        ["Sign in with the password, or ask an administrator to remove that account under Settings → People; then sign in here again."]);

    public static ErrorEntry LastAdministrator { get; } = Entry(
        "LAST_ADMINISTRATOR", "Somebody must stay administrator", "This is the only administrator: without one nobody could invite people or make tokens.",
        ["Make somebody else administrator first."]);

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        SignInNeeded, RoleTooWeak, FormExpired, NotFound, OutsideWindow, TooManyRequests, NothingConnected, RequestInvalid, PreconditionFailed, PreconditionRequired, InternalError, OperationInterrupted, AddressInUse, ListensInTheClear, Misdirected, InvitationInvalid, PersonNotFound, OidcFailed, OidcNoRole, OidcNoEmail, OidcEmailTaken, LastAdministrator,
    ];

    private static ErrorEntry Entry(
        string code, string title, string why, IReadOnlyList<string> doThis, IReadOnlyList<string>? commands = null,
        FailureKind kind = FailureKind.Other, Persistence persistence = Persistence.Permanent) => new()
        {
            Code = code, Title = title, Why = why, DoThis = doThis, Commands = commands ?? [], Kind = kind, Persistence = persistence, SafeOnConnect = Untouched, SafeOnSync = Untouched,
        };
}
