using System.Net;
using System.Net.Sockets;
using Layer.Ledger;
using Layer.Operations;

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

    [Fact]
    public async Task Two_hundred_hostile_addresses_cause_no_connection()
    {
        using var four = Listen(IPAddress.Any, out var port);
        using var six = Listen(IPAddress.IPv6Any, out _, port);
        string[] forms = ["http://{0}:{1}/", "https://{0}:{1}/tsa?x=1"];
        var urls = Hosts.Concat(Inside).SelectMany(host => forms.Select(form => string.Format(null, form, host, port))).Concat(NoAddressAtAll).ToList();
        Assert.True(urls.Count >= 190, $"{urls.Count}");
        var (let, wrong) = (0, new List<string>());
        foreach (var url in urls.Concat(Hosts.Take(12).Select(host => $"http://{host}:{port}/../../")))
        {
            var settings = Settings.Read(new Dictionary<string, string> { ["Layer__TimestampAuthority"] = url }, out var problems);
            if (settings.TimestampAuthority is not { } address)
            {
                if (problems.Count != 1 || !problems[0].Contains("Allowed:", StringComparison.Ordinal))
                    wrong.Add($"{url}: neither read nor refused");
                continue;
            }

            let++;
            using var client = new TimestampAuthority(address, TimeProvider.System, settings.AllowedPrivateNetworks);
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var refused = await Record.ExceptionAsync(() => client.StampAsync(default, soon.Token));
            if (refused is not RefusedException { Failure.Code: "TIMESTAMP_UNAVAILABLE" })
                wrong.Add($"{url}: {refused?.GetType().Name ?? "answered"}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(let > 100, $"only {let} of {urls.Count} got as far as the guard");
        Assert.False(four.Server.Poll(0, SelectMode.SelectRead), "somebody connected over IPv4");
        Assert.False(six.Server.Poll(0, SelectMode.SelectRead), "somebody connected over IPv6");
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
}
