using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;

namespace Layer.Cli.Demo;

/// <summary>Brightwater Foods: a made-up company with three subscriptions that one app registration reads, and a fourth that it can see and nobody connected.</summary>
internal static class DemoCompany
{
    public const string Tenant = "brightwater";
    public const string App = "Axiom Layer — Azure";
    public const string Production = "production";
    public const string Staging = "staging";
    public const string Shared = "shared";
    public const string Sandbox = "sandbox";
    public const string DeployRole = "Brightwater Deployment Operator";
    public const string Deployer = "gh-deploy";
    public const string Platform = "team-platform";

    /// <summary>A smaller company with an app registration of its own, which nobody connected: to try Connect with.</summary>
    public const string OtherTenant = "harborside-bakery";
    public const string OtherApp = "Axiom Layer — Azure (Harborside)";
    public const string Other = "harborside";

    private const string ManagementGroup = "brightwater-landing-zones";

    public static IReadOnlyList<string> Subscriptions { get; } = [Production, Staging, Shared];

    private static readonly (string Name, string Team, string Lead)[] Workloads =
    [
        ("checkout", "team-checkout", "ines.moreau"), ("orders", "team-checkout", "tomas.novak"), ("catalog", "team-catalog", "yuki.tanaka"),
        ("search", "team-catalog", "samir.haddad"), ("payments", "team-payments", "freya.lindholm"), ("loyalty", "team-payments", "diego.alvarez"),
        ("warehouse", "team-logistics", "nora.byrne"), ("routing", "team-logistics", "luca.ferrari"), ("analytics", "team-data", "priya.raman"),
        ("web", "team-web", "hanna.virtanen"),
    ];

    private static readonly (string Name, string[] Members)[] Teams =
    [
        (Platform, ["ada.lindqvist", "marcus.weber", "olu.adeyemi"]),
        ("team-security", ["grace.kim", "henrik.solberg"]),
        ("team-network", ["marcus.weber", "zofia.kowalska"]),
        ("team-checkout", ["ines.moreau", "tomas.novak", "elif.demir"]),
        ("team-catalog", ["yuki.tanaka", "samir.haddad", "pavel.dvorak"]),
        ("team-payments", ["freya.lindholm", "diego.alvarez"]),
        ("team-logistics", ["nora.byrne", "luca.ferrari", "ravi.menon"]),
        ("team-data", ["priya.raman", "jonas.berg"]),
        ("team-web", ["hanna.virtanen", "chloe.martin"]),
        ("team-finance", ["ingrid.larsen"]),
        ("on-call", ["ada.lindqvist", "olu.adeyemi", "tomas.novak", "nora.byrne"]),
        ("break-glass", ["ada.lindqvist", "grace.kim"]),
    ];

    private static readonly (string Name, string Role, string Principal)[] SharedGroups =
    [
        ("rg-hub-network-weu", "Network Contributor", "team-network"), ("rg-hub-network-neu", "Network Contributor", "team-network"),
        ("rg-private-dns", "Private DNS Zone Contributor", "team-network"), ("rg-monitoring", "Monitoring Contributor", Platform),
        ("rg-log-archive", "Log Analytics Reader", "team-security"), ("rg-sentinel", "Microsoft Sentinel Contributor", "team-security"),
        ("rg-container-registry", "AcrPush", Deployer), ("rg-key-vaults", "Key Vault Administrator", "team-security"),
        ("rg-ci-agents", "Virtual Machine Contributor", Platform), ("rg-backup", "Backup Contributor", Platform),
        ("rg-terraform-state", "Storage Blob Data Contributor", "terraform"), ("rg-cost-exports", "Storage Blob Data Reader", "team-finance"),
    ];

    public static World Build(DateTimeOffset secretExpires) => World.Create().Tenant(Tenant, tenant =>
    {
        foreach (var person in Teams.SelectMany(team => team.Members).Append("bo.andersson").Append("mei.chen").Distinct())
            tenant.User(person);
        tenant.DeletedUser("viktor.hansen");
        foreach (var (name, members) in Teams)
            tenant.Group(name, members);
        tenant.App(App, app => app.Secret(expires: secretExpires).GraphPermissions("User.Read.All", "GroupMember.Read.All", "Application.Read.All"));
        tenant.ServicePrincipal(Deployer).ServicePrincipal("terraform").ServicePrincipal("defender-for-cloud").ForeignGroup("northpeak-managed-services");
        foreach (var (name, _, _) in Workloads)
            tenant.ManagedIdentity($"id-{name}-prod").ManagedIdentity($"id-{name}-staging");
        tenant.ManagementGroup(ManagementGroup);
    })
    .Tenant(Tenant, AddRoles)
    .Tenant(Tenant, tenant => tenant
        .Subscription(Production, FillProduction)
        .Subscription(Staging, FillStaging)
        .Subscription(Shared, FillShared)
        .Subscription(Sandbox, FillSandbox))
    .Tenant(OtherTenant, tenant => FillOther(tenant));

