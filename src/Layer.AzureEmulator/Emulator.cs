using System.Net;
using System.Security.Cryptography.X509Certificates;
using Layer.AzureEmulator.Control;
using Layer.AzureEmulator.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Layer.AzureEmulator;

/// <summary>
/// Entra, ARM and a little of Graph on loopback, over TLS, for one <see cref="World"/>. A client reaches it with its production settings
/// through <see cref="Proxy"/> and by trusting <see cref="TrustAnchor"/>.
/// </summary>
public sealed class Emulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConnectProxy _proxy;
    private readonly CertificateAuthority _authority;
    private readonly Hosts _hosts;
    private readonly ControlPort? _control;
    private bool _disposed;

    private Emulator(World world, WebApplication app, ConnectProxy proxy, CertificateAuthority authority, Hosts hosts, ControlPort? control) =>
        (World, _app, _proxy, _authority, _hosts, _control) = (world, app, proxy, authority, hosts, control);

    /// <summary>The world being served; it may be changed at any time.</summary>
    public World World { get; }

    /// <summary>The HTTP proxy: CONNECT for the public host names of Azure, refusal for every other host.</summary>
    public Uri Proxy => _proxy.Address;

    /// <summary>The authority that signed the server's certificate; without its private key.</summary>
    public X509Certificate2 TrustAnchor => _authority.Root;

    /// <summary>What was answered so far.</summary>
    public RequestLog Requests => _hosts.Requests;

    /// <summary>Hosts (with port) that somebody tried to reach through the proxy and that are not Azure's.</summary>
    public IReadOnlyList<string> RefusedHosts => [.. _proxy.Refused];

    /// <summary>What goes wrong from now on.</summary>
    public FaultPlan Faults => _hosts.Faults;

    /// <summary>Address and token of the control port, or null when it is off.</summary>
    public (Uri Address, string Token)? Control => _control is null ? null : (_control.Address, _control.Token);

    /// <summary>Starts serving a world.</summary>
    public static async Task<Emulator> StartAsync(World world, EmulatorOptions? options = null, CancellationToken ct = default)
    {
        options ??= new EmulatorOptions();
        world.Clock = options.Clock;
        var authority = CertificateAuthority.Create(PublicHosts.All);
        var hosts = new Hosts(world, options);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(authority.Server);
            });
            // Plain http for the instance metadata address, which has no TLS in Azure either (azure-wire §1.2).
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Run(hosts.AnswerAsync);
        await app.StartAsync(ct);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToList();
        var proxy = ConnectProxy.Start(options.ProxyPort, addresses.First(a => a.Scheme == "https").Port, addresses.First(a => a.Scheme == "http").Port);
        var control = options.ControlPort is { } port ? await ControlPort.StartAsync(port, world, hosts, ct) : null;
        return new Emulator(world, app, proxy, authority, hosts, control);
    }

    /// <summary>Writes the trust anchor as PEM, for SSL_CERT_FILE and its like.</summary>
    public Task WriteTrustAnchorAsync(string path, CancellationToken ct = default) => File.WriteAllTextAsync(path, TrustAnchor.ExportCertificatePem() + "\n", ct);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_control is not null)
            await _control.DisposeAsync();
        await _proxy.DisposeAsync();
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), EmulatorOptions.RealTime))
            await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _authority.Dispose();
    }
}
