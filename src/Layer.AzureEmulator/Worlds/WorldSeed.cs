using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <content>Worlds of any size in the proportions of the recorded ones (recordings arm-list-role-assignments-200, arm-list-resource-groups-200).</content>
public sealed partial class World
{
    /// <summary>
    /// A made-up company: tenant "fabrikam", app "layer" with Reader on every subscription, subscriptions "sub-1", "sub-2", …
    /// The same seed and sizes give the same world.
    /// </summary>
    /// <param name="seed">Any number.</param>
    /// <param name="subscriptions">How many subscriptions.</param>
    /// <param name="groups">Resource groups in each, at most 980.</param>
    /// <param name="assignments">Rows in the unfiltered list of each: 46 % inherited, 10 % below the subscription; at most 4,000.</param>
    public static World Random(int seed, int subscriptions = 1, int groups = 49, int assignments = 79)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, 980);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(assignments, 4000);
        return Create().Tenant("fabrikam", t => new SeededCompany(t, new Random(seed)).Fill(subscriptions, groups, assignments));
    }

    /// <summary>A small company to try things with: tenant "contoso", app "layer", subscriptions "production", "test" and "shared".</summary>
    public static World Sample() => Create().Tenant("contoso", t => t
        .App("layer", a => a.Secret().GraphPermissions("Directory.Read.All"))
        .User("ada").User("grace").User("linus").DeletedUser("former-admin").ManagedIdentity("backup").ForeignGroup("partner-support")
        .Group("platform-team", "ada", "grace").Group("developers", "linus", "platform-team")
        .ManagementGroup("landing-zones")
        .Grant("/", "User Access Administrator", "ada")
        .Grant("/providers/Microsoft.Management/managementGroups/landing-zones", "Contributor", "platform-team")
        .Subscription("production", s => s.Under("landing-zones").Tag("env", "production")
            .Grant("Reader", "layer").Grant("Owner", "former-admin").Grant("Reader", "developers")
            .ResourceGroup("rg-shop", grants: [("Contributor", "developers")])
            .ResourceGroup("rg-payments", "northeurope", grants: [("Key Vault Administrator", "grace"), ("Storage Blob Data Reader", "backup")])
            .ResourceGroup("rg-network"))
        .Subscription("test", s => s.Under("landing-zones").Tag("env", "test")
            .Grant("Reader", "layer").Grant("Contributor", "developers")
            .ResourceGroup("rg-shop-test").ResourceGroup("rg-experiments", grants: [("Owner", "linus")]))
        .Subscription("shared", s => s.Under("landing-zones")
            .Grant("Reader", "layer").Grant("Reader", "partner-support")
            .ResourceGroup("rg-dns", grants: [("DNS Zone Contributor", "grace")]).ResourceGroup("rg-logs")));
}
