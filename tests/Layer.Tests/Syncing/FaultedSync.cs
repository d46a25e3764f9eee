using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Syncing;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

/// <summary>The world of the fault matrix with a database beside it: each of its subscriptions is connected and has one complete sync.</summary>
internal sealed class FaultedSync : IAsyncDisposable
{
    private const string Actor = "os:test@test";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly TestDatabase _test;
    private readonly LayerNode _node;
    private readonly MorningClock _clock;
    private readonly HurriedClock _waits;
    private readonly World _world;
    private readonly Emulator _threePages;
    private readonly Emulator _onePage;
    private readonly SyncRun _ofThreePages;
    private readonly SyncRun _ofOnePage;
    private readonly List<AzureConnector> _connectors = [];

    private FaultedSync(TestDatabase test, LayerNode node, MorningClock clock, HurriedClock waits, World world, Emulator threePages, Emulator onePage)
    {
        (_test, _node, _clock, _waits, _world, _threePages, _onePage) = (test, node, clock, waits, world, threePages, onePage);
        (_ofThreePages, _ofOnePage) = (RunThrough(threePages), RunThrough(onePage));
    }

    public LayerDatabase Database => _node.Database;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each cell that refuses the sign-in needs one of the <paramref name="apps"/> for itself: MSAL remembers refusals.</summary>
    public static async Task<FaultedSync> StartAsync(Engine engine, PostgresCluster cluster, int apps)
    {
        var clock = new MorningClock();
        var waits = new HurriedClock(clock);
        var world = FaultWorld.Create().Tenant($"fabrikam-{Guid.NewGuid():n}", tenant =>
        {
            for (var i = 0; i < apps; i++)
            {
                var name = TokenApp(i);
                tenant.App(name, app => app.Secret()).Subscription(name, subscription => subscription.Grant("Reader", name).ResourceGroup("rg"));
            }
        });
        var threePages = await Emulator.StartAsync(world, FaultWorld.ThreePages with { Clock = clock }, Cancellation);
        var onePage = await Emulator.StartAsync(world, FaultWorld.OnePage with { Clock = clock }, Cancellation);
        var test = await TestDatabase.CreateAsync(engine, cluster);
        var node = await LayerNode.StartAsync(test.OpenAsync, test.Folder, Options(onePage, waits), clock, clock, Cancellation);
        var running = new FaultedSync(test, node, clock, waits, world, threePages, onePage);
        await running.ConnectAsync(EmulatedAzure.Prod, EmulatedAzure.Reader);
        for (var i = 0; i < apps; i++)
            await running.ConnectAsync(TokenApp(i), TokenApp(i));
        return running;
    }

    /// <summary>Syncs while the fault of a cell is in force.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="app">The number of its app when it refuses the sign-in.</param>
    /// <returns>What came of it, and whether the fault was met.</returns>
    public async Task<(SyncResult Result, bool Struck)> SyncAsync(FaultCell cell, int app)
    {
        var (azure, run) = cell.Emulator.PageSize is null ? (_onePage, _ofOnePage) : (_threePages, _ofThreePages);
        var ofToken = cell.Call == AzureCall.Token;
        // An answer to either call is kept for the day.
        if (ofToken || cell.Call == AzureCall.ListRoleDefinitions)
            run = RunThrough(azure);
        azure.Requests.Clear();
        azure.Faults.Set(
            cell.Fault, cell.Call, cell.Page, delay: cell.Fault == Fault.Slow ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromHours(1));
        _waits.Hurried = cell.Fault == Fault.NeverAnswers;
        try
        {
            var result = await SyncAsync(run, ofToken ? TokenApp(app) : EmulatedAzure.Prod);
            // What is cut off or never answered is not in the emulator's log, and does not pass for a success either.
            return (result, result.Failure is not null || azure.Requests.Any(r => r.Fault == cell.Fault && r.Call == cell.Call));
        }
        finally
        {
            _waits.Hurried = false;
            azure.Faults.Clear();
        }
    }

    /// <summary>Only the first sync of a day asks what the app registration can see.</summary>
    public void MoveToNextDay() => _clock.MoveToNextDay();

    /// <summary>Syncs the great subscription with nothing in the way.</summary>
    public Task<SyncResult> SyncAsync() => SyncAsync(_ofThreePages, EmulatedAzure.Prod);

