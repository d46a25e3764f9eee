using System.Text;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Tests.Ledger;

/// <summary>A subscription as a test describes it; becomes what a connector would hand over.</summary>
internal sealed class Reading
{
    public const string SubscriptionId = "11111111-2222-3333-4444-555555555555";
    public const string Reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

    /// <summary>Object id of the app that reads.</summary>
    public const string App = "66666666-7777-4888-8999-000000000000";

    public SortedDictionary<string, string> Groups { get; } = new(StringComparer.Ordinal) { ["prod"] = "westeurope" };

    /// <summary>Assignment name → (role GUID, principal, created).</summary>
    public SortedDictionary<string, (string Role, string Principal, DateTimeOffset Created)> Assignments { get; } = new(StringComparer.Ordinal)
    {
        ["own"] = (Reader, App, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
    };

    /// <summary>Role GUID → its actions.</summary>
    public SortedDictionary<string, string[]> Roles { get; } = new(StringComparer.Ordinal) { [Reader] = ["*/read"] };

    public bool PublicTrust { get; set; } = true;

    public List<Anomaly> Anomalies { get; } = [];

    /// <summary>Names of the subscriptions that the app can see; null when it is not asked.</summary>
    public string[]? Visible { get; set; }

    public Collection At(DateTimeOffset at)
    {
        Population[] populations =
        [
            new(ObservationType.Subscription, [Observation.Create(new CanonicalWriter(), ObservationType.Subscription, Scope, Scope, this, (facts, _) =>
            {
                facts.Property("displayName", "Test");
                facts.Property("state", "Enabled");
                facts.Property("subscriptionId", SubscriptionId);
                facts.Property("tenantId", SubscriptionId);
            })]),
            new(ObservationType.ResourceGroup, Groups.Select(Group)),
            new(ObservationType.RoleAssignment, Assignments.Select(Assignment)),
            new(ObservationType.RoleDefinition, Roles.Select(Role)),
        ];
        var pages = populations.Select(p => Page(p)).ToArray();
        var date = new DateTimeOffset(at.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        var reading = new CollectionReading
        {
            StartedAt = at, EndedAt = at.AddMilliseconds(700), Observed = new ObservedInterval(date, date.AddSeconds(1)), ClockSkewMilliseconds = 12,
            Reader = new Reader(Guid.Parse(App), Guid.Parse(SubscriptionId), Guid.Parse(SubscriptionId)),
            Right = new RightToRead("permissions", "own-row", [AssignmentKey("own")]),
            Lists = [.. populations.Zip(pages, (population, page) => List(population, page, date)), Permissions(date)],
            Hosts =
            [
                new HostReading("login.microsoftonline.com", Digest.Of("login"u8), "CN=Test", null, PublicTrust),
                new HostReading("management.azure.com", Digest.Of("arm"u8), "CN=Test", null, PublicTrust),
            ],
        };
        var collection = new Collection(populations, reading, PublicTrust ? [] : ["trust-anchor-not-public"], [.. Anomalies], pages);
        return Visible is { } names ? WithVisible(collection, names, date) : collection;
    }

    public static string AssignmentKey(string name) => $"{Scope}/providers/microsoft.authorization/roleassignments/{name}";

    private const string Scope = "/subscriptions/" + SubscriptionId;

    private static SourcePage Page(Population population)
    {
        var bytes = Encoding.UTF8.GetBytes("[" + string.Join(',', population.Observations.Select(o => Encoding.UTF8.GetString(o.Bytes.Span))) + "]");
        return new SourcePage(population.Type, Digest.Of(bytes), bytes);
    }

    private static ListReading List(Population population, SourcePage page, DateTimeOffset date)
    {
        var template = UrlTemplate.Get(population.Type switch
        {
            ObservationType.Subscription => UrlTemplate.Subscription,
            ObservationType.ResourceGroup => UrlTemplate.ResourceGroups,
            ObservationType.RoleAssignment => UrlTemplate.RoleAssignments,
            _ => UrlTemplate.CustomRoleDefinitions,
        });
        return new ListReading(
            population.Type, template.Id, template.ApiVersion, template.Filter,
            [new PageReading(200, page.Bytes.Length, page.Sha256, population.Count, date, "8b9a5f2e-0000-4000-8000-0123456789ab")], true, population.Count, 0, 1);
    }

    private static Collection WithVisible(Collection collection, string[] names, DateTimeOffset date)
    {
        const string Key = $"/applications/{SubscriptionId}/subscriptions";
        var observation = Observation.Create(new CanonicalWriter(), ObservationType.VisibleSubscriptions, Key, Key, names, (facts, all) =>
        {
            facts.Property("client", SubscriptionId);
            facts.Name("subscriptions");
            facts.StartArray();
            foreach (var (name, i) in all.Select((name, i) => (name, i)))
            {
                facts.StartObject();
                facts.Property("displayName", name);
                facts.Property("state", "Enabled");
                facts.Property("subscriptionId", $"{SubscriptionId[..^1]}{i}");
                facts.Property("tenantId", SubscriptionId);
                facts.EndObject();
            }

            facts.EndArray();
            facts.Property("tenant", SubscriptionId);
        });
        var page = new SourcePage(ObservationType.VisibleSubscriptions, Digest.Of(observation.Bytes.Span), observation.Bytes);
        var list = new ListReading(
            ObservationType.VisibleSubscriptions, UrlTemplate.Subscriptions, "2022-12-01", null,
            [new PageReading(200, page.Bytes.Length, page.Sha256, names.Length, date, "8b9a5f2e-0000-4000-8000-0123456789ad")], true, names.Length, 0, 1);
        return collection with
        {
            Reading = collection.Reading with { Lists = [.. collection.Reading.Lists, list] },
            Pages = [.. collection.Pages, page],
            Visible = new VisibleList(observation, names.Length, new ObservedInterval(date, date), null),
        };
    }

    private static ListReading Permissions(DateTimeOffset date)
    {
        var template = UrlTemplate.Get(UrlTemplate.Permissions);
        return new ListReading(
            "permissions", template.Id, template.ApiVersion, null,
            [new PageReading(200, 120, Digest.Of("permissions"u8), 1, date, "8b9a5f2e-0000-4000-8000-0123456789ac")], true, 1, 0, 1);
    }

    private static Observation Group(KeyValuePair<string, string> group) => Observation.Create(
        new CanonicalWriter(), ObservationType.ResourceGroup, $"{Scope}/resourcegroups/{group.Key.ToLowerInvariant()}", $"{Scope}/resourceGroups/{group.Key}", group, (facts, g) =>
        {
            facts.Property("location", g.Value);
            facts.Property("managedBy", (string?)null);
            facts.Property("name", g.Key);
            facts.Property("provisioningState", "Succeeded");
            facts.Name("tags");
            facts.StartArray();
            facts.EndArray();
        });

    private static Observation Assignment(KeyValuePair<string, (string Role, string Principal, DateTimeOffset Created)> assignment) => Observation.Create(
        new CanonicalWriter(), ObservationType.RoleAssignment, AssignmentKey(assignment.Key), AssignmentKey(assignment.Key), assignment.Value, (facts, a) =>
        {
            facts.Property("condition", (string?)null);
            facts.Property("conditionVersion", (string?)null);
            facts.Property("createdBy", "");
            facts.Property("createdOn", a.Created.UtcDateTime.ToString("O"));
            facts.Property("delegatedManagedIdentityResourceId", (string?)null);
            facts.Property("description", (string?)null);
            facts.Property("principalId", a.Principal);
            facts.Property("principalType", "User");
            facts.Property("roleDefinitionId", a.Role);
            facts.Property("scope", Scope);
            facts.Property("scopeLevel", "subscription");
            facts.Property("updatedBy", "");
            facts.Property("updatedOn", a.Created.UtcDateTime.ToString("O"));
        });

    private static Observation Role(KeyValuePair<string, string[]> role) => Observation.Create(
        new CanonicalWriter(), ObservationType.RoleDefinition, $"{Scope}/providers/microsoft.authorization/roledefinitions/{role.Key}", $"{Scope}/providers/Microsoft.Authorization/roleDefinitions/{role.Key}", role, (facts, r) =>
        {
            facts.Name("assignableScopes");
            facts.StartArray();
            facts.String("/");
            facts.EndArray();
            facts.Property("name", "Role " + r.Key[..4]);
            facts.Name("permissions");
            facts.StartArray();
            facts.StartObject();
            foreach (var (list, actions) in new[] { ("actions", r.Value), ("dataActions", []), ("notActions", []), ("notDataActions", Array.Empty<string>()) })
            {
                facts.Name(list);
                facts.StartArray();
                foreach (var action in actions)
                    facts.String(action);
                facts.EndArray();
            }

            facts.EndObject();
            facts.EndArray();
            facts.Property("roleType", "BuiltInRole");
        });
}
