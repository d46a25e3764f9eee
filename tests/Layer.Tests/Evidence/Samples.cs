using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Tests.Evidence;

/// <summary>One leaf of every kind, with fixed salts: the golden files and the examples of the specification.</summary>
internal static class Samples
{
    public const string Origin = "layer/0198f000-0000-7000-8000-000000000001";

    public static readonly Guid Workspace = Guid.Parse("0198f000-0000-7000-8000-000000000001");
    public static readonly Guid Connection = Guid.Parse("0198f000-0000-7000-8000-00000000c001");
    public static readonly Guid Subscription = Guid.Parse("11111111-1111-4111-8111-111111111111");
    public static readonly Guid Tenant = Guid.Parse("22222222-2222-4222-8222-222222222222");
    public static readonly Guid Client = Guid.Parse("33333333-3333-4333-8333-333333333333");
    public static readonly DateTimeOffset At = new(2026, 11, 23, 6, 0, 2, 123, TimeSpan.Zero);
    public static readonly ProductBuild Product = new("0.1.0", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
    public static readonly SigningKey Key = SigningKey.FromSeed(Origin, Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static readonly AuditWindow Window = new(new DateOnly(2026, 1, 1), new DateOnly(2027, 1, 1));

    private const long Standing = 1903;

    private static readonly ObservedInterval Observed = new(At.AddMilliseconds(-2123), At.AddMilliseconds(-1123));

    public static SyncIdentity Attempt { get; } = new(
        Connection, 327, 1938, "scheduled", "schedule", "layer-1", Product, Hash("configuration"), At.AddMilliseconds(-900), At.AddMilliseconds(-100));

    public static CollectionReading Reading { get; } = new()
    {
        StartedAt = Attempt.StartedAt,
        EndedAt = Attempt.EndedAt,
        Observed = Observed,
        ClockSkewMilliseconds = 23,
        Reader = new Reader(Guid.Parse("44444444-4444-4444-8444-444444444444"), Tenant, Client),
        Right = new RightToRead("permissions", "own-row",
            [$"/subscriptions/{Subscription}/providers/microsoft.authorization/roleassignments/55555555-5555-4555-8555-555555555555"]),
        Lists =
        [
            List(UrlTemplate.Subscription, ObservationType.Subscription, 342, 1),
            List(UrlTemplate.Permissions, "permissions", 98, 1),
            List(UrlTemplate.ResourceGroups, ObservationType.ResourceGroup, 18_113, 47),
            List(UrlTemplate.RoleAssignments, ObservationType.RoleAssignment, 402_511, 512),
            List(UrlTemplate.CustomRoleDefinitions, ObservationType.RoleDefinition, 2_204, 3),
        ],
        Hosts =
        [
            Host("management.azure.com"),
            Host("login.microsoftonline.com"),
        ],
        CachedDefinitions = new CachedPage(Hash("built-in definitions"), Observed.From.AddHours(-5), default),
    };

    public static SyncManifest Complete { get; } = SyncManifest.Of(Attempt, Reading, ManifestStatus.Complete, null, 1890, null) with { Standing = Standing };

    public static SyncManifest Unchanged { get; } =
        SyncManifest.Of(Attempt, Reading, ManifestStatus.Complete, null, 1890, (1900, Complete.Setting!)) with { Standing = Standing }; // of a manifest without a last setting

    public static SyncManifest Failed { get; } =
        SyncManifest.Of(Attempt, null, ManifestStatus.Failed, "SECRET_EXPIRED", null, null) with { Standing = Standing };

    public static EvidenceRecord RoleAssignments { get; } = new()
    {
        Type = EvidenceType.RoleAssignments,
        Connection = Connection,
        Subscription = Subscription,
        Seq = 327,
        Manifest = 1942,
        Previous = 1939,
        ObservedAt = Observed,
        Population = new SealedPopulation(ObservationType.RoleAssignment, 512, Hash("assignments")),
        With = [new SealedPopulation(ObservationType.RoleDefinition, 23, Hash("definitions"))],
        Changes = [new PopulationChange(ObservationType.RoleAssignment, 1, 0, 2), new PopulationChange(ObservationType.RoleDefinition, 0, 0, 0)],
        Anomalies = [],
        Limits = "v1+trust-anchor-not-public",
        Mapping = "soc2-2017/1",
    };

    public static EvidenceRecord ResourceGroups { get; } = RoleAssignments with
    {
        Type = EvidenceType.ResourceGroups,
        Previous = 1940,
        Population = new SealedPopulation(ObservationType.ResourceGroup, 47, Hash("groups")),
        With = [new SealedPopulation(ObservationType.Subscription, 1, Hash("subscription"))],
        Changes = [new PopulationChange(ObservationType.ResourceGroup, 0, 1, 0), new PopulationChange(ObservationType.Subscription, 0, 0, 0)],
        Anomalies = [new Anomaly("group-not-listed", $"/subscriptions/{Subscription}/resourcegroups/rg-été")],
    };

    public static ScopeLeaf Scope { get; } = new()
    {
        Actor = "os:ada@layer-1",
        By = "Ada Lovelace",
        Excluded = [new ExcludedSubscription(Guid.Parse("77777777-7777-4777-8777-777777777777"), "sandbox without customer data")],
        Included = [Subscription],
        Standing = Standing,
        Window = Window,
    };

    public static VisibleLeaf Visible { get; } = new()
    {
        Client = Client,
        Cloud = "public",
        Connection = Connection,
        Count = 3,
        Digest = Hash("visible subscriptions"),
        List = ManifestList.Of(List(UrlTemplate.Subscriptions, ObservationType.VisibleSubscriptions, 1_021, 3)),
        Observed = Observed,
        Seq = 327,
        Tenant = Tenant,
    };

    public static SampleLeaf Sample { get; } = new()
    {
        Actor = "os:ada@layer-1",
        Algorithm = SampleLeaf.CurrentAlgorithm,
        Count = Window.DayCount,
        GivenBy = "Grace Hopper, auditor",
        Method = SampleMethod.Random,
        N = 2,
        Picked = ["2026-08-14", "2026-02-03"],
        Population = SamplePopulation.Days,
        Root = MerkleTree.Root([.. Window.Days.Select(day => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(Day.Format(day))))]),
        Seed = "20260630",
        Window = Window,
    };

    public static IReadOnlyDictionary<string, LeafBody> Bodies { get; } = new SortedDictionary<string, LeafBody>(StringComparer.Ordinal)
    {
        ["audit"] = new AuditLeaf("os:ada@layer-1", "secrets.rekeyed", null, "key was on a lost laptop"),
        ["connection"] = new ConnectionLeaf
        {
            Actor = "user:0198f000-0000-7000-8000-00000000a001",
            Change = ConnectionChange.Paused,
            Client = Client,
            Cloud = "public",
            Connection = Connection,
            Name = "prod",
            Reason = "tenant move, CHG-1042",
            Schedule = "daily@06:00Z",
            SignIn = "secret",
            Standing = Standing,
            Subscription = Subscription,
            Tenant = Tenant,
        },
        ["epoch"] = new EpochLeaf("os:ada@layer-1", "restored the backup of 22 November", Hash("lost root"), 1951) { Standing = Standing },
        ["evidence-resource-groups"] = ResourceGroups,
        ["evidence-role-assignments"] = RoleAssignments,
        ["exception"] = new ExceptionLeaf(
            Connection, 327, SecondThought.SeenLate,
            $"/subscriptions/{Subscription}/providers/microsoft.authorization/roleassignments/66666666-6666-4666-8666-666666666666",
            ObservationType.RoleAssignment, Hash("assignment"), 1939),
        ["genesis"] = new GenesisLeaf(Workspace, $"{Key.Public}", "v1", "soc2-2017/1", Product, Sample: false),
        ["key"] = new KeyLeaf("os:ada@layer-1", KeyLeaf.Added, $"{SigningKey.FromSeed(Origin, new byte[32]).Public}", "the machine was replaced") { Standing = Standing },
        ["mapping"] = new MappingLeaf("os:ada@layer-1", "soc2-2017/2", "soc2-2017/1", Hash("mapping")) { Standing = Standing },
        ["names"] = new NamesLeaf(Tenant, [.. new[] { Hash("a name"), Hash("another name") }.Order()]),
        ["sample"] = Sample,
        ["scope"] = Scope,
        ["sync-complete"] = Complete,
        ["sync-failed"] = Failed,
        ["sync-unchanged"] = Unchanged,
        ["timestamp"] = new TimestampLeaf("https://tsa.example/", 1951, Hash("checkpoint"), Hash("token")),
        ["visible"] = Visible,
    };

    public static Leaf Leaf(string name) => Layer.Evidence.Leaves.Leaf.Create(At, Origin, Bodies[name], Hash(name).ToString()[..32]);

    public static Digest Hash(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    private static ListReading List(string template, string type, long bytes, int items)
    {
        var url = UrlTemplate.Get(template);
        var page = new PageReading(200, bytes, Hash(template), items, Observed.From.AddSeconds(1), $"{new Guid(Hash(template).ToArray().AsSpan(0, 16))}");
        return new ListReading(type, template, url.ApiVersion, url.Filter, [page], Ended: true, items, Duplicates: 0, Readings: 1);
    }

    private static HostReading Host(string name) =>
        new(name, Hash(name), "CN=Microsoft Azure RSA TLS Issuing CA 03,O=Microsoft Corporation,C=US", null, PublicTrust: true);
}
