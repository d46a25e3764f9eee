using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>Azure answered, and the answer cannot be evidence.</summary>
internal static class AnswerErrors
{
    private const string AskProxy = "Ask whoever runs the proxy to pass {host} through unchanged.";

    // Zero role assignments is never a true answer: the grant through which the list is read is one.
    public static ErrorEntry Empty { get; } = new()
    {
        Code = "EMPTY_ANSWER",
        Title = "Azure answered with an empty list",
        Why = "The list of role assignments of subscription {subscriptionId} came back empty, which cannot be true: the app's own role is one of them. Azure answers so when the right {action} is missing or has not spread yet.",
        DoThis = ["Wait a few minutes, then try again.", "If it stays, assign Reader to the app itself with the command."],
        Commands = [Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Spreading,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry ListMoved { get; } = new()
    {
        Code = "LIST_MOVED",
        Title = "The list changed while it was read",
        Why = "{list} of subscription {subscriptionId} came in several pages and changed between readings, {readings} times in a row. A mix of two states is not evidence of either.",
        DoThis = ["Nothing, usually: Layer reads it again later.", "If it repeats, move the sync to a quieter hour."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry NextLinkForeign { get; } = new()
    {
        Code = "NEXT_LINK_FOREIGN",
        Title = "The next page points somewhere else",
        Why = "The answer for {list} names its next page at {nextLink}, which is not the same list at {host}. Layer did not follow it: the access token would have gone there.",
        DoThis = [AskProxy, "If there is no proxy, report this with request ID {requestId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = "The token was not sent there. No incomplete answer was sealed; evidence sealed so far is unchanged.",
    };

    public static ErrorEntry NextLinkRepeated { get; } = new()
    {
        Code = "NEXT_LINK_REPEATED",
        Title = "The list's pages run in a circle",
        Why = "After page {page}, the answer for {list} names a next page that was already read. The end of the list cannot be reached, so what came is not the whole of it.",
        DoThis = ["Try again later; this is a fault on the answering side.", "If it repeats, report it with request ID {requestId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry TooManyPages { get; } = new()
    {
        Code = "TOO_MANY_PAGES",
        Title = "The list does not end",
        Why = "{list} of subscription {subscriptionId} had not ended after {page} pages, more than Azure's own limits allow. Layer stopped reading.",
        DoThis = ["Try again later; this is a fault on the answering side.", "If it repeats, report it with request ID {requestId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry Malformed { get; } = new()
    {
        Code = "MALFORMED_ANSWER",
        Title = "The answer is not what Azure documents",
        Why = "The answer of {host} for {list} could not be read: {reason}. Layer does not guess what it should have said.",
        DoThis = ["Try again later.", AskProxy, "If it repeats without a proxy, report it with request ID {requestId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry IsHtml { get; } = new()
    {
        Code = "ANSWER_IS_A_PAGE",
        Title = "A web page came instead of data",
        Why = "{host} should answer with JSON and sent a web page with status {status}. A proxy that asks for a sign-in, or a block page of a firewall, looks like this.",
        DoThis = ["Open the address with the command and read whose page it is.", AskProxy],
        Commands = ["curl -sS -i https://{host}/ | head -n 20"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry Truncated { get; } = new()
    {
        Code = "INCOMPLETE_ANSWER",
        Title = "The answer broke off in the middle",
        Why = "{host} began to answer, and the connection ended before the answer did. Half a list is not evidence.",
        DoThis = ["Try again later.", "If it repeats, check the proxy and the network between this machine and {host}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry TooLarge { get; } = new()
    {
        Code = "ANSWER_TOO_LARGE",
        Title = "The answer is larger than any list",
        Why = "{host} sent more in one answer than Azure's own limits allow for a subscription, and Layer stopped reading.",
        DoThis = ["Try again later.", AskProxy],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry DuplicateDiffers { get; } = new()
    {
        Code = "DUPLICATE_DIFFERS",
        Title = "One item came twice with different content",
        Why = "{list} names {id} twice, and the two do not say the same. It changed while the list was read, and Layer cannot know which one is true.",
        DoThis = ["Nothing, usually: Layer reads it again later.", "If it repeats, move the sync to a quieter hour."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static ErrorEntry ClockSkew { get; } = new()
    {
        Code = "CLOCK_SKEW",
        Title = "This machine's clock is wrong",
        Why = "This machine says {machineTime}, Azure says {azureTime}. Evidence carries times, and more than 5 minutes apart nobody could rely on them.",
        DoThis = ["Switch on time synchronisation (NTP) on this machine.", "Compare the clocks with the command, then sync again."],
        Commands = ["curl -sSI https://{host}/ | grep -i ^date; date -u", "timedatectl set-ntp true"],
        Link = null,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // ARM 400 MissingApiVersionParameter, InvalidApiVersionParameter, NoRegisteredProviderFound; 404 InvalidResourceType
    public static ErrorEntry ApiVersionRefused { get; } = new()
    {
        Code = "API_VERSION_REFUSED",
        Title = "{host} does not serve this API version",
        Why = "Layer asks for a version of Azure's API that {cloud} does not offer, or a proxy removed the version from the address. Microsoft's words: {microsoftText}",
        DoThis = [AskProxy, "If there is no proxy, look for a newer version of Layer, or report this with correlation ID {correlationId}."],
        Commands = ["layer version"],
        Link = null,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // A status no list has, without a code of Microsoft's: redirects, 204, 404 from a proxy
    public static ErrorEntry UnexpectedStatus { get; } = new()
    {
        Code = "UNEXPECTED_STATUS",
        Title = "{host} answered with status {status}",
        Why = "Layer expected data for {list} and got HTTP status {status} without a reason. A proxy or a gateway in between is the likely cause.",
        DoThis = ["Try again later.", AskProxy, "If it repeats without a proxy, report it with request ID {requestId}."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Incomplete,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // Microsoft gave a code that the catalog does not know; also what an unknown code of ours falls back to.
    public static ErrorEntry Unknown { get; } = new()
    {
        Code = "AZURE_UNKNOWN",
        Title = "Azure answered {microsoftCode}, new to Layer",
        Why = "Microsoft's words: {microsoftText}",
        DoThis = ["Try again later.", "Look the code up with the link.", "If that does not help, report it with correlation ID {correlationId}."],
        Commands = ["layer check"],
        Link = "https://login.microsoftonline.com/error?code={microsoftCode}",
        Kind = FailureKind.Other,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        Empty, ListMoved, NextLinkForeign, NextLinkRepeated, TooManyPages, Malformed, IsHtml, Truncated, TooLarge, DuplicateDiffers,
        ClockSkew, ApiVersionRefused, UnexpectedStatus, Unknown,
    ];
}
