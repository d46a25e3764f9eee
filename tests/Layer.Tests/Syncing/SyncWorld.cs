using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Layer.Connections;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Syncing;
using Layer.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Syncing;

/// <summary>A company with three subscriptions under one app, a database, and one process of Layer; more can be started.</summary>
internal sealed class SyncWorld : IAsyncDisposable
{
    public const string Actor = "os:test@test";

    public static readonly string[] Names = ["prod", "test", "lab"];

    private readonly TestDatabase _test;
    private readonly List<LayerNode> _nodes = [];

    private readonly InterruptingClock _azureClock;

    private SyncWorld(TestDatabase test, Emulator azure, FakeTimeProvider clock, InterruptingClock azureClock) =>
        (_test, Azure, Clock, _azureClock) = (test, azure, clock, azureClock);

    public Emulator Azure { get; }

    public World World => Azure.World;

    public FakeTimeProvider Clock { get; }

    public DataFolder Folder => _test.Folder;

    public LayerNode Node => _nodes[0];

    public App App => World.App("layer");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The app's name is new each time: MSAL remembers refusals for the whole process.</summary>
    public static async Task<SyncWorld> StartAsync(
        Engine engine, PostgresCluster cluster, string role = "Reader", string? secret = null,
        Action<TenantBuilder>? more = null, Action<SubscriptionBuilder>? each = null, int? pageSize = null, Action<World>? with = null)
    {
        var world = World.Create();
        world.Tenant($"contoso-{Guid.NewGuid():n}", tenant =>
        {
            tenant.App("layer", app => app.Secret(secret)).User("ada").User("grace");
            more?.Invoke(tenant);
            foreach (var name in Names)
            {
                tenant.Subscription(name, subscription =>
                {
                    if (role.Length > 0)
                        subscription.Grant(role, "layer");
                    subscription.Grant("Owner", "ada").ResourceGroup($"rg-{name}").ResourceGroup("rg-data", grants: [("Contributor", "grace")]);
                    each?.Invoke(subscription);
                });
            }
        });
        with?.Invoke(world);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));
        var azureClock = new InterruptingClock(clock);
        var azure = await Emulator.StartAsync(world, new EmulatorOptions { Clock = azureClock, Throttling = false, PageSize = pageSize }, Cancellation);
        var running = new SyncWorld(await TestDatabase.CreateAsync(engine, cluster), azure, clock, azureClock);
        await running.StartNodeAsync();
        return running;
    }

    /// <summary>Runs while Azure makes its next answer: whoever waits for that answer is held up meanwhile.</summary>
    public void DuringNextAnswer(Action act) => _azureClock.Next = act;

    public async Task<LayerNode> StartNodeAsync()
    {
        var options = new AzureConnectorOptions
        {
            Clock = Clock, Proxy = Azure.Proxy, TrustAnchors = new X509Certificate2Collection(Azure.TrustAnchor), FirstDelay = TimeSpan.Zero, Attempts = 1,
            CallDeadline = TimeSpan.FromHours(1), SyncDeadline = TimeSpan.FromHours(1),
        };
        var node = await LayerNode.StartAsync(_test.OpenAsync, Folder, options, Clock, new WaitingClock(Clock), Cancellation);
        _nodes.Add(node);
        return node;
    }

    public ConnectRequest Request(string subscription, string? secret = null, Guid? tenantId = null) => new(
        AzureCloud.Public, World.Subscription(subscription).Id, tenantId, App.ClientId, new SignIn(CredentialKind.Secret, SecretText.From(secret ?? App.Secret)));

    public Task<ConnectOutcome> ConnectAsync(
        string subscription, bool saveAnyway = false, TimeSpan wait = default, string? secret = null, Action<ConnectEvent>? told = null, string? name = null) =>
        Node.Connect.RunAsync(
            Node.Workspace.Id, Request(subscription, secret), new ConnectOptions(name ?? subscription, saveAnyway, wait, Actor), told ?? (_ => { }), Cancellation);

    /// <summary>Connects all three.</summary>
    public async Task ConnectAllAsync()
    {
        foreach (var name in Names)
            Assert.Null((await ConnectAsync(name)).Failure);
    }

    public Task<Connection> GetAsync(string name) => Node.Connections.GetAsync(Node.Workspace.Id, name, Cancellation);

    public async Task<SyncResult> SyncAsync(string name, LayerNode? node = null) =>
        (await (node ?? Node).Sync.RunAsync([await GetAsync(name)], SyncTrigger.Manual, Actor, null, Cancellation))[0];

    public async Task<IReadOnlyList<SyncResult>> SyncAllAsync() =>
        await Node.Sync.RunAsync(await Node.Connections.ListAsync(Node.Workspace.Id, Cancellation), SyncTrigger.Manual, Actor, null, Cancellation);

    public async Task<long> CountAsync(string table, string where = "1 = 1")
    {
        await using var connection = await Node.Database.ConnectAsync(Cancellation);
        return Convert.ToInt64(await connection.ScalarAsync($"SELECT COUNT(*) FROM \"{table}\" WHERE {where}", Cancellation));
    }

    /// <summary>Bodies of the leaves of a kind, oldest first, as text.</summary>
    public async Task<List<string>> LeavesAsync(string kind)
    {
        await using var connection = await Node.Database.ConnectAsync(Cancellation);
        var leaves = new List<string>();
        await foreach (var row in connection.QueryAsync("SELECT bytes FROM log_leaf WHERE kind = @kind ORDER BY idx", Cancellation, ("@kind", kind)))
            leaves.Add(System.Text.Encoding.UTF8.GetString(PackedBytes.Unpack(row.GetFieldValue<byte[]>(0))));
        return leaves;
    }

    private sealed class InterruptingClock(TimeProvider inner) : TimeProvider
    {
        private Action? _next;

        public Action? Next
        {
            set => _next = value;
        }

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref _next, null)?.Invoke();
            return inner.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await Azure.DisposeAsync();
        await _test.DisposeAsync();
    }
}
