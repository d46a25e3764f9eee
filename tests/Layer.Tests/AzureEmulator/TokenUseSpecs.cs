using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

public sealed class TokenUseSpecs
{
    [Fact]
    public async Task A_token_is_good_for_its_own_tenant_audience_and_time_only()
    {
        var world = SmallWorld.Create().Tenant("elsewhere", t => t.App("stranger", a => a.Secret()));
        await using var emulator = await Emulator.StartAsync(world);
        await using var shortLived = await Emulator.StartAsync(world, new EmulatorOptions { TokenLifetime = TimeSpan.FromMinutes(-1) });
        using var client = new PlainClient(emulator);
        using var late = new PlainClient(shortLived);
        var address = $"{world.Subscription("prod").Scope}?api-version=2022-12-01";
        var tenant = world.Tenant("contoso").Id.ToString();

        var wrongTenant = await client.GetAsync(address, await client.TokenAsync(world.App("stranger")));
        var wrongAudience = await client.GetAsync(address, await client.TokenAsync(world.App("layer"), "https://graph.microsoft.com/.default"));
        var expired = await client.GetAsync(address, await late.TokenAsync(world.App("layer")));
        var garbage = await client.GetAsync(address, "no.real.token");

        Assert.Equal(
            ["InvalidAuthenticationTokenTenant", "InvalidAuthenticationTokenAudience", "ExpiredAuthenticationToken", "InvalidAuthenticationToken"],
            new[] { wrongTenant, wrongAudience, expired, garbage }.Select(a => a.ErrorCode));
        Assert.All([wrongTenant, wrongAudience, expired, garbage], a =>
        {
            Assert.Equal(401, a.Status);
            Assert.Contains($"authorization_uri=\"https://login.windows.net/{tenant}\"", a.Headers["WWW-Authenticate"], StringComparison.Ordinal);
            Assert.Equal("gateway", a.Headers["x-ms-failure-cause"]);
        });
    }

    [Fact]
    public async Task A_moved_subscription_names_its_new_tenant_and_has_lost_its_grants()
    {
        var world = SmallWorld.Create().Tenant("elsewhere", t => t.App("stranger", a => a.Secret()));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));

        world.Move(world.Subscription("prod"), "elsewhere");
        var answer = await client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01", token);

        Assert.Equal("InvalidAuthenticationTokenTenant", answer.ErrorCode);
        Assert.Contains(world.Tenant("elsewhere").Id.ToString(), answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Empty(world.AssignmentsOf("prod"));
    }

    [Fact]
    public async Task A_delegated_subscription_can_be_read_from_the_managing_tenant_without_a_row_of_its_own()
    {
        var world = World.Create()
            .Tenant("provider", t => t.App("managing", a => a.Secret()))
            .Tenant("contoso", t => t.Subscription("customer", s => s.Delegate("Reader", "managing").ResourceGroup("rg-one")));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("managing"));
        var scope = world.Subscription("customer").Scope;

        var subscription = await client.GetAsync($"{scope}?api-version=2022-12-01", token);
        var assignments = await client.GetAsync($"{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token);
        var listed = await client.GetAsync("/subscriptions?api-version=2022-12-01", token);

        Assert.Equal(world.Tenant("contoso").Id, subscription.Json.GetProperty("tenantId").GetGuid());
        Assert.Equal(world.Tenant("provider").Id, subscription.Json.GetProperty("managedByTenants")[0].GetProperty("tenantId").GetGuid());
        Assert.Equal((200, "{\"value\":[]}"), (assignments.Status, assignments.Body));
        Assert.Single(listed.Value);
    }

    [Theory]
    [InlineData("AzureUSGovernment", "login.microsoftonline.us", "management.usgovcloudapi.net", "management.azure.com")]
    [InlineData("AzureChinaCloud", "login.chinacloudapi.cn", "management.chinacloudapi.cn", "management.azure.com")]
    public async Task A_sovereign_cloud_has_its_own_hosts_and_the_public_one_does_not_know_its_subscriptions(string cloud, string login, string arm, string other)
    {
        var world = SmallWorld.Create(t => t.Cloud(cloud));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var app = world.App("layer");
        var signedIn = await client.SignInAsync(app.TenantId.ToString(), new()
        {
            ["client_id"] = app.ClientId.ToString(),
            ["client_secret"] = app.Secret,
            ["scope"] = $"https://{arm}/.default",
            ["grant_type"] = "client_credentials",
        }, login);
        var token = signedIn.Json.GetProperty("access_token").GetString();
        var path = $"{world.Subscription("prod").Scope}?api-version=2022-12-01";

        Assert.Equal(200, (await client.GetAsync($"https://{arm}{path}", token)).Status);
        Assert.Equal("SubscriptionNotFound", (await client.GetAsync($"https://{other}{path}")).ErrorCode);
        Assert.Equal(cloud, (await client.GetAsync($"https://{arm}/metadata/endpoints?api-version=2022-09-01")).Json.GetProperty("name").GetString());
    }
}
