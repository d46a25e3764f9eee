using Layer.Evidence.Errors;

namespace Layer.Remote;

/// <summary>A server that a command was sent to does not answer as it should.</summary>
internal static class RemoteErrors
{
    private const string Untouched = "Nothing was changed.";
    private const string Unknown = "Whether the server did what was asked is not known. Asking it again is safe: evidence is sealed whole or not at all.";

    // Facts: server, reason
    public static ErrorEntry ServerUnreachable { get; } = new()
    {
        Code = "SERVER_UNREACHABLE",
        Title = "The Layer server cannot be reached",
        Why = "{server} did not answer: {reason}.",
        DoThis = ["Check the address in --server or LAYER_SERVER, and that the server runs.", "See with the command whether it is alive; a certificate of your own authority is trusted through SSL_CERT_FILE.", "Then run the same command again."],
        Commands = ["curl -sS {server}/livez"],
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Unknown,
        SafeOnSync = Unknown,
    };

    // Facts: server, reason
    public static ErrorEntry ServerNotUnderstood { get; } = new()
    {
        Code = "SERVER_NOT_UNDERSTOOD",
        Title = "This is no answer of a Layer server",
        Why = "{server} answered, and the answer cannot be used: {reason}. A proxy, another product or a much older Layer may stand at this address; what was not understood is never shown as a result.",
        DoThis = ["Check the address in --server or LAYER_SERVER: the scheme, host and port of the server and nothing else.", "Compare the versions: that of the server stands on its Doctor page."],
        Commands = ["layer version", "curl -sS -D - -o /dev/null {server}/livez"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Unknown,
        SafeOnSync = Unknown,
    };

    // Facts: server
    public static ErrorEntry TokenRefused { get; } = new()
    {
        Code = "TOKEN_REFUSED",
        Title = "The server does not take this token",
        Why = "{server} does not know the token in LAYER_TOKEN: it has ended, was revoked, is one of another server, or its person left.",
        DoThis = ["Make a new one on the server under Settings → Tokens.", "Set it with the command, without it standing in the shell's history."],
        Commands = ["read -rs LAYER_TOKEN && export LAYER_TOKEN"],
        Link = "{server}/settings/tokens",
        Kind = FailureKind.SignIn,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Untouched,
        SafeOnSync = Untouched,
    };

    // Facts: server, what
    public static ErrorEntry ListKeptChanging { get; } = new()
    {
        Code = "LIST_KEPT_CHANGING",
        Title = "The list changed while it was read",
        Why = "{server} gave {what} in several pages, and they were not of one state: new readings were sealed between them, three times in a row. Rows could be missing or stand twice, so none are shown.",
        DoThis = ["Run the same command again in a minute.", "Or ask for a day that is over: it does not change any more."],
        Commands = [],
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Untouched,
        SafeOnSync = Untouched,
    };

    // A code of a newer server. Facts: server, problem (code and title), detail
    public static ErrorEntry ServerRefused { get; } = new()
    {
        Code = "SERVER_REFUSED",
        Title = "The server refused it",
        Why = "{server} answered {problem}, which this version of Layer does not know: {detail}.",
        DoThis = ["Use the version of Layer that the server runs: it explains this failure.", "Or look at the same thing in the browser."],
        Commands = ["layer version"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Untouched,
        SafeOnSync = Untouched,
    };

    public static IReadOnlyList<ErrorEntry> All => [ServerUnreachable, ServerNotUnderstood, TokenRefused, ListKeptChanging, ServerRefused];
}
