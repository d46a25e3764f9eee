using System.Globalization;
using Layer.Azure;
using Layer.Connections;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Benchmarks;

/// <summary>
/// A year of one workspace, sealed through the real ledger under a clock of its own: three connections of 4,000 role assignments and 300 resource groups each,
/// something changed on every day, and one week in which nothing could be read.
/// </summary>
internal sealed class AuditYear
{
    public const string Window = "2025-01-01..2026-01-01";
    public const int Days = 365;
    public const int FailedDays = 7;

    private const int Connections = 3;
    private const int Assignments = 4000;
    private const int Groups = 300;
    private const int FirstFailedDay = 100;
    private const int Roles = 40;

    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 5, 0, TimeSpan.Zero);

    private readonly YearClock _clock = new() { Now = Start };
    private readonly Random _random = new(20250101);
    private readonly CanonicalWriter _writer = new();

    /// <summary>Makes the year and leaves it there, to be looked at.</summary>
    public static async Task<int> RunAsync(string dataFolder)
    {
        await new AuditYear().MakeAsync(dataFolder);
        return 0;
    }

    /// <summary>Makes the year in an empty data folder.</summary>
    public async Task MakeAsync(string dataFolder)
    {
        var folder = new DataFolder(dataFolder);
        folder.Create();
        await using var database = await LayerDatabase.OpenAsync(new DatabaseAddress.Sqlite(folder.Database), CancellationToken.None);
        using var ring = KeyRing.Open(folder.Keys, _clock);
        ring.Check([]);
        var seal = new Seal(ring, _clock);
        var ledger = new EvidenceLedger(database, folder, seal, _clock);
        var credentials = new CredentialStore(database, seal, _clock);
        var store = new ConnectionStore(database, ledger, credentials, _clock);
        var workspace = await new WorkspaceStore(database, seal, _clock).GetOrCreateAsync(WorkspaceStore.DefaultName, null, sample: false, CancellationToken.None);
        var (tenant, client) = (NewId(), NewId());
        var subscriptions = new List<(Guid Connection, Subscription State)>();
        for (var i = 0; i < Connections; i++)
        {
            using var secret = SecretText.From("made up for a benchmark");
            var request = new ConnectRequest(AzureCloud.Public, NewId(), tenant, client, new SignIn(CredentialKind.Secret, secret));
            var connection = await store.CreateAsync(workspace.Id, $"subscription-{i + 1}", request, tenant, "os:bench@bench", CancellationToken.None);
            subscriptions.Add((connection.Id, new Subscription(this, request.SubscriptionId, tenant, client)));
        }

        for (var day = 0; day < Days; day++)
        {
            _clock.Now = Start.AddDays(day).AddHours(6);
            foreach (var (connection, state) in subscriptions)
            {
                state.Change();
                await SyncAsync(ledger, workspace.Id, connection, state, day);
            }

            await ledger.SignCheckpointAsync(workspace.Id, CancellationToken.None);
        }

        _clock.Now = Start.AddDays(Days).AddHours(6);
        foreach (var (connection, state) in subscriptions)
            await SyncAsync(ledger, workspace.Id, connection, state, Days);
        await ledger.SignCheckpointAsync(workspace.Id, CancellationToken.None);
    }

    private async Task SyncAsync(EvidenceLedger ledger, Guid workspace, Guid connection, Subscription state, int day)
    {
        var attempt = new SyncAttempt(
            Guid.CreateVersion7(_clock.Now), workspace, connection, 0, day == 0 ? SyncTrigger.First : SyncTrigger.Scheduled, "schedule", "bench", _clock.Now);
        if (day is >= FirstFailedDay and < FirstFailedDay + FailedDays)
        {
            var failure = new Failure("SECRET_EXPIRED", new Dictionary<string, string>());
            await ledger.RecordFailureAsync(attempt, new CollectionFailedException(failure, reading: null), CancellationToken.None);
        }
        else
        {
            await ledger.CommitAsync(attempt, state.Read(_clock.Now), CancellationToken.None);
        }
    }

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private sealed class YearClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Subscription
    {
        private const int ChangesADay = 8;

        private readonly AuditYear _year;
        private readonly string _scope;
        private readonly Guid _id;
        private readonly Guid _tenant;
        private readonly Guid _client;
        private readonly Guid[] _roles;
        private readonly List<Observation> _assignments = [];
        private readonly List<Observation> _groups = [];
        private readonly Observation[] _definitions;
        private readonly Observation _subscription;

        public Subscription(AuditYear year, Guid id, Guid tenant, Guid client)
        {
            (_year, _id, _tenant, _client, _scope) = (year, id, tenant, client, $"/subscriptions/{id}");
            _roles = [.. Enumerable.Range(0, Roles).Select(_ => year.NewId())];
            _definitions = [.. _roles.Select((role, i) => Definition(role, i))];
            _subscription = Make(ObservationType.Subscription, _scope, facts =>
            {
                facts.Property("displayName", $"Subscription {id.ToString()[..4]}");
                facts.Property("state", "Enabled");
                facts.Property("subscriptionId", id.ToString());
                facts.Property("tenantId", tenant.ToString());
            });
            for (var i = 0; i < Assignments; i++)
                _assignments.Add(Assignment(Start.AddDays(-i % 700)));
            for (var i = 0; i < Groups; i++)
                _groups.Add(Group(i, "1"));
        }

        public void Change()
        {
            for (var i = 0; i < ChangesADay; i++)
                _assignments[_year._random.Next(1, Assignments)] = Assignment(_year._clock.Now.AddHours(-3));
            var group = _year._random.Next(Groups);
            _groups[group] = Group(group, _year._random.Next(100).ToString(CultureInfo.InvariantCulture));
        }

        public Collection Read(DateTimeOffset now)
        {
            Population[] populations =
            [
                new(ObservationType.Subscription, [_subscription]), new(ObservationType.ResourceGroup, _groups),
                new(ObservationType.RoleAssignment, _assignments), new(ObservationType.RoleDefinition, _definitions),
            ];
            string[] templates = [UrlTemplate.Subscription, UrlTemplate.ResourceGroups, UrlTemplate.RoleAssignments, UrlTemplate.CustomRoleDefinitions];
            return new Collection(
                populations,
                new CollectionReading
                {
                    StartedAt = now, EndedAt = now.AddSeconds(1), Observed = new ObservedInterval(now, now.AddSeconds(1)), ClockSkewMilliseconds = 3,
                    Reader = new Reader(_client, _tenant, _client),
                    Right = new RightToRead("permissions", "own-row", [_assignments[0].Key]),
                    Lists = [.. populations.Zip(templates, (population, template) => List(population, template, now))],
                    Hosts = [new HostReading("management.azure.com", Digest.Of("arm"u8), "CN=Bench", null, PublicTrust: true)],
                },
                [], [], []);
        }

        private ListReading List(Population population, string id, DateTimeOffset now)
        {
            var template = UrlTemplate.Get(id);
            var page = new PageReading(200, 700L * population.Count, population.Root, population.Count, now, _year.NewId().ToString());
            return new ListReading(population.Type, id, template.ApiVersion, template.Filter, [page], true, population.Count, 0, 1);
        }

        private Observation Assignment(DateTimeOffset created)
        {
            var (id, role, principal) = (_year.NewId(), _roles[_year._random.Next(Roles)], _year.NewId());
            return Make(ObservationType.RoleAssignment, $"{_scope}/providers/microsoft.authorization/roleassignments/{id}", facts =>
            {
                facts.Property("condition", (string?)null);
                facts.Property("conditionVersion", (string?)null);
                facts.Property("createdBy", _client.ToString());
                facts.Property("createdOn", created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                facts.Property("delegatedManagedIdentityResourceId", (string?)null);
                facts.Property("description", (string?)null);
                facts.Property("principalId", principal.ToString());
                facts.Property("principalType", "User");
                facts.Property("roleDefinitionId", role.ToString());
                facts.Property("scope", _scope);
                facts.Property("scopeLevel", "subscription");
                facts.Property("updatedBy", _client.ToString());
                facts.Property("updatedOn", created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            });
        }

        private Observation Group(int number, string cost) => Make(ObservationType.ResourceGroup, $"{_scope}/resourcegroups/rg-{number:000}", facts =>
        {
            facts.Property("location", "westeurope");
            facts.Property("managedBy", (string?)null);
            facts.Property("name", $"rg-{number:000}");
            facts.Property("provisioningState", "Succeeded");
            facts.Name("tags");
            facts.StartArray();
            facts.StartObject();
            facts.Property("k", "cost-center");
            facts.Property("v", cost);
            facts.EndObject();
            facts.EndArray();
        });

        private Observation Definition(Guid role, int number) =>
            Make(ObservationType.RoleDefinition, $"{_scope}/providers/microsoft.authorization/roledefinitions/{role}", facts =>
            {
                facts.Name("assignableScopes");
                facts.StartArray();
                facts.String("/");
                facts.EndArray();
                facts.Property("name", $"Role {number}");
                facts.Name("permissions");
                facts.StartArray();
                facts.StartObject();
                facts.Name("actions");
                facts.StartArray();
                facts.String(number % 8 == 0 ? "*" : "*/read");
                facts.EndArray();
                facts.Name("notActions");
                facts.StartArray();
                facts.EndArray();
                facts.EndObject();
                facts.EndArray();
                facts.Property("roleType", "BuiltInRole");
            });

        private Observation Make(string type, string key, Action<CanonicalWriter> facts) =>
            Observation.Create(_year._writer, type, key, key, facts, static (writer, write) => write(writer));
    }
}
