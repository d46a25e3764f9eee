using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.AzureEmulator;

public sealed class RightsSpecs
{
    private const string Assignments = "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";

    private static readonly string[] FiveActions =
    [
        "Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read", "Microsoft.Authorization/permissions/read",
    ];

    [Theory]
    [InlineData("*/read", "Microsoft.Resources/subscriptions/read", true)]
    [InlineData("*", "Anything/at/all", true)]
    [InlineData("Microsoft.Authorization/*/Write", "microsoft.authorization/roleassignments/write", true)]
    [InlineData("Microsoft.Authorization/*/Write", "Microsoft.Authorization/roleAssignments/read", false)]
    [InlineData("Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read", false)]
    [InlineData("*/read", "Microsoft.Resources/subscriptions/reader", false)]
    public void An_action_matches_by_stars_and_without_case(string pattern, string action, bool matches) =>
        Assert.Equal(matches, ActionPattern.Matches(pattern, action));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_of_the_five_actions_opens_its_call_and_no_other(int missing)
    {
        var world = SmallWorld.Create(t => t
            .CustomRole("four of five", FiveActions.Where((_, i) => i != missing), ["prod"])
            .Grant("prod", "four of five", "nobody"));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("nobody"));
        string[] paths =
        [
            "?api-version=2022-12-01", "/resourcegroups?api-version=2022-09-01", Assignments,
            "/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01", "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01",
        ];

        for (var i = 0; i < paths.Length; i++)
            Assert.Equal(i == missing ? 403 : 200, (await client.GetAsync(world.Subscription("prod").Scope + paths[i], token)).Status);
    }

    [Fact]
    public async Task Not_actions_take_away_what_their_own_role_gave_and_nothing_more()
    {
        var world = SmallWorld.Create(t => t
            .CustomRole("all but assignments", ["*/read"], ["prod"], ["Microsoft.Authorization/roleAssignments/*"])
            .Grant("prod", "all but assignments", "nobody"));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("nobody"));
        var list = world.Subscription("prod").Scope + Assignments;

        var before = await client.GetAsync(list, token);
        world.Grant("prod", "Reader", "nobody");
        var after = await client.GetAsync(list, token);

        Assert.Equal(403, before.Status);
        Assert.Contains("'Microsoft.Authorization/roleAssignments/read' over scope " +
            $"'{world.Subscription("prod").Scope}/providers/Microsoft.Authorization'", before.Body, StringComparison.Ordinal);
        Assert.Equal(200, after.Status);
    }

    [Fact]
    public async Task Rights_come_down_from_management_groups_and_through_groups_in_groups()
    {
        var world = SmallWorld.Create(t => t.App("member", a => a.Secret()));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("member"));
        var list = world.Subscription("prod").Scope + Assignments;

        var before = await client.GetAsync(list, token);
        world.SetMember("operators", "member");
        var after = await client.GetAsync(list, token);
        world.SetMember("operators", "member", member: false);
        var again = await client.GetAsync(list, token);

        Assert.Equal([403, 200, 403], new[] { before.Status, after.Status, again.Status });
    }

    [Fact]
    public async Task A_list_can_be_refused_by_403_or_by_an_empty_answer()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("nobody"));
        var list = world.Subscription("prod").Scope + Assignments;

        var loud = await client.GetAsync(list, token);
        world.RefusesListsSilently = true;
        var silent = await client.GetAsync(list, token);

        Assert.Equal((403, "AuthorizationFailed"), (loud.Status, loud.ErrorCode));
        Assert.Equal((200, "{\"value\":[]}"), (silent.Status, silent.Body));
    }

    [Fact]
    public async Task A_role_on_one_group_shows_that_group_only_and_not_the_subscription()
    {
        var world = SmallWorld.Create(t => t.Grant("prod/rg-data", "Reader", "nobody"));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("nobody"));
        var scope = world.Subscription("prod").Scope;

        var groups = await client.GetAsync($"{scope}/resourcegroups?api-version=2022-09-01", token);
        var subscription = await client.GetAsync($"{scope}?api-version=2022-12-01", token);
        world.GroupRoleReadsSubscription = true;
        var lenient = await client.GetAsync($"{scope}?api-version=2022-12-01", token);

        Assert.Equal(["rg-data"], groups.Value.Select(g => g.GetProperty("name").GetString()));
        Assert.Equal((403, 200), (subscription.Status, lenient.Status));
    }

    [Fact]
    public async Task A_new_grant_gives_its_right_when_it_has_spread()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock });
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("nobody"));
        world.GrantDelay = TimeSpan.FromMinutes(5);
        world.Grant("prod", "Reader", "nobody");
        var list = world.Subscription("prod").Scope + Assignments;

        clock.Advance(TimeSpan.FromMinutes(4.9));
        var early = await client.GetAsync(list, token);
        clock.Advance(TimeSpan.FromMinutes(0.2));
        var late = await client.GetAsync(list, token);

        Assert.Equal((403, 200), (early.Status, late.Status));
        Assert.Contains(world.App("nobody").ServicePrincipalId.ToString()!, late.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permissions_hold_one_entry_for_each_role_that_applies()
    {
        var world = SmallWorld.Create(t => t.Grant("prod/rg-data", "Contributor", "layer"));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));

        var atSubscription = await client.GetAsync($"{world.Subscription("prod").Scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", token);
        var atGroup = await client.GetAsync($"{world.ResourceGroup("prod", "rg-data").Id}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", token);

        Assert.Equal("*/read", Assert.Single(atSubscription.Value).GetProperty("actions")[0].GetString());
        Assert.Equal(2, atGroup.Value.Count);
    }
}
