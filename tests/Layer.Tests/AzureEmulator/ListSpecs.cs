using System.Net;
using Layer.AzureEmulator;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.AzureEmulator;

public sealed class ListSpecs
{
    private const string Assignments = "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";

    [Theory]
    [InlineData(null, "", 1)]
    [InlineData(2, "", 4)]
    [InlineData(null, "&$top=3", 3)]
    [InlineData(null, "&%24top=3", 3)]
    public async Task Pages_follow_their_links_and_hold_every_row_once(int? pageSize, string top, int pages)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { PageSize = pageSize });
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));

        var (ids, read) = (new List<string?>(), 0);
        for (string? link = world.Subscription("prod").Scope + Assignments + top; link is not null; read++)
        {
            var page = await client.GetAsync(link, token);
            ids.AddRange(page.Value.Select(a => a.GetProperty("id").GetString()));
            link = page.Json.TryGetProperty("nextLink", out var next) ? next.GetString() : null;
            Assert.StartsWith("https://management.azure.com/subscriptions/", link ?? "https://management.azure.com/subscriptions/", StringComparison.Ordinal);
        }

        Assert.Equal(world.AssignmentsOf("prod").Select(a => a.Id), ids);
        Assert.Equal(pages, read);
        Assert.Equal(Enumerable.Range(1, pages), emulator.Requests.Of(AzureCall.ListRoleAssignments).Select(r => r.Page));
    }

    [Fact]
    public async Task Filters_choose_as_azure_does()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var (scope, bob) = (world.Subscription("prod").Scope, world.Principal("bob").Id);
        var group = world.ResourceGroup("prod", "rg-app").Id;

        var atScope = await Rows("&$filter=atScope()");
        var ofBob = await Rows($"&$filter=principalId%20eq%20'{bob}'");
        var toBob = await Rows($"&$filter=assignedTo('{bob}')");
        var both = await Rows($"&$filter=atScope()+and+assignedTo('{bob}')");
        var toGroup = await Rows($"&$filter=assignedTo('{world.Principal("operators").Id}')");
        var nonsense = await client.GetAsync($"{scope}{Assignments}&$filter=nonsense()", token);

        Assert.All(atScope, s => Assert.DoesNotContain("/resourcegroups/", s, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("/", atScope);
        Assert.Equal([group], ofBob);
        Assert.Equal([group, world.ManagementGroup("platform").Id], toBob);
        Assert.Equal([world.ManagementGroup("platform").Id], both);
        Assert.Empty(toGroup);
        Assert.Equal(400, nonsense.Status);

        async Task<List<string?>> Rows(string filter) =>
            [.. (await client.GetAsync(scope + Assignments + filter, token)).Value.Select(a => a.GetProperty("properties").GetProperty("scope").GetString())];
    }

    [Fact]
    public async Task Role_definitions_are_found_by_type_by_name_and_by_id()
    {
        var world = SmallWorld.Create(t => t
            .CustomRole("at subscription", ["*/read"], ["prod"])
            .CustomRole("at management group", ["*/read"], ["platform"])
            .CustomRole("at one group", ["*/read"], ["prod/rg-app"]));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var roles = $"{world.Subscription("prod").Scope}/providers/Microsoft.Authorization/roleDefinitions";

        var custom = await Names("?api-version=2022-04-01&$filter=type+eq+'CustomRole'");
        var below = await Names("?api-version=2022-04-01&$filter=atScopeAndBelow()+and+type+eq+'CustomRole'");
        var reader = await Names("?api-version=2022-04-01&$filter=roleName%20eq%20%27Reader%27");
        var all = await Names("?api-version=2022-04-01");
        var single = await client.GetAsync($"{roles}/{world.Role("at one group").Id}?api-version=2022-04-01", token);
        var unknown = await client.GetAsync($"{roles}/{Guid.NewGuid()}?api-version=2022-04-01", token);

        Assert.Equal(["at subscription", "at management group"], custom);
        Assert.Equal(3, below.Count);
        Assert.Equal(["Reader"], reader);
        Assert.Equal(BuiltInRolesCount + 2, all.Count);
        Assert.Equal("at one group", single.Json.GetProperty("properties").GetProperty("roleName").GetString());
        Assert.Equal(404, unknown.Status);

        async Task<List<string?>> Names(string query) =>
            [.. (await client.GetAsync(roles + query, token)).Value.Select(r => r.GetProperty("properties").GetProperty("roleName").GetString())];
    }

    private static int BuiltInRolesCount => Layer.AzureEmulator.Worlds.BuiltInRoles.All.Count();

    [Fact]
    public async Task Paths_and_parameter_names_may_be_written_in_any_case()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var id = world.Subscription("prod").Id;

        var groups = await client.GetAsync($"/SUBSCRIPTIONS/{id.ToString().ToUpperInvariant()}/ResourceGroups?Api-Version=2022-09-01&$TOP=1", token);
        var group = await client.GetAsync($"/subscriptions/{id}/resourcegroups/RG-APP?api-version=2022-09-01", token);
        var assignments = await client.GetAsync($"//subscriptions/{id}/Providers/microsoft.authorization/ROLEASSIGNMENTS?api-version=2022-04-01", token);

        Assert.Equal((200, 1), (groups.Status, groups.Value.Count));
        Assert.Equal("rg-app", group.Json.GetProperty("name").GetString());
        Assert.Equal(world.AssignmentsOf("prod").Count, assignments.Value.Count);
    }

    [Theory]
    [InlineData("/subscriptions/{0}/resourcegroups", 400, "MissingApiVersionParameter")]
    [InlineData("/subscriptions/{0}/resourcegroups?api-version=1999-01-01", 400, "InvalidApiVersionParameter")]
    [InlineData("/subscriptions/not-a-guid?api-version=2022-12-01", 400, "InvalidSubscriptionId")]
    [InlineData("/subscriptions/00000000-0000-0000-0000-000000000001?api-version=2022-12-01", 404, "SubscriptionNotFound")]
    [InlineData("/subscriptions/{0}/resourcegroups/absent?api-version=2022-09-01", 404, "ResourceGroupNotFound")]
    [InlineData("/subscriptions/{0}/resourcegroups/a~b?api-version=2022-09-01", 400, "InvalidResourceGroup")]
    [InlineData("/subscriptions/{0}/somethingElse?api-version=2022-09-01", 404, "NotFound")]
    public async Task What_cannot_be_answered_says_why(string path, int status, string code)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));

        var answer = await client.GetAsync(string.Format(path, world.Subscription("prod").Id), token);

        Assert.Equal((status, code), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Reads_draw_from_a_bucket_that_the_worlds_clock_refills()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock });
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var address = $"{world.Subscription("prod").Scope}?api-version=2022-12-01";

        var first = await client.GetAsync(address, token);
        for (var i = 0; i < 248; i++)
            await client.GetAsync(address, token);
        var last = await client.GetAsync(address, token);
        var refused = await client.GetAsync(address, token);
        clock.Advance(TimeSpan.FromSeconds(2));
        var refilled = await client.GetAsync(address, token);
        var other = await client.GetAsync(address, await client.TokenAsync(world.App("nobody")));

        Assert.Equal(("249", "3749"), (Remaining(first), first.Headers["x-ms-ratelimit-remaining-subscription-global-reads"]));
        Assert.Equal("0", Remaining(last));
        Assert.Equal((429, "SubscriptionRequestsThrottled", "10"), (refused.Status, refused.ErrorCode, refused.Headers["Retry-After"]));
        Assert.Equal((200, "49"), (refilled.Status, Remaining(refilled)));
        Assert.Equal("249", Remaining(other));

        static string Remaining(Reply reply) => reply.Headers["x-ms-ratelimit-remaining-subscription-reads"];
    }

    [Fact]
    public async Task A_large_answer_is_compressed_for_who_can_read_it_and_dated_by_the_worlds_clock()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock });
        using var plain = new PlainClient(emulator, DecompressionMethods.None);
        using var zipped = new PlainClient(emulator);
        var token = await plain.TokenAsync(world.App("layer"));

        var whole = await plain.GetAsync(world.Subscription("prod").Scope + Assignments, token);
        var small = await zipped.GetAsync(world.Subscription("prod").Scope + Assignments, token);

        Assert.Equal(whole.Body, small.Body);
        var sizes = emulator.Requests.Of(AzureCall.ListRoleAssignments).Select(r => r.Bytes).ToList();
        Assert.True(sizes[0] > 2 * sizes[1], string.Join(' ', sizes));
        Assert.Equal(clock.GetUtcNow(), DateTimeOffset.Parse(whole.Headers["Date"]));
    }
}
