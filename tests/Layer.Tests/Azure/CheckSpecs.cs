using Layer.Azure;
using Layer.AzureEmulator;

namespace Layer.Tests.Azure;

public sealed class CheckSpecs
{
    private static readonly string[] Order =
    [
        "reach-hosts", "find-tenant", "sign-in", "read-subscription", "rights", "list-resource-groups", "list-role-assignments",
        "read-role-definitions", "own-grant", "read-only", "names", "secret-expiry",
    ];

    [Fact]
    public async Task Every_step_passes_for_a_Reader_with_the_Graph_permissions()
    {
        await using var azure = await EmulatedAzure.StartAsync(Permitted("Directory.Read.All", "Application.Read.All"));

        var steps = await CheckAsync(azure);

        Assert.Equal(Order, steps.Select(s => s.Id));
        Assert.All(steps, s => Assert.True(s.Result == CheckResult.Pass, $"{s.Id}: {s.Result} {s.Failure?.Code}"));
        Assert.Equal(azure.Target.TenantId.ToString(), steps[1].Facts["tenantId"]);
        Assert.Equal(azure.World.App(EmulatedAzure.Reader).ServicePrincipalId.ToString(), steps[2].Facts["objectId"]);
    }

    [Fact]
    public async Task Without_Graph_permissions_names_and_expiry_are_warnings_and_all_else_passes()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var steps = await CheckAsync(azure);

