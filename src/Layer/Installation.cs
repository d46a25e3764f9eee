using Layer.Azure;
using Layer.Connections;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Secrets;
using Layer.Storage;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer;

/// <summary>One data folder with its database and keys, open; its parts are wired here and nowhere else. Made by <see cref="LayerApp"/>.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string SampleWorkspace = "sample";

    private readonly Settings _settings;
    private readonly Lazy<AzureConnector> _connector;
    private readonly TimestampAuthority? _authority;
    private readonly InFlight _inFlight = new();

    private Installation(Settings settings, LayerDatabase database, KeyRing ring, TimeProvider clock, Func<AzureConnector> connector)
    {
        _settings = settings;
        Database = database;
        Ring = ring;
        Clock = clock;
        _connector = new Lazy<AzureConnector>(connector);
        Folder = new DataFolder(settings.DataFolder);
        Seal = new Seal(ring, clock);
        Ledger = new EvidenceLedger(database, Folder, Seal, clock);
        Workspaces = new WorkspaceStore(database, Seal, clock);
        Credentials = new CredentialStore(database, Seal, clock);
        Connections = new ConnectionStore(database, Ledger, Credentials, clock);
        _authority = settings.TimestampAuthority is { } address ? new TimestampAuthority(address, clock, settings.AllowedPrivateNetworks) : null;
        Retention = new WorkspaceRetention(database, Ledger, settings.RetentionYears);
        Tombstones = new Tombstones(Folder);
    }

    /// <summary>What it was told.</summary>
    public Settings Settings => _settings;

    /// <summary>Whether it leads to an emulator, as the demo's server does: what was made up can be read again there and nowhere else.</summary>
    public bool AzureIsMadeUp { get; set; }

    public DataFolder Folder { get; }

    public TimeProvider Clock { get; }

    public LayerDatabase Database { get; }

    public KeyRing Ring { get; }

    public Seal Seal { get; }

    public EvidenceLedger Ledger { get; }

    public WorkspaceStore Workspaces { get; }

    public CredentialStore Credentials { get; }

    public ConnectionStore Connections { get; }

    public WorkspaceRetention Retention { get; }

    public Tombstones Tombstones { get; }

    public WorkspaceRemoval Removal => new(Database, Ledger, Retention, Tombstones, Clock);

    public AzureConnector Connector => _connector.Value;

    public ConnectionCheck Check => new(Connector);

    public SyncRun Syncs => SyncsWith(Connector);

    public ConnectFlow Connecting => new(Connections, Credentials, Check, Syncs, Connector, Clock);

    public CredentialRotation Rotation => new(Connections, Credentials, Ledger, Check);

    public static async Task<Installation> OpenAsync(
        Settings settings, TimeProvider clock, Func<AzureConnector> connector, bool withKeys, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(settings.DataFolder);
        folder.Create();
        var address = AddressOf(settings, folder);
        var database = await LayerDatabase.OpenAsync(address, new MigrationBackup(folder, address, clock).MakeAsync, cancellationToken);
        try
        {
            var ring = KeyRing.Open(folder.Keys, clock);
            // What is sealed is read by nobody else: evidence stays readable without any key.
            if (withKeys)
                ring.Check(await SealedColumn.ReadAllAsync(database, cancellationToken));
            return new Installation(settings, database, ring, clock, connector);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>The demo uses a fresh connector for each of its days.</summary>
    public SyncRun SyncsWith(AzureConnector connector) => new(Database, Ledger, Credentials, new SyncLeases(Database, Clock, _settings.Lease), connector, _inFlight, Clock);

    public CredentialRotation RotationWith(AzureConnector connector) => new(Connections, Credentials, Ledger, new ConnectionCheck(connector));

    /// <exception cref="RefusedException">LOG_ORIGIN_USED: it would be made under the name of a log that was removed.</exception>
    public async Task<Workspace> GetOrCreateWorkspaceAsync(CancellationToken cancellationToken)
    {
        if (await Workspaces.FindAsync(WorkspaceStore.DefaultName, cancellationToken) is { } workspace)
            return workspace;
        if (_settings.LogOrigin is { } origin && Tombstones.List().FirstOrDefault(found => found.Tombstone?.Origin == origin) is { } removed)
            throw new RefusedException("LOG_ORIGIN_USED", ("origin", origin), ("file", removed.Path));
        return await Workspaces.GetOrCreateAsync(WorkspaceStore.DefaultName, _settings.LogOrigin, sample: false, cancellationToken);
    }

    /// <summary>The person's own workspace; without one the demo's; null when there is neither.</summary>
    public async Task<Workspace?> FindWorkspaceAsync(CancellationToken cancellationToken) =>
        await Workspaces.FindAsync(WorkspaceStore.DefaultName, cancellationToken) ?? await Workspaces.FindAsync(SampleWorkspace, cancellationToken);

    public InventoryReader InventoryOf(Workspace workspace) => new(Database, workspace.Id);

    public NameBook NamesOf(Workspace workspace, AzureConnector connector) => new(Database, Ledger, Credentials, connector, workspace.Id, Clock);

    /// <summary>Null when no authority is set.</summary>
    public LogTimestamps? Timestamps => _authority is null ? null : new LogTimestamps(Database, Ledger, _authority, Clock);

    /// <summary>Whether names are looked up after a sync.</summary>
    public bool LooksUpNames => _settings.Names;

    /// <exception cref="SettingsException">The setting Layer:Database cannot be used.</exception>
    public static DatabaseAddress AddressOf(Settings settings, DataFolder folder)
    {
        try
        {
            return settings.Database is { } text ? DatabaseAddress.Parse(text) : new DatabaseAddress.Sqlite(folder.Database);
        }
        catch (FormatException wrong)
        {
            throw new SettingsException([$"Layer:Database cannot be used. {wrong.Message}"]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connector.IsValueCreated)
            await _connector.Value.DisposeAsync();
        _authority?.Dispose();
        Ring.Dispose();
        await Database.DisposeAsync();
    }
}
