using System.Net;
using System.Net.Sockets;
using System.Text;
using Layer.Access.Oidc;
using Layer.Ledger;
using Layer.Notices;
using Layer.Operations;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Layer.Tests.Operations;

/// <summary>No configured address makes Layer connect to what is inside its network.</summary>
public sealed class OutboundGuardSpecs
{
    // Every way to write 127.0.0.1 that some parser takes, names that lead there, and what else is not public.
    private static readonly string[] Hosts =
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "0x0", "127.127.127.127",
        "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "LocalHost.", "ip6-localhost", "ip6-loopback", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[::ffff:0:127.0.0.1]", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1",
        "localhost%00.example.com", "127.0.0.1%2f.example.com", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    ];

    private static readonly string[] Inside =
    [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.254", "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "[fe80::1]", "[fc00::1]", "[fdff::1]", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "0xa000001", "167772161", "3232235521",
        "metadata.google.internal", "metadata.azure.internal", "instance-data", "kubernetes.default.svc", "host.docker.internal", "gateway.docker.internal",
    ];

    private static readonly string[] NoAddressAtAll =
    [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_x", "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1/", "jar:http://127.0.0.1!/", "unix:///run/docker.sock", "data:text/plain,x", "javascript:alert(1)", "http:///etc/passwd",
        "//127.0.0.1/", "http:127.0.0.1", "127.0.0.1", "http://", "https://", "http://user:secret@127.0.0.1/", "http://example.com:80@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://[::1", "http://::1/", "http://127.0.0.1:99999/", "http://exa mple.com/", "tftp://127.0.0.1/", "\\\\127.0.0.1\\share", "nntp://127.0.0.1/",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The same few addresses in every notation that some parser takes.
    private static IEnumerable<string> Notations()
    {
        foreach (var (a, b, c, d) in new[] { (127, 1, 2, 3), (10, 1, 2, 3), (172, 16, 9, 9), (192, 168, 1, 1), (169, 254, 169, 254), (168, 63, 129, 16), (100, 100, 100, 200) })
        {
            var (number, low) = (((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | (uint)d, (c << 8) | d);
            yield return $"{a}.{b}.{c}.{d}.";
            yield return $"{number}.";
            yield return $"0x{number:X8}";
            yield return $"0X{number:x8}";
            yield return $"00{Convert.ToString(number, 8)}";
            yield return $"0x{a:x2}.0x{b:x2}.0x{c:x2}.0x{d:x2}";
            yield return $"00{Convert.ToString(a, 8)}.0{Convert.ToString(b, 8)}.0{Convert.ToString(c, 8)}.0{Convert.ToString(d, 8)}";
            yield return $"{a}.0x{b:x}.0{Convert.ToString(c, 8)}.{d}";
            yield return $"{a}.{b}.{low}";
            yield return $"{a}.{number & 0xffffff}";
            yield return $"{a}。{b}．{c}｡{d}";
            yield return new string([.. $"{a}.{b}.{c}.{d}".Select(digit => digit == '.' ? digit : (char)(digit - '0' + '０'))]);
            yield return $"[::ffff:{a}.{b}.{c}.{d}]";
            yield return $"[0:0:0:0:0:ffff:{number >> 16:x}:{low:x}]";
            yield return $"[::{number >> 16:x}:{low:x}]";
            yield return $"[64:ff9b::{a}.{b}.{c}.{d}]";
            yield return $"[2002:{number >> 16:x}:{low:x}::1]";
        }
    }

    /// <summary>Every setting that says whom Layer asks over HTTP, and how it asks.</summary>
    public static TheoryData<string> Askers => ["Layer:TimestampAuthority", "Layer:NoticeWebhook", "Layer:NoticeChat", "Layer:OidcAuthority"];

    [Theory]
    [MemberData(nameof(Askers))]
    public async Task Two_hundred_hostile_addresses_cause_no_connection(string setting)
    {
        using var inside = new Inside4And6();
        // The name of this machine is a name that leads inside.
        var hosts = Hosts.Concat(Inside).Concat(Notations()).Append(Dns.GetHostName()).Distinct(StringComparer.Ordinal).ToList();
        var scheme = setting == "Layer:OidcAuthority" ? "https" : "http";
        var urls = hosts.Select(host => $"{scheme}://{host}:{inside.Port}/").Concat(NoAddressAtAll).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(urls.Count >= 200, $"{urls.Count}");
        var (let, wrong) = (0, new List<string>());
        foreach (var url in urls)
        {
            if (Read(setting, url) is not { } settings)
                continue;
            let++;
            var end = await AskAsync(setting, settings);
            if (inside.Connected)
                wrong.Add($"{url}: connected");
            else if (!IsKept(end))
                wrong.Add($"{url}: {end?.ToString() ?? "answered"}");
            // One that is let through is enough to know; the others would each wait for their deadline.
            if (wrong.Count == 3)
                break;
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(let > 100, $"only {let} of {urls.Count} got as far as the guard");
    }

    [Theory]
    [MemberData(nameof(Askers))]
    public async Task A_redirect_from_where_it_may_ask_to_where_it_may_not_is_not_followed(string setting)
    {
        using var inside = new Inside4And6();
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            foreach (var target in new[] { $"http://127.0.0.2:{inside.Port}/", $"http://[::1]:{inside.Port}/", $"http://127.0.0.1:{inside.Port}/", $"//localhost:{inside.Port}/", "http://169.254.169.254/latest/meta-data/" })
            {
                using var hop = Listen(IPAddress.Loopback, out var port);
                var settings = Read(setting, $"http://127.0.0.1:{port}/", allowed: "127.0.0.1/32");
                var asking = AskAsync(setting, settings!); // an address of loopback is read
                using (var asked = await hop.AcceptTcpClientAsync(Cancellation))
                {
                    hop.Stop(); // a second question meets nobody, and does not wait for an answer
                    var stream = asked.GetStream();
                    _ = await stream.ReadAtLeastAsync(new byte[16], 16, cancellationToken: Cancellation);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), Cancellation);
                    asked.Client.Shutdown(SocketShutdown.Send);
                    Assert.NotNull(await asking);
                }

                Assert.False(inside.Connected, $"{status} to {target} was followed");
            }
        }
    }

    private static Settings? Read(string setting, string url, string? allowed = null)
    {
        var told = new Dictionary<string, string>
        {
            [setting.Replace(":", "__", StringComparison.Ordinal)] = url, ["Layer__NoticeWebhookSecret"] = "whsec_" + Convert.ToBase64String(new byte[32]),
        };
        if (setting == "Layer:OidcAuthority")
            (told["Layer__OidcClientId"], told["Layer__OidcClientSecret"]) = ("layer", "x");
        if (allowed is not null)
            told["Layer__AllowedPrivateNetworks"] = allowed;
        var settings = Settings.Read(told, out var problems);
        Assert.All(problems, problem => Assert.Contains("Allowed:", problem, StringComparison.Ordinal));
        return problems.Count == 0 ? settings : null;
    }

    // How it ended; null: with an answer.
    private static async Task<Exception?> AskAsync(string setting, Settings settings)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        soon.CancelAfter(TimeSpan.FromSeconds(10));
        switch (setting)
        {
            case "Layer:TimestampAuthority":
                using (var authority = new TimestampAuthority(settings.TimestampAuthority!, TimeProvider.System, settings.AllowedPrivateNetworks))
                    return await Record.ExceptionAsync(() => authority.StampAsync(default, soon.Token));
            case "Layer:OidcAuthority":
                var services = new ServiceCollection().AddLogging();
                services.AddDataProtection();
                services.AddOidc(settings.Oidc!, settings.AllowedPrivateNetworks);
                await using (var provider = services.BuildServiceProvider())
                {
                    var oidc = provider.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get("oidc");
                    var described = await Record.ExceptionAsync(() => oidc.ConfigurationManager!.GetConfigurationAsync(soon.Token));
                    // The same way goes what the description names: tokens, keys, people.
                    using var posted = await PostAsync(oidc.Backchannel, settings.Oidc!.Authority, soon.Token);
                    return described is null || posted is { IsSuccessStatusCode: true } ? null : described;
                }

            default:
                var channel = Assert.Single(NoticeChannels.Of(settings, TimeProvider.System));
                return await Record.ExceptionAsync(() => channel.SendAsync(new Notice("test", "test", "A test", [], [], null, []), Guid.NewGuid(), soon.Token));
        }
    }

    // Kept by the guard, or a name that leads nowhere; not tried and failed.
    private static bool IsKept(Exception? end)
    {
        for (var at = end; at is not null; at = at.InnerException)
        {
            if (OutboundGuard.IsRefusal(at) || at is ArgumentException or UriFormatException or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery })
                return true;
        }

        return false;
    }

    private static async Task<HttpResponseMessage?> PostAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await client.PostAsync(address, null, cancellationToken);
        }
        catch (Exception refused) when (refused is HttpRequestException or OperationCanceledException || OutboundGuard.IsRefusal(refused))
        {
            return null;
        }
    }

    [Fact]
    public async Task What_is_allowed_by_name_of_its_network_is_asked()
    {
        using var inside = Listen(IPAddress.Loopback, out var port);
        using var client = new TimestampAuthority(new Uri($"http://127.0.0.1:{port}/"), TimeProvider.System, [IPNetwork.Parse("127.0.0.1/32")]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var asked = client.StampAsync(default, stop.Token);
        using var connected = await inside.AcceptTcpClientAsync(Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static TcpListener Listen(IPAddress address, out int port, int at = 0)
    {
        var listener = new TcpListener(address, at);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            listener.Server.DualMode = false;
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    // Everything that arrives at this machine, over both protocols.
    private sealed class Inside4And6 : IDisposable
    {
        private readonly TcpListener _four = Listen(IPAddress.Any, out _);
        private readonly TcpListener _six;

        public Inside4And6()
        {
            Port = ((IPEndPoint)_four.LocalEndpoint).Port;
            _six = Listen(IPAddress.IPv6Any, out _, Port);
        }

        public int Port { get; }

        public bool Connected => _four.Pending() || _six.Pending();

        public void Dispose()
        {
            _four.Dispose();
            _six.Dispose();
        }
    }
}