        Assert.Equal(["names", "secret-expiry"], steps.Where(s => s.Result == CheckResult.Warn).Select(s => s.Id));
        Assert.Equal(["NAMES_UNAVAILABLE", "SECRET_EXPIRY_UNKNOWN"], steps.Select(s => s.Failure?.Code).OfType<string>());
        Assert.Equal(Order.Length - 2, steps.Count(s => s.Result == CheckResult.Pass));
    }

    [Fact]
    public async Task A_refused_sign_in_skips_all_that_needs_a_token()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var steps = await CheckAsync(azure, azure.Secret with { Secret = "wrong~secret" });

        Assert.Equal(Order, steps.Select(s => s.Id));
        Assert.Equal("SECRET_INVALID", steps[2].Failure?.Code);
        Assert.Equal([CheckResult.Pass, CheckResult.Pass, CheckResult.Fail], steps.Take(3).Select(s => s.Result));
        Assert.All(steps.Skip(3), s => Assert.Equal(CheckResult.Skipped, s.Result));
    }

    [Fact]
    public async Task A_secret_that_is_an_id_is_refused_before_any_call()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var steps = await CheckAsync(azure, azure.Secret with { Secret = Guid.NewGuid().ToString() });

        Assert.Equal("SECRET_IS_AN_ID", steps.Single(s => s.Failure is not null).Failure?.Code);
        Assert.Empty(azure.Emulator.Requests);
    }

    [Fact]
    public async Task A_role_that_can_write_is_a_red_warning_that_names_it()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.Grant("Contributor", EmulatedAzure.Reader)));

        var step = (await CheckAsync(azure)).Single(s => s.Id == "read-only");

        Assert.Equal((CheckResult.Warn, "CAN_WRITE"), (step.Result, step.Failure?.Code));
        Assert.Equal("*", step.Facts["action"]);
        Assert.Equal("red", step.Facts["severity"]);
    }

    [Theory]
    [InlineData("Microsoft.Resources/subscriptions/read", "read-subscription", "NO_READER")]
    [InlineData("Microsoft.Resources/subscriptions/resourceGroups/read", "list-resource-groups", "RIGHT_MISSING")]
    [InlineData("Microsoft.Authorization/roleAssignments/read", "list-role-assignments", "RIGHT_MISSING")]
    [InlineData("Microsoft.Authorization/roleDefinitions/read", "read-role-definitions", "RIGHT_MISSING")]
    public async Task Each_of_the_four_actions_is_necessary_and_its_step_names_it(string action, string step, string code)
    {
        await using var azure = await EmulatedAzure.StartAsync(WithoutAction(action));

        var steps = await CheckAsync(azure);

        var failed = steps.First(s => s.Result == CheckResult.Fail && s.Id != "rights");
        Assert.Equal((step, code), (failed.Id, failed.Failure?.Code));
        Assert.Equal(action, failed.AzureAction);
        await azure.FailAsync(code);
    }

    [Fact]
    public async Task Without_the_fifth_action_the_check_warns_and_the_record_says_so()
    {
        await using var azure = await EmulatedAzure.StartAsync(WithoutAction("Microsoft.Authorization/permissions/read"));

        var rights = (await CheckAsync(azure)).Single(s => s.Id == "rights");
        var collection = await azure.CollectAsync();

        Assert.Equal((CheckResult.Warn, "PERMISSIONS_UNREADABLE"), (rights.Result, rights.Failure?.Code));
        Assert.Contains("permissions-unreadable", collection.Limits);
        Assert.Equal("definitions", collection.Reading.Right?.By);
    }

    [Fact]
    public async Task Roles_on_resource_groups_alone_are_told_as_a_part_of_the_subscription_as_a_sync_tells_it()
    {
        var world = EmulatedAzure.Company(s => s.ResourceGroup("rg-mine", grants: [("Reader", EmulatedAzure.Reader)]), role: "");
        world.GroupRoleReadsSubscription = true;
        await using var azure = await EmulatedAzure.StartAsync(world);

        var first = (await CheckAsync(azure)).First(s => s.Result == CheckResult.Fail);

        Assert.Equal("PARTIAL_SCOPE", first.Failure?.Code);
        await azure.FailAsync("PARTIAL_SCOPE");
    }

    [Fact]
    public async Task The_five_actions_of_the_custom_role_suffice()
    {
        await using var azure = await EmulatedAzure.StartAsync(WithoutAction(""));

        var collection = await azure.CollectAsync();

        Assert.Equal("permissions", collection.Reading.Right?.By);
        Assert.DoesNotContain(await CheckAsync(azure), s => s.Result == CheckResult.Fail);
    }

    [Theory]
    [InlineData(10, CheckResult.Warn, "SECRET_EXPIRES_SOON")]
    [InlineData(90, CheckResult.Pass, null)]
    public async Task The_hint_tells_which_secret_ends_when(int days, CheckResult result, string? code)
    {
        var ends = TimeProvider.System.GetUtcNow().AddDays(days).AddHours(1);
        var world = World.Create().Tenant($"t-{Guid.NewGuid():n}", t => t
            .App(EmulatedAzure.Reader, a => a.Secret("old~secret").Secret("new~secret", ends).GraphPermissions("Application.Read.All"))
            .Subscription(EmulatedAzure.Prod, s => s.Grant("Reader", EmulatedAzure.Reader)));
        await using var azure = await EmulatedAzure.StartAsync(world);

        var step = (await CheckAsync(azure)).Single(s => s.Id == "secret-expiry");

        Assert.Equal((result, code), (step.Result, step.Failure?.Code));
        Assert.Equal($"{days}", step.Facts["days"]);
    }

    private static World Permitted(params string[] permissions)
    {
        var world = EmulatedAzure.Company();
        world.Change(world.App(EmulatedAzure.Reader), a => a with { GraphPermissions = permissions });
        return world;
    }

    /// <summary>A world whose reader holds the custom role without one of its five actions.</summary>
    private static World WithoutAction(string without)
    {
        string[] five =
        [
            "Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Authorization/roleAssignments/read",
            "Microsoft.Authorization/roleDefinitions/read", "Microsoft.Authorization/permissions/read",
        ];
        return EmulatedAzure.Company(
            s => s.CustomRole("Axiom Layer reader", [.. five.Where(a => a != without)]).Grant("Axiom Layer reader", EmulatedAzure.Reader), role: "");
    }

    private static async Task<List<CheckStep>> CheckAsync(EmulatedAzure azure, AzureCredential? credential = null) =>
        await azure.Connector.CheckAsync(azure.Target, credential ?? azure.Secret, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
}
