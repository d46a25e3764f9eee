using System.Globalization;

namespace Layer.AzureEmulator.Worlds;

/// <summary>Draws a company: who there is, which groups, and grants in the proportions that were recorded.</summary>
internal sealed class SeededCompany(TenantBuilder tenant, Random random)
{
    // Of 79 recorded rows: 3 at the root, 34 at management groups, 35 at the subscription, 5 at groups, 2 at resources.
    private const double Root = 0.04, Inherited = 0.46, Below = 0.10, AtResource = 0.03;
    private const int ManagementGroupLevels = 5;

    private static readonly string[] Locations =
        ["eastus", "eastus", "eastus", "eastus", "eastus", "eastus", "centralus", "centralindia", "eastus2", "southcentralus", "westus", "westeurope"];

    private static readonly string[] Roles =
    [
        "Owner", "Owner", "Owner", "Owner", "Owner", "Owner", "Owner", "Owner", "Reader", "Reader", "Log Analytics Contributor", "Log Analytics Contributor",
        "User Access Administrator", "User Access Administrator", "Contributor", "Kubernetes Extension Contributor", "Azure Kubernetes Service Contributor Role",
        "Management Group Reader", "Key Vault Reader", "Kubernetes Agentless Operator", "VM Scanner Operator", "Key Vault Contributor", "Security Reader",
        "Role Based Access Control Administrator", "Storage Account Contributor", "Storage Blob Data Reader", "Key Vault Administrator", "seeded custom role",
        "Monitoring Reader", "Network Contributor", "Virtual Machine Contributor", "Backup Reader", "AcrPull", "Website Contributor",
    ];

    private readonly List<string> _principals = [];
    private readonly HashSet<(string, string, string)> _granted = [];

    public void Fill(int subscriptions, int groups, int assignments)
    {
        tenant.App("layer", a => a.Secret().GraphPermissions("Directory.Read.All"));
        AddPrincipals(Math.Clamp(assignments / 3, 8, 1200));
        tenant.CustomRole("seeded custom role", ["Microsoft.Web/sites/config/list/Action", "Microsoft.PolicyInsights/policyStates/queryResults/action"], ["/"]);
        var inherited = (int)(assignments * Inherited);
        var levels = AddManagementGroups();
        var atRoot = (int)(assignments * Root);
        for (var i = 0; i < inherited; i++)
            Grant(i < atRoot ? "/" : "/providers/Microsoft.Management/managementGroups/" + levels[i % levels.Count], i);
        for (var number = 1; number <= subscriptions; number++)
            AddSubscription($"sub-{number}", levels[^1], groups, assignments - inherited, (int)Math.Round(assignments * Below));
    }

    private void AddPrincipals(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            switch (random.Next(100))
            {
                case < 46:
                    tenant.ServicePrincipal(Named("service-" + name));
                    break;
                case < 60:
                    tenant.ManagedIdentity(Named("identity-" + name));
                    break;
                case < 92:
                    tenant.User(Named("user-" + name));
                    break;
                case < 95:
                    tenant.DeletedUser(Named("gone-" + name));
                    break;
                case < 97:
                    tenant.ForeignGroup(Named("partner-" + name));
                    break;
                default:
                    var members = Enumerable.Range(0, Math.Min(5, _principals.Count)).Select(_ => Pick(_principals)).Distinct().ToArray();
                    tenant.Group(Named("group-" + name), members);
                    break;
            }
        }
    }

    private List<string> AddManagementGroups()
    {
        var levels = new List<string>();
        for (var i = 1; i <= ManagementGroupLevels; i++)
        {
            tenant.ManagementGroup($"mg-{i}", levels.Count > 0 ? levels[^1] : null);
            levels.Add($"mg-{i}");
        }
        return levels;
    }

    private void AddSubscription(string name, string under, int groups, int own, int below) => tenant.Subscription(name, s =>
    {
        s.Under(under).Tag("env", Pick(["prod", "test", "dev"])).Grant("Reader", "layer");
        for (var i = 0; i < groups; i++)
            AddGroup(s, i);
        for (var i = 0; i < own - 1; i++)
        {
            var group = groups > 0 ? $"{s.Scope}/resourceGroups/{GroupName(random.Next(groups))}" : s.Scope;
            var atResource = i < (int)(below * AtResource / Below);
            Grant(i >= below ? s.Scope : atResource ? $"{group}/providers/Microsoft.Storage/storageAccounts/store{i}" : group, i);
        }
    });

    private void AddGroup(SubscriptionBuilder subscription, int number) => subscription.ResourceGroup(GroupName(number), Pick(Locations), g => g with
    {
        Tags = random.Next(100) switch
        {
            < 14 => new Dictionary<string, string>(),
            < 45 => new Dictionary<string, string> { ["env"] = Pick(["prod", "test"]), ["costCenter"] = random.Next(1000, 9999).ToString(CultureInfo.InvariantCulture) },
            _ => null,
        },
        ManagedBy = random.Next(100) < 22
            ? $"{subscription.Scope}/resourcegroups/{GroupName(0)}/providers/Microsoft.ContainerService/managedClusters/cluster{number}" : null,
        ProvisioningState = random.Next(200) == 0 ? "Deleting" : "Succeeded",
    });

    private static string GroupName(int number) => number % 7 == 3 ? $"RG_Team{number}_EastUS" : $"rg-{number:000}-app";

    private void Grant(string scope, int number)
    {
        string role, principal;
        do
            (role, principal) = (Pick(Roles), Pick(_principals));
        while (!_granted.Add((scope, role, principal)));
        var by = random.Next(100) switch
        {
            < 12 => "",
            < 16 => null,
            _ => StableId.From("principal", "fabrikam", "administrator").ToString(),
        };
        var isConditional = random.Next(100) == 0;
        tenant.Grant(scope, role, principal, a => a with
        {
            CreatedBy = by,
            UpdatedBy = by,
            Condition = isConditional
                ? "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:ContainerName] StringEqualsIgnoreCase 'foo_storage_container'" : null,
            ConditionVersion = isConditional ? "2.0" : null,
            Description = random.Next(20) == 0 ? $"Granted by ticket {number}" : null,
            DelegatedManagedIdentityResourceId = random.Next(400) == 0 ? $"/subscriptions/{StableId.From("subscription", "elsewhere")}/resourceGroups/mi/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one" : null,
        });
    }

    private string Named(string name)
    {
        _principals.Add(name);
        return name;
    }

    private string Pick(IReadOnlyList<string> of) => of[random.Next(of.Count)];
}
