using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Secrets;
using Layer.Syncing;
using Layer.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Syncing;

/// <summary>Twenty connections under four app registrations, run by the schedule alone through days on which things go wrong.</summary>
public sealed class YearSpecs(PostgresCluster cluster, ITestOutputHelper output)
{
    private const int Subscriptions = 20;
    private const int Apps = 4;

    private static readonly TimeSpan HalfDay = TimeSpan.FromHours(12);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData(Engine.Sqlite), InlineData(Engine.Postgres)]
    public Task Coverage_of_twenty_days_is_what_happened_day_by_day(Engine engine) => RunAsync(engine, 20);

    [Theory, Trait("category", "soak"), InlineData(Engine.Sqlite), InlineData(Engine.Postgres)]
    public Task Coverage_of_a_year_is_what_happened_day_by_day_and_memory_stays_flat(Engine engine) => RunAsync(engine, 365);

    private async Task RunAsync(Engine engine, int days)
    {
        var seed = Environment.GetEnvironmentVariable("LAYER_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"LAYER_SEED={seed}");
        var story = new Story(new Random(seed), days);
        var first = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var clock = new FakeTimeProvider(first);
        var world = Build();
        await using var azure = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock, Throttling = false }, Cancellation);
        await using var test = await TestDatabase.CreateAsync(engine, cluster);
        var options = new AzureConnectorOptions
        {
            Clock = clock, Proxy = azure.Proxy, TrustAnchors = new X509Certificate2Collection(azure.TrustAnchor), FirstDelay = TimeSpan.Zero, Attempts = 1,
            CallDeadline = TimeSpan.FromHours(1), SyncDeadline = TimeSpan.FromHours(1),
        };
        var node = await LayerNode.StartAsync(test.OpenAsync, test.Folder, options, clock, clock, Cancellation);
        var connections = await ConnectAsync(node, world);
        var memory = new List<long>();
        var next = new Dictionary<Guid, DateTimeOffset>();
        for (var half = 0; half < days * 2; half++)
        {
            var begins = first + (half * HalfDay);
            if (clock.GetUtcNow() < begins)
                clock.SetUtcNow(begins);
            story.Happen(world, azure.Faults, half, begins);
            if (story.IsDown(half))
                continue;
            if (half > 0 && story.IsDown(half - 1))
            {
                await node.DisposeAsync();
                node = await LayerNode.StartAsync(test.OpenAsync, test.Folder, options, clock, clock, Cancellation);
                next.Clear();
            }

            // MSAL goes by the real clock: its tokens would outlive a secret.
            await using var connector = new AzureConnector(options);
            var syncs = new SyncRun(node.Database, node.Ledger, node.Credentials, node.Leases, connector, new InFlight(), clock);
            var due = new DueSyncs(new PlannedConnections(node.Database), () => syncs, (_, _, _) => Task.CompletedTask, clock);
            foreach (var connection in connections.Where(connection => !next.ContainsKey(connection.Id)))
                next[connection.Id] = (await due.LookAsync(connection.Id, Cancellation))!.Value;
            while (next.MinBy(entry => entry.Value) is var (id, at) && at < begins + HalfDay)
            {
                if (at > clock.GetUtcNow())
                    clock.SetUtcNow(at);
                next[id] = (await due.LookAsync(id, Cancellation))!.Value;
            }

            azure.Requests.Clear();
            if (half % 60 == 59)
                memory.Add(GC.GetTotalMemory(forceFullCollection: true) >> 20);
        }

        clock.SetUtcNow(first.AddDays(days));
        var coverage = await CoverageNow.ReadAsync(node.Database, node.Workspace, window: null, clock, Cancellation);
        var lines = coverage!.Lines.ToDictionary(line => (line.Day, line.Subscription));
        var (wrong, covered, failed, missed) = (new List<string>(), 0, 0, 0);
        for (var n = 0; n < Subscriptions; n++)
        {
            var (timeOfDay, before) = (DailySchedule.TimeOfDay(connections[n].Id), true);
            for (var day = 0; day < days; day++)
            {
                var line = lines[(DateOnly.FromDateTime(first.AddDays(day).UtcDateTime), connections[n].SubscriptionId)];
                var (state, codes) = story.Expect(n, day, timeOfDay, before);
                if ((line.IsCovered ? CoverageState.Complete : line.State) != state || (state == CoverageState.Failed && !codes.Contains(line.Code!)))
                    wrong.Add($"s{n:d2} {line.Day:yyyy-MM-dd}: {line.State} {line.Code}, not {state} {string.Join('|', codes)}");
                before = state == CoverageState.Complete;
                _ = state switch { CoverageState.Complete => covered++, CoverageState.Failed => failed++, _ => missed++ };
            }
        }

        output.WriteLine($"{days} days: {covered} covered, {failed} failed, {missed} missed, as the story has it; memory after each 30 days, MiB: {string.Join(' ', memory)}");
        Assert.Empty(wrong);
        Assert.True(failed + missed > 0, "Nothing went wrong: the story is too kind.");
        if (memory.Count > 4)
            Assert.InRange(memory[^1], 0, memory[1] * 3 / 2);
        await node.DisposeAsync();
    }

    private static World Build() => World.Create().Tenant($"contoso-{Guid.NewGuid():n}", tenant =>
    {
        tenant.User("ada");
        for (var n = 0; n < Apps; n++)
            tenant.App($"a{n}", app => app.Secret());
        for (var n = 0; n < Subscriptions; n++)
        {
            var own = $"a{n % Apps}";
            tenant.Subscription($"s{n:d2}", subscription => subscription.Grant("Reader", own).Grant("Owner", "ada").ResourceGroup("rg"));
        }
    });

    private static async Task<IReadOnlyList<Connection>> ConnectAsync(LayerNode node, World world)
    {
        var connections = new List<Connection>();
        for (var n = 0; n < Subscriptions; n++)
        {
            var (subscription, app) = (world.Subscription($"s{n:d2}"), world.App($"a{n % Apps}"));
            var request = new ConnectRequest(AzureCloud.Public, subscription.Id, subscription.TenantId, app.ClientId, new SignIn(CredentialKind.Secret, SecretText.From(app.Secret)));
            connections.Add(await node.Connections.CreateAsync(node.Workspace.Id, subscription.Name, request, subscription.TenantId, SyncWorld.Actor, Cancellation));
        }

        return connections;
    }

    /// <summary>What goes wrong, by half days of UTC.</summary>
    private sealed class Story
    {
        private readonly bool[] _down;
        private readonly bool[] _outage;
        private readonly bool[,] _expired;
        private readonly bool[,] _removed;

        public Story(Random random, int days)
        {
            var halves = days * 2;
            (_down, _outage, _expired, _removed) = (new bool[halves], new bool[halves], new bool[Apps, halves], new bool[Subscriptions, halves]);
            // The first two days go well.
            for (var half = 4; half < halves; half++)
            {
                // The program is stopped for a morning, a day or a few days, and always comes back at midnight or noon.
                if (half % 2 == 0 && random.Next(20) == 0)
                    Mark(_down, half, random.Next(1, 6));
                if (random.Next(20) == 0)
                    Mark(_outage, half, random.Next(1, 4));
                for (var app = 0; app < Apps; app++)
                {
                    if (random.Next(100) == 0)
                        Mark(_expired, app, half, random.Next(1, 8));
                }

                for (var n = 0; n < Subscriptions; n++)
                {
                    if (random.Next(200) == 0)
                        Mark(_removed, n, half, random.Next(1, 6));
                }
            }
        }

        public bool IsDown(int half) => _down[half];

        public void Happen(World world, FaultPlan faults, int half, DateTimeOffset now)
        {
            faults.Clear();
            if (_outage[half])
            {
                foreach (var call in (AzureCall[])[AzureCall.GetSubscription, AzureCall.ListResourceGroups, AzureCall.ListRoleAssignments])
                    faults.Set(Fault.Status503, call);
            }

            for (var n = 0; n < Apps; n++)
            {
                var expires = _expired[n, half] ? now.AddMinutes(-1) : now.AddYears(1);
                world.Change(world.App($"a{n}"), app => app with { Secrets = [app.Secrets[0] with { Expires = expires }] });
            }

            for (var n = 0; n < Subscriptions; n++)
            {
                var (name, app) = ($"s{n:d2}", $"a{n % Apps}");
                var own = world.FindAssignment(world.Subscription(name).Scope, "Reader", app);
                if (_removed[n, half] && own is not null)
                    world.Remove(own);
                else if (!_removed[n, half] && own is null)
                    world.Grant(world.Subscription(name).Scope, "Reader", app);
            }
        }

        /// <summary>What the coverage of a day must say.</summary>
        /// <param name="n">The subscription.</param>
        /// <param name="day">The day, from 0.</param>
        /// <param name="due">The connection's time of day.</param>
        /// <param name="before">Whether the day before is covered: when not, the schedule is trying again in the morning.</param>
        public (string State, HashSet<string> Codes) Expect(int n, int day, TimeSpan due, bool before)
        {
            var (morning, afternoon) = (day * 2, (day * 2) + 1);
            if (IsGood(n, afternoon) || (IsGood(n, morning) && (due < HalfDay || !before)))
                return (CoverageState.Complete, []);
            if (_down[morning] && _down[afternoon])
                return (CoverageState.Missed, []);
            // Stopped in the afternoon before its time had come: nobody looked.
            if (_down[afternoon] && due >= HalfDay && before)
                return (CoverageState.Missed, []);
            return (CoverageState.Failed, [.. new[] { morning, afternoon }.Where(half => !_down[half]).Select(half => CodeOf(n, half)).OfType<string>()]);
        }

        private bool IsGood(int n, int half) => !_down[half] && CodeOf(n, half) is null;

        private string? CodeOf(int n, int half) =>
            _expired[n % Apps, half] ? "SECRET_EXPIRED" : _outage[half] ? "AZURE_UNAVAILABLE" : _removed[n, half] ? "READER_REMOVED" : null;

        private static void Mark(bool[] halves, int from, int count)
        {
            for (var half = from; half < Math.Min(from + count, halves.Length); half++)
                halves[half] = true;
        }

        private static void Mark(bool[,] halves, int row, int from, int count)
        {
            for (var half = from; half < Math.Min(from + count, halves.GetLength(1)); half++)
                halves[row, half] = true;
        }
    }
}
