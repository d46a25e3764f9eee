using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Tests.Storage;
using Layer.Workspaces;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Ledger;

/// <summary>A database with a workspace, its log and one connection.</summary>
internal sealed class LedgerWorld : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private readonly KeyRing _ring;

    private LedgerWorld(TestDatabase test, LayerDatabase database, KeyRing ring, FakeTimeProvider clock)
    {
        _test = test;
        _ring = ring;
        Database = database;
        Clock = clock;
        Seal = new Seal(ring, clock);
    }

    public LayerDatabase Database { get; private set; }

    public DataFolder Folder => _test.Folder;

    public Engine EngineKind => _test.Engine;

    public DatabaseAddress Address => _test.Address;

    public FakeTimeProvider Clock { get; }

    public Seal Seal { get; }

    public Workspace Workspace { get; private set; } = null!; // set by StartAsync before anyone sees it

    public Guid Connection { get; private set; }

    public Reading Azure { get; } = new();

    /// <summary>Called at each step of a commit; throw there to cut it off.</summary>
    public Func<CommitStep, Task>? Reached { get; set; }

    public EvidenceLedger Ledger => new(Database, Folder, Seal, Clock, step => Reached?.Invoke(step) ?? Task.CompletedTask);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<LedgerWorld> StartAsync(Engine engine, PostgresCluster cluster, bool sample = false)
    {
        var test = await TestDatabase.CreateAsync(engine, cluster);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 9, 1, 6, 0, 0, TimeSpan.Zero));
        var ring = KeyRing.Open(test.Folder.Keys, clock);
        ring.Check([]);
        var world = new LedgerWorld(test, await test.OpenAsync(), ring, clock);
        world.Workspace = await new WorkspaceStore(world.Database, world.Seal, clock).GetOrCreateAsync("main", null, sample, Cancellation);
        world.Connection = await world.ConnectAsync("prod", Guid.Parse(Reading.SubscriptionId));
        return world;
    }

    /// <summary>Copies the database alone, as a backup does; what it returns restores the copy, and opens it as the next process would.</summary>
    public async Task<Func<Task>> BackUpAsync()
    {
        await Database.DisposeAsync();
        var restore = await _test.BackUpAsync();
        Database = await _test.OpenAsync();
        return async () =>
        {
            await Database.DisposeAsync();
            await restore();
            Database = await _test.OpenAsync();
        };
    }

    /// <summary>As the next process would.</summary>
    public Task<LayerDatabase> OpenAgainAsync() => _test.OpenAsync();

    public async Task<Guid> ConnectAsync(string name, Guid subscription)
    {
        var engine = Database.Engine;
        var id = Guid.CreateVersion7(Clock.GetUtcNow());
        await using var connection = await Database.ConnectAsync(Cancellation);
        var now = Clock.GetUtcNow().UtcTicks;
        await engine.InsertAsync(
            connection, "credential", ["id", "workspace", "name", "kind", "cloud", "tenant_id", "client_id", "created_at"],
            [[engine.Id(id), engine.Id(Workspace.Id), name, "secret", "public", engine.Id(subscription), engine.Id(subscription), now]], Cancellation);
        await engine.InsertAsync(
            connection, "connection",
            ["id", "workspace", "name", "subscription_id", "tenant_id", "cloud", "credential", "state", "since", "fence", "next_seq", "created_at"],
            [[engine.Id(id), engine.Id(Workspace.Id), name, engine.Id(subscription), engine.Id(subscription), "public", engine.Id(id), "failing", now, 0L, 1L, now]],
            Cancellation);
        return id;
    }

    /// <summary>Seals what became of the connection; its row, which the ledger reads, stays as it is.</summary>
    public Task SealConnectionAsync(string change = ConnectionChange.Created, string? reason = null, string? schedule = null, Guid? connection = null) =>
        Ledger.AppendAsync(Workspace.Id, (log, _) =>
        {
            log.Add(new ConnectionLeaf
            {
                Actor = "os:test@test", Change = change, Connection = connection ?? Connection, Name = "prod", Cloud = "public", Reason = reason, Schedule = schedule,
                Subscription = Guid.Parse(Reading.SubscriptionId), Tenant = Guid.Parse(Reading.SubscriptionId), Client = Guid.Parse(Reading.SubscriptionId), SignIn = "secret",
            });
            return Task.CompletedTask;
        }, Cancellation);

    public SyncAttempt Attempt(Guid? connection = null) => new(
        Guid.CreateVersion7(Clock.GetUtcNow()), Workspace.Id, connection ?? Connection, 0, SyncTrigger.Manual, "os:test@test", "test", Clock.GetUtcNow());

    /// <summary>Reads and commits what Azure is now.</summary>
    public async Task<CommitOutcome> SyncAsync() => await Ledger.CommitAsync(Attempt(), Azure.At(Clock.GetUtcNow()), Cancellation);

    public async Task<CommitOutcome> FailAsync(string code = "SECRET_EXPIRED") =>
        await Ledger.RecordFailureAsync(Attempt(), Failed(code), Cancellation);

    public static CollectionFailedException Failed(string code) => new(new Failure(code, new Dictionary<string, string>()), null);

    public Task SignAsync() => Ledger.SignCheckpointAsync(Workspace.Id, Cancellation);

    public async Task<long> CountAsync(string table, string where = "1 = 1")
    {
        await using var connection = await Database.ConnectAsync(Cancellation);
        return Convert.ToInt64(await connection.ScalarAsync($"SELECT COUNT(*) FROM \"{table}\" WHERE {where}", Cancellation));
    }

    /// <summary>Rows of every table that holds what was sealed.</summary>
    public async Task<string> CountAllAsync()
    {
        var counts = new List<string>();
        foreach (var table in GuardedTable.All.Where(table => table.Name != "checkpoint"))
            counts.Add($"{table.Name} {await CountAsync(table.Name)}");
        return string.Join(", ", counts) + $", closed {await CountAsync("observation_version", "to_seq IS NOT NULL")}";
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.ConnectAsync(Cancellation);
        await connection.ExecuteAsync(sql, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _ring.Dispose();
        await _test.DisposeAsync();
    }
}
