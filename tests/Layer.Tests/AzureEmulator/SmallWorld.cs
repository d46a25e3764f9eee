using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

/// <summary>One tenant, one subscription under a management group, grants at every level.</summary>
internal static class SmallWorld
{
    public static World Create(Action<TenantBuilder>? more = null) => World.Create().Tenant("contoso", t =>
    {
        t.App("layer", a => a.Secret())
            .App("nobody", a => a.Secret())
            .User("alice").User("bob").DeletedUser("carol").ManagedIdentity("backup").ForeignGroup("partner")
            .Group("operators", "bob").Group("everyone", "alice", "operators")
            .ManagementGroup("platform")
            .Grant("/providers/Microsoft.Management/managementGroups/platform", "Contributor", "everyone")
            .Grant("/", "User Access Administrator", "alice")
            .Subscription("prod", s => s.Under("platform").Tag("env", "prod")
                .Grant("Reader", "layer").Grant("Owner", "carol")
                .ResourceGroup("rg-app", grants: [("Contributor", "bob"), ("Reader", "partner")])
                .ResourceGroup("rg-data", "northeurope", g => g with { Tags = new Dictionary<string, string> { ["tier"] = "gold" }, Segment = "resourcegroups" },
                    ("Storage Blob Data Reader", "backup")));
        more?.Invoke(t);
    });
}