    /// <summary>Requests answered since the last cell began, with what the proxies refused.</summary>
    public (IEnumerable<AnsweredRequest> Answered, IEnumerable<string> Refused) Outbound =>
        (_threePages.Requests.Concat(_onePage.Requests), _threePages.RefusedHosts.Concat(_onePage.RefusedHosts));

    public Task<LogVerdict> VerifyAsync() => LogVerification.RunAsync(_node.Database, _test.Folder, _node.Workspace, pinned: null, Cancellation);

    /// <summary>Keys of the observations that hold now, by type.</summary>
    public async Task<ILookup<string, string>> SealedAsync(string connection)
    {
        var id = (await _node.Connections.GetAsync(_node.Workspace.Id, connection, Cancellation)).Id;
        await using var database = await Database.ConnectAsync(Cancellation);
        var rows = new List<(string Type, string Key)>();
        var open = database.QueryAsync(
            "SELECT o.type, o.key FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest"
            + " WHERE v.connection = @connection AND v.to_seq IS NULL", Cancellation, ("@connection", Database.Engine.Id(id)));
        await foreach (var row in open)
            rows.Add((row.GetString(0), row.GetString(1)));
        return rows.ToLookup(row => row.Type, row => row.Key);
    }

    /// <summary>Keys of what a complete reading of a subscription holds, by type: the definitions are those of the assignments that <paramref name="held"/> names.</summary>
    public ILookup<string, string> Expected(string subscription, Func<string, bool> held)
    {
        var scope = _world.Subscription(subscription).Scope;
        var assignments = _world.AssignmentsOf(subscription);
        return new[] { (Type: ObservationType.Subscription, Id: scope) }
            .Concat(_world.ResourceGroupsOf(subscription).Select(group => (Type: ObservationType.ResourceGroup, group.Id)))
            .Concat(assignments.Select(assignment => (Type: ObservationType.RoleAssignment, assignment.Id)))
            .Concat(assignments.Where(assignment => held(assignment.Id.ToLowerInvariant())).Select(assignment => assignment.RoleId).Distinct()
                .Select(role => (Type: ObservationType.RoleDefinition, Id: $"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}")))
            .ToLookup(row => row.Type, row => row.Id.ToLowerInvariant());
    }

    public static string TokenApp(int number) => $"app-{number}";

    public async ValueTask DisposeAsync()
    {
        foreach (var connector in _connectors)
            await connector.DisposeAsync();
        await _node.DisposeAsync();
        await _threePages.DisposeAsync();
        await _onePage.DisposeAsync();
        await _test.DisposeAsync();
    }

    private static AzureConnectorOptions Options(Emulator azure, TimeProvider clock) => new()
    {
        Clock = clock, Proxy = azure.Proxy, TrustAnchors = new X509Certificate2Collection(azure.TrustAnchor),
        FirstDelay = TimeSpan.FromMilliseconds(1), Attempts = 2, CallDeadline = Deadline, SyncDeadline = TimeSpan.FromHours(1),
    };

    private SyncRun RunThrough(Emulator azure)
    {
        var connector = new AzureConnector(Options(azure, _waits));
        _connectors.Add(connector);
        return new SyncRun(_node.Database, _node.Ledger, _node.Credentials, _node.Leases, connector, new InFlight(), _clock);
    }

    private async Task ConnectAsync(string subscription, string app)
    {
        var (row, reader) = (_world.Subscription(subscription), _world.App(app));
        var request = new ConnectRequest(
            AzureCloud.Public, row.Id, row.TenantId, reader.ClientId, new SignIn(CredentialKind.Secret, SecretText.From(reader.Secret)));
        await _node.Connections.CreateAsync(_node.Workspace.Id, subscription, request, row.TenantId, Actor, Cancellation);
        Assert.Null((await SyncAsync(_ofOnePage, subscription)).Failure);
    }

    private async Task<SyncResult> SyncAsync(SyncRun run, string connection) => (await run.RunAsync(
        [await _node.Connections.GetAsync(_node.Workspace.Id, connection, Cancellation)], SyncTrigger.Manual, Actor, done: null, Cancellation))[0];
}
