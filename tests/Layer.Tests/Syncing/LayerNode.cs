using Layer.Azure;
using Layer.Connections;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Tests.Syncing;

/// <summary>One process of Layer, without its command line: it shares nothing with another but the database, the keys and Azure.</summary>
internal sealed class LayerNode : IAsyncDisposable
{
    private LayerNode(LayerDatabase database, DataFolder folder, KeyRing ring, AzureConnector connector, TimeProvider clock, TimeProvider waits)
    {
        (Database, Ring, Connector) = (database, ring, connector);
        Seal = new Seal(ring, clock);
        Ledger = new EvidenceLedger(database, folder, Seal, clock);
        Credentials = new CredentialStore(database, Seal, clock);
        Connections = new ConnectionStore(database, Ledger, Credentials, clock);
        Leases = new SyncLeases(database, clock);
        Sync = new SyncRun(database, Ledger, Credentials, Leases, connector, new InFlight(), clock);
        Check = new ConnectionCheck(connector);
        Connect = new ConnectFlow(Connections, Credentials, Check, Sync, connector, waits);
        Rotation = new CredentialRotation(Connections, Credentials, Ledger, Check);
    }

    public LayerDatabase Database { get; }

    public KeyRing Ring { get; }

    public Seal Seal { get; }

    public AzureConnector Connector { get; }

    public EvidenceLedger Ledger { get; }

    public CredentialStore Credentials { get; }

    public ConnectionStore Connections { get; }

    public SyncLeases Leases { get; }

    public SyncRun Sync { get; }

    public ConnectionCheck Check { get; }

    public ConnectFlow Connect { get; }

    public CredentialRotation Rotation { get; }

    public Workspace Workspace { get; private set; } = null!; // set by StartAsync before anyone sees it

    public static async Task<LayerNode> StartAsync(
        Func<Task<LayerDatabase>> open, DataFolder folder, AzureConnectorOptions options, TimeProvider clock, TimeProvider waits, CancellationToken cancellationToken)
    {
        var database = await open();
        var ring = KeyRing.Open(folder.Keys, clock);
        ring.Check(await SealedColumn.ReadAllAsync(database, cancellationToken));
        var node = new LayerNode(database, folder, ring, new AzureConnector(options), clock, waits);
        node.Workspace = await new WorkspaceStore(database, node.Seal, clock).GetOrCreateAsync(WorkspaceStore.DefaultName, null, sample: false, cancellationToken);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Connector.DisposeAsync();
        await Database.DisposeAsync();
        Ring.Dispose();
    }
}
