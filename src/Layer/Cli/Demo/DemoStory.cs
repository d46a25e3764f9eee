using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;

namespace Layer.Cli.Demo;

/// <summary>What happened at Brightwater Foods during the ninety days, by number of day.</summary>
internal static class DemoStory
{
    public const int Days = 90;

    /// <summary>The secret ended the evening before; it is replaced in the early morning of the next day.</summary>
    public const int SecretExpired = 33;

    /// <summary>Somebody tidied up and took the reader's role on production; given back in the early morning of the next day.</summary>
    public const int RoleRemoved = 52;

    /// <summary>The server was off.</summary>
    public const int Missed = 67;

    /// <summary>What changed in Azure before the reading of this day.</summary>
    public static void Happen(World world, int day)
    {
        var production = world.Subscription(DemoCompany.Production);
        switch (day)
        {
            case 3:
                Hire(world, "mara.okafor", "team-checkout");
                break;
            case 8:
                foreach (var name in (string[])["rg-checkout-app-prod-weu", "rg-orders-app-prod-weu", "rg-payments-app-prod-weu"])
                    Tag(world, DemoCompany.Production, name, "cost-center", "4410");
                break;
            case 12:
                world.Tenant(DemoCompany.Tenant, tenant => tenant.User("kit.rasmussen-contractor"));
                world.Grant(production.Scope, "Owner", "kit.rasmussen-contractor", a => a with { Description = "Database migration, two days" });
                break;
            case 15:
                world.RemoveGrants("kit.rasmussen-contractor");
                break;
            case 19:
                AddReturns(world, production);
                break;
            case 23:
                world.RemoveGrants("pavel.dvorak");
                world.Delete(world.Principal("pavel.dvorak"));
                break;
            case 27:
                var role = world.Role(DemoCompany.DeployRole);
                world.Put(role with { Permissions = [role.Permissions[0] with { Actions = [.. role.Permissions[0].Actions, "Microsoft.KeyVault/vaults/write"] }] });
                break;
            case 45:
                world.RemoveGrants("bo.andersson");
                world.Delete(world.Principal("jonas.berg"));
                break;
            case RoleRemoved:
                world.Remove(OwnGrant(world));
                break;
            case RoleRemoved + 1:
                world.Grant(production.Scope, "Reader", DemoCompany.App);
                break;
            case 60:
                world.Grant(world.Subscription(DemoCompany.Staging).Scope, "User Access Administrator", "on-call");
                break;
            case 61:
                world.Remove(world.AssignmentsOf(DemoCompany.Staging).Single(a =>
                    a.PrincipalId == world.Principal("on-call").Id && a.RoleId == world.Role("User Access Administrator").Id));
                break;
            case 71:
                world.Remove(world.ResourceGroup(DemoCompany.Staging, "rg-search-data-staging-weu"));
                break;
            case 76:
                Hire(world, "anouk.devries", "team-data");
                world.Grant(production.Scope, "Log Analytics Reader", "anouk.devries");
                break;
            case 84:
                Tag(world, DemoCompany.Shared, "rg-log-archive", "retention", "400d");
                break;
            case 88:
                world.Grant(world.Subscription(DemoCompany.Shared).Scope, "Owner", DemoCompany.Deployer);
                break;
        }
    }

    /// <summary>The expired secret's successor.</summary>
    public static App Renew(World world, DateTimeOffset now) => world.Change(world.App(DemoCompany.App), registration => registration with
    {
        Secrets = [.. registration.Secrets, registration.Secrets[^1] with
        {
            KeyId = Guid.CreateVersion7(now), DisplayName = "layer", Value = "nEw8Q~" + registration.Secret[6..], Expires = now.AddYears(1),
        }],
    });

    private static RoleAssignment OwnGrant(World world) => world.AssignmentsOf(DemoCompany.Production).Single(a =>
        a.PrincipalId == world.Principal(DemoCompany.App).Id && a.Scope == world.Subscription(DemoCompany.Production).Scope);

    private static void Hire(World world, string person, string team)
    {
        world.Tenant(DemoCompany.Tenant, tenant => tenant.User(person));
        world.SetMember(team, person);
        world.Grant(world.Subscription(DemoCompany.Production).Scope, "Reader", person);
    }

    private static void Tag(World world, string subscription, string group, string name, string value)
    {
        var before = world.ResourceGroup(subscription, group);
        world.Put(before with { Tags = new Dictionary<string, string>(before.Tags!, StringComparer.Ordinal) { [name] = value } });
    }

    private static void AddReturns(World world, Subscription production)
    {
        foreach (var part in (string[])["app", "data"])
        {
            var group = world.Put(new ResourceGroup(production.Id, $"rg-returns-{part}-prod-weu", "westeurope")
            {
                Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["env"] = "production", ["owner"] = "team-logistics", ["workload"] = "returns" },
            });
            world.Grant(group.Id, "Reader", "team-logistics");
            world.Grant(group.Id, DemoCompany.DeployRole, DemoCompany.Deployer);
        }
    }
}
