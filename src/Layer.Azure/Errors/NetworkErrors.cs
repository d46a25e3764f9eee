using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>No answer came, or none in time.</summary>
internal static class NetworkErrors
{
    private const string NothingSentThere = "Nothing was sent to {host}, and nothing was saved.";

    private const string Reach = "curl -sS -o /dev/null -w '%{http_code}\\n' https://{host}/";

    public static ErrorEntry HostNotFound { get; } = new()
    {
        Code = "HOST_NOT_FOUND",
        Title = "The name {host} cannot be resolved",
        Why = "DNS gave this machine no address for {host}. The machine is offline, uses a DNS server that does not know public names, or needs a proxy.",
        DoThis = ["Check the name with the command.", "Behind a proxy, set HTTPS_PROXY for Layer."],
        Commands = ["nslookup {host}"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = NothingSentThere,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ConnectionRefused { get; } = new()
    {
        Code = "CONNECTION_REFUSED",
        Title = "The connection to {host} was refused",
        Why = "Something answered for {host} and refused port 443. A firewall of this network is the likely cause.",
        DoThis = ["Allow outbound port 443 to {loginHost} and {armHost}.", "Behind a proxy, set HTTPS_PROXY for Layer."],
        Commands = [Reach],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = NothingSentThere,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry TimedOut { get; } = new()
    {
        Code = "CONNECTION_TIMED_OUT",
        Title = "{host} did not answer in time",
        Why = "No answer came from {host} within {seconds} seconds. A firewall that drops packets silently, or a slow proxy, is the likely cause.",
        DoThis = ["Allow outbound port 443 to {loginHost} and {armHost}.", "Behind a proxy, set HTTPS_PROXY for Layer."],
        Commands = [Reach],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ConnectionLost { get; } = new()
    {
        Code = "CONNECTION_LOST",
        Title = "The connection to {host} was cut",
        Why = "{host} or something in between closed the connection before an answer came.",
        DoThis = ["Try again; Layer does so by itself at the next sync.", "If it repeats, check the proxy and the firewall for idle or size limits."],
        Commands = [Reach],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // What the other entries of this file do not name
    public static ErrorEntry CannotReach { get; } = new()
    {
        Code = "CANNOT_REACH",
        Title = "This machine cannot reach {host}",
        Why = "The connection to {host} failed. The system's words: {reason}",
        DoThis = ["Allow outbound port 443 to {loginHost} and {armHost}.", "Behind a proxy, set HTTPS_PROXY for Layer."],
        Commands = [Reach],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry TlsNotTrusted { get; } = new()
    {
        Code = "TLS_NOT_TRUSTED",
        Title = "A proxy is inspecting TLS to {host}",
        Why = "The certificate shown for {host} was issued by “{issuer}”, which this machine does not trust. Companies that inspect TLS use an authority of their own.",
        DoThis = ["Ask whoever runs the proxy to leave {loginHost} and {armHost} uninspected.", "Or give Layer the company's root certificate: set SSL_CERT_FILE to a PEM file; every record then says that the trust is not public."],
        Commands = ["openssl s_client -connect {host}:443 -servername {host} </dev/null 2>/dev/null | openssl x509 -noout -issuer"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Permanent,
        SafeOnConnect = "Layer closed the connection before it sent anything. Nothing was saved.",
        SafeOnSync = "Layer closed the connection before it sent anything. Evidence sealed so far is unchanged.",
    };

    public static ErrorEntry TlsFailed { get; } = new()
    {
        Code = "TLS_FAILED",
        Title = "No secure connection to {host}",
        Why = "The TLS handshake with {host} failed: {reason}. A wrong clock, an expired certificate or a proxy that answers in the host's place is the likely cause.",
        DoThis = ["Look at the certificate with the command: name, issuer, dates.", "Check this machine's clock."],
        Commands = ["openssl s_client -connect {host}:443 -servername {host} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = "Layer closed the connection before it sent anything. Nothing was saved.",
        SafeOnSync = "Layer closed the connection before it sent anything. Evidence sealed so far is unchanged.",
    };

    // CONNECT answered with anything but 200 or 407
    public static ErrorEntry ProxyRefused { get; } = new()
    {
        Code = "PROXY_REFUSED",
        Title = "The proxy refuses {host}",
        Why = "The proxy {proxy} answered {status} when Layer asked it to connect to {host}. The host is not on its list of allowed hosts.",
        DoThis = ["Ask whoever runs the proxy to allow {loginHost} and {armHost}, port 443 (and {graphHost} for names)."],
        Commands = ["curl -sS -o /dev/null -w '%{http_connect}\\n' -x http://{proxy} https://{host}/"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Permanent,
        SafeOnConnect = NothingSentThere,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ProxyAuthentication { get; } = new()
    {
        Code = "PROXY_AUTHENTICATION",
        Title = "The proxy wants a user name",
        Why = "The proxy {proxy} answered 407: it lets nobody through without signing in.",
        DoThis = ["Put user and password into HTTPS_PROXY: http://user:password@proxy:port.", "Or ask whoever runs the proxy to let this machine through without."],
        Commands = ["curl -sS -o /dev/null -w '%{http_connect}\\n' -x http://{proxy} https://{host}/"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Permanent,
        SafeOnConnect = NothingSentThere,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry ProxyUnreachable { get; } = new()
    {
        Code = "PROXY_UNREACHABLE",
        Title = "The proxy {proxy} does not answer",
        Why = "HTTPS_PROXY names {proxy}, and no connection to it could be made.",
        DoThis = ["Check the address and port in HTTPS_PROXY.", "Without a proxy, remove HTTPS_PROXY."],
        Commands = ["curl -sS -o /dev/null -w '%{http_connect}\\n' -x http://{proxy} https://{host}/"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = NothingSentThere,
        SafeOnSync = Safe.SealedStays,
    };

    // 429 from ARM, Graph or Entra, until the deadline
    public static ErrorEntry Throttled { get; } = new()
    {
        Code = "THROTTLED",
        Title = "Azure asked Layer to slow down",
        Why = "The read allowance at {host} is used up, perhaps by other tools that use the same app. Azure said to wait {retryAfter} seconds, which is more than was left.",
        DoThis = ["Nothing, usually: Layer tries again later.", "If it repeats, give Layer an app of its own, or move the sync to a quieter hour."],
        Commands = ["az group list --subscription {subscriptionId} --debug 2>&1 | grep -i x-ms-ratelimit"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // 5xx from ARM or Graph after the retries
    public static ErrorEntry AzureUnavailable { get; } = new()
    {
        Code = "AZURE_UNAVAILABLE",
        Title = "Azure has a fault of its own ({status})",
        Why = "{host} answered {status} again and again. Nothing on this side is wrong.",
        DoThis = ["Nothing, usually: Layer tries again later.", "See Azure's status page with the link."],
        Commands = ["layer check"],
        Link = "https://azure.status.microsoft/",
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // 5xx from Entra, AADSTS90033, 90036, 50196
    public static ErrorEntry SignInUnavailable { get; } = new()
    {
        Code = "SIGN_IN_UNAVAILABLE",
        Title = "Microsoft's sign-in has a fault of its own",
        Why = "{loginHost} answered that it cannot sign anyone in at the moment ({microsoftCode}). Nothing on this side is wrong.",
        DoThis = ["Nothing, usually: Layer tries again later.", "See Azure's status page with the link."],
        Commands = ["layer check"],
        Link = "https://azure.status.microsoft/",
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    public static ErrorEntry DeadlinePassed { get; } = new()
    {
        Code = "DEADLINE_PASSED",
        Title = "The sync took too long",
        Why = "After {seconds} seconds not everything was read, and Layer stopped. {host} answered slowly, or asked to wait.",
        DoThis = ["Nothing, usually: Layer tries again later.", "If it repeats, check the speed of the proxy and the network."],
        Commands = ["layer check"],
        Link = null,
        Kind = FailureKind.Unreachable,
        Persistence = Persistence.Transient,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        HostNotFound, ConnectionRefused, TimedOut, ConnectionLost, CannotReach, TlsNotTrusted, TlsFailed, ProxyRefused, ProxyAuthentication,
        ProxyUnreachable, Throttled, AzureUnavailable, SignInUnavailable, DeadlinePassed,
    ];
}