    private static void AddRoles(TenantBuilder tenant)
    {
        tenant.CustomRole(DeployRole, ["*/read", "Microsoft.Web/sites/*", "Microsoft.Resources/deployments/*", "Microsoft.App/containerApps/*"], [ManagementGroup]);
        var group = $"/providers/Microsoft.Management/managementGroups/{ManagementGroup}";
        tenant.Grant("/", "User Access Administrator", "ada.lindqvist")
            .Grant(group, "Owner", "break-glass").Grant(group, "Contributor", "terraform").Grant(group, "Reader", "team-security")
            .Grant(group, "Security Reader", "defender-for-cloud").Grant(group, "Monitoring Reader", "on-call")
            .Grant(group, "Cost Management Reader", "team-finance");
    }

    private static void FillProduction(SubscriptionBuilder subscription)
    {
        Common(subscription);
        subscription.Grant("Security Admin", "team-security").Grant("Owner", "marcus.weber").Grant("Contributor", "bo.andersson")
            .Grant("Reader", "mei.chen").Grant("Backup Reader", "team-finance").Grant("Contributor", "viktor.hansen");
        foreach (var (name, team, lead) in Workloads)
        {
            var tags = Tags(name, team, "production");
            subscription
                .ResourceGroup($"rg-{name}-app-prod-weu", "westeurope", tags,
                    ("Reader", team), (DeployRole, Deployer), ("Website Contributor", lead), ("Monitoring Reader", team))
                .ResourceGroup($"rg-{name}-data-prod-weu", "westeurope", tags,
                    ("Reader", team), ("Key Vault Secrets User", $"id-{name}-prod"), ("Storage Blob Data Reader", lead), ("SQL DB Contributor", Platform))
                .ResourceGroup($"rg-{name}-net-prod-weu", "westeurope", tags, ("Network Contributor", "team-network"));
        }
    }

    private static void FillStaging(SubscriptionBuilder subscription)
    {
        Common(subscription);
        subscription.Grant("Contributor", "on-call").Grant("Owner", "olu.adeyemi");
        foreach (var (name, team, _) in Workloads.SkipLast(1))
        {
            var tags = Tags(name, team, "staging");
            subscription
                .ResourceGroup($"rg-{name}-app-staging-weu", "westeurope", tags, ("Contributor", team), (DeployRole, Deployer))
                .ResourceGroup($"rg-{name}-data-staging-weu", "westeurope", tags,
                    ("Storage Blob Data Contributor", team), ("Key Vault Secrets User", $"id-{name}-staging"));
        }
    }

    private static void FillShared(SubscriptionBuilder subscription)
    {
        Common(subscription);
        subscription.Grant("Network Contributor", "team-network").Grant("Reader", "northpeak-managed-services");
        foreach (var (name, role, principal) in SharedGroups)
        {
            subscription.ResourceGroup(name, name.EndsWith("neu", StringComparison.Ordinal) ? "northeurope" : "westeurope",
                Tags(name, Platform, "shared"), (role, principal), ("Reader", "on-call"));
        }

        foreach (var (name, _, _) in Workloads)
            subscription.Grant("AcrPull", $"id-{name}-prod");
    }

    // Somebody gave the reader a role on one group of it: enough to see that the subscription is there.
    private static void FillSandbox(SubscriptionBuilder subscription) => subscription
        .Grant("Owner", Platform)
        .ResourceGroup("rg-playground", "westeurope", Tags("playground", Platform, "sandbox"), ("Contributor", "on-call"), ("Reader", App));

    private static void FillOther(TenantBuilder tenant) => tenant
        .User("maud.holloway").User("ilan.roth").User("sofie.jansen").Group("bakers", "ilan.roth", "sofie.jansen").DeletedUser("old.contractor").ServicePrincipal("till-backup")
        .App(OtherApp, app => app.Secret().GraphPermissions("User.Read.All", "GroupMember.Read.All", "Application.Read.All"))
        .Subscription(Other, subscription => subscription
            .Grant("Reader", OtherApp).Grant("Owner", "maud.holloway").Grant("Contributor", "bakers").Grant("Contributor", "old.contractor")
            .ResourceGroup("rg-shop-prod", "westeurope", Tags("shop", "bakers", "production"), ("Storage Blob Data Contributor", "till-backup"), ("Reader", "bakers"))
            .ResourceGroup("rg-orders-prod", "westeurope", Tags("orders", "bakers", "production"), ("Website Contributor", "sofie.jansen"))
            .ResourceGroup("rg-backup", "northeurope", Tags("backup", "bakers", "production"), ("Backup Contributor", "till-backup")));

    private static void Common(SubscriptionBuilder subscription) => subscription
        .Under(ManagementGroup)
        .Grant("Reader", App)
        .Grant("Contributor", Platform)
        .Grant("Reader", "on-call")
        .Grant("Tag Contributor", "team-finance")
        .Grant("Role Based Access Control Administrator", "terraform", assignment => assignment with
        {
            Description = "May grant readers only",
            Condition = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
                + "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {acdd72a7-3385-48ef-bd42-f606fba81ae7}))",
            ConditionVersion = "2.0",
        });

    private static Func<ResourceGroup, ResourceGroup> Tags(string workload, string team, string environment) => group => group with
    {
        Tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["env"] = environment, ["owner"] = team, ["workload"] = workload.Replace("rg-", "", StringComparison.Ordinal),
        },
    };
}
