using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Evidence.Collecting;

namespace Layer.Tests.Azure;

/// <summary>An emulator with one world, and a connector that reaches it as it would reach Azure: public host names, TLS, a proxy.</summary>
internal sealed class EmulatedAzure : IAsyncDisposable
{
    public const string Reader = "layer";
    public const string Prod = "prod";

    private readonly AzureConnectorOptions _options;

    private EmulatedAzure(Emulator emulator, AzureConnectorOptions options)
    {
        (Emulator, _options) = (emulator, options);
        Connector = new AzureConnector(options);
    }

    public Emulator Emulator { get; }

    public AzureConnector Connector { get; private set; }

    public World World => Emulator.World;

    public AzureTarget Target => TargetOf(Prod);

    public ClientSecret Secret => new(World.App(Reader).ClientId, World.App(Reader).Secret);

    /// <summary>A company with one subscription; <paramref name="more"/> adds to it. Each has its own app: MSAL remembers refusals for the whole process.</summary>
    public static World Company(Action<SubscriptionBuilder>? more = null, Action<TenantBuilder>? tenant = null, string role = "Reader")
    {
        var world = World.Create();
        return world.Tenant($"contoso-{Guid.NewGuid():n}", t =>
        {
            t.App(Reader, a => a.Secret()).User("ada").User("grace").DeletedUser("gone").Group("admins", "ada").ForeignGroup("partner");
            tenant?.Invoke(t);
            t.Subscription(Prod, s =>
            {
                if (role.Length > 0)
                    s.Grant(role, Reader);
                s.Grant("Owner", "ada").Grant("Contributor", "gone")
                    .ResourceGroup("rg-web", grants: [("Contributor", "grace")])
                    .ResourceGroup("rg-data", with: g => g with { Tags = new Dictionary<string, string> { ["env"] = "prod", ["Cost"] = "7" } })
                    .ResourceGroup("RG-Ops");
                more?.Invoke(s);
            });
        });
    }

    public static async Task<EmulatedAzure> StartAsync(
        World? world = null, EmulatorOptions? emulator = null, Func<AzureConnectorOptions, AzureConnectorOptions>? with = null)
    {
        var running = await Emulator.StartAsync(world ?? Company(), emulator ?? new EmulatorOptions(), TestContext.Current.CancellationToken);
        var options = new AzureConnectorOptions
        {
            Proxy = running.Proxy,
            TrustAnchors = new X509Certificate2Collection(running.TrustAnchor),
            FirstDelay = TimeSpan.FromMilliseconds(1),
        };
        return new EmulatedAzure(running, with?.Invoke(options) ?? options);
    }

    public AzureTarget TargetOf(string subscription) =>
        new(AzureCloud.Public, World.Subscription(subscription).Id, World.Subscription(subscription).TenantId);

    public Task<Collection> CollectAsync() => Connector.CollectAsync(Target, Secret, TestContext.Current.CancellationToken);

    /// <summary>Collects and asks as well what the app registration can see.</summary>
    public Task<Collection> CollectWithVisibleAsync() =>
        Connector.CollectAsync(Target, Secret, wantsVisible: _ => true, TestContext.Current.CancellationToken);

    /// <summary>Collects, and expects it to fail with a code.</summary>
    public async Task<CollectionFailedException> FailAsync(string code, AzureCredential? credential = null, AzureTarget? target = null)
    {
        var failed = await Assert.ThrowsAsync<CollectionFailedException>(
            () => Connector.CollectAsync(target ?? Target, credential ?? Secret, TestContext.Current.CancellationToken));
        Assert.Equal(code, failed.Failure.Code);
        return failed;
    }

    public async Task RestartConnectorAsync()
    {
        await Connector.DisposeAsync();
        Connector = new AzureConnector(_options);
    }

    public async ValueTask DisposeAsync()
    {
        await Connector.DisposeAsync();
        await Emulator.DisposeAsync();
    }
}
