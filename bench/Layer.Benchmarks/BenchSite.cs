using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Operations;
using Layer.Secrets;

namespace Layer.Benchmarks;

/// <summary>An installation in a folder of its own beside an emulated Azure, reached with the settings of production.</summary>
internal sealed class BenchSite : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("layer-bench-").FullName;

    private BenchSite(World world, Emulator azure) => (World, Azure) = (world, azure);

    public World World { get; }

    public Emulator Azure { get; }

    public string Folder => _folder;

    public string Data => Path.Combine(_folder, "data");

    public string Launcher { get; } = Path.Combine(Checkout.Root, "layer");

    public Dictionary<string, string> Environment { get; } = [];

    public static async Task<BenchSite> StartAsync(World world, EmulatorOptions options, string? database = null)
    {
        var azure = await Emulator.StartAsync(world, options, CancellationToken.None);
        var site = new BenchSite(world, azure);
        var anchor = Path.Combine(site._folder, "emulator.pem");
        await azure.WriteTrustAnchorAsync(anchor, CancellationToken.None);
        site.Environment["LAYER_DATA"] = site.Data;
        site.Environment["HTTPS_PROXY"] = azure.Proxy.ToString();
        site.Environment["SSL_CERT_FILE"] = anchor;
        site.Environment["SSL_CERT_DIR"] = "/nonexistent";
        site.Environment["NODE_EXTRA_CA_CERTS"] = anchor;
        if (database is not null)
            site.Environment["Layer__Database"] = database;
        ChildProcess.Run(site.Launcher, ["version"], site.Environment);
        return site;
    }

    /// <summary>Connects every subscription of the world, without reading any.</summary>
    public async Task ConnectAllAsync()
    {
        var settings = Settings.Read(Environment, out _);
        await using var layer = await Installation.OpenAsync(settings, TimeProvider.System, () => new AzureConnector(new AzureConnectorOptions()), withKeys: true, CancellationToken.None);
        var workspace = await layer.GetOrCreateWorkspaceAsync(CancellationToken.None);
        var app = World.Apps[0];
        foreach (var subscription in World.Subscriptions)
        {
            using var secret = SecretText.From(app.Secrets[0].Value);
            var request = new ConnectRequest(AzureCloud.Public, subscription.Id, subscription.TenantId, app.ClientId, new SignIn(CredentialKind.Secret, secret));
            await layer.Connections.CreateAsync(workspace.Id, subscription.Name, request, subscription.TenantId, "os:bench@bench", CancellationToken.None);
        }
    }

    public ChildProcess Run(params string[] arguments) => ChildProcess.Run(Launcher, arguments, Environment);

    public async ValueTask DisposeAsync()
    {
        await Azure.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
