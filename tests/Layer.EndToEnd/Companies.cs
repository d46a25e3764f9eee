using Layer.AzureEmulator;

namespace Layer.EndToEnd;

/// <summary>Worlds the stories happen in.</summary>
internal static class Companies
{
    public const string Secret = "Lyr8Q~canary.secret_value-for.tests";

    /// <summary>One subscription with access at every level, read by an app with the Reader role.</summary>
    public static World Contoso() => World.Create().Tenant("contoso", tenant => tenant
        .App("layer", app => app.Secret(Secret))
        .User("ada").User("grace").User("linus")
        .Group("platform", "ada", "grace")
        .ManagementGroup("corp")
        .Subscription("production", subscription => subscription
            .Under("corp")
            .Grant("Reader", "layer")
            .Grant("Owner", "ada")
            .Grant("Contributor", "platform")
            .ResourceGroup("rg-web", "westeurope", group => group, ("Contributor", "linus"))
            .ResourceGroup("rg-data", "northeurope")));

    public static Site As(this Site site, World world, string subscription = "production") =>
        site.With(world.Subscription(subscription).Id, world.App("layer").ClientId, Secret);
}
