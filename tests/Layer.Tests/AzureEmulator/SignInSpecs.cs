using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

public sealed class SignInSpecs
{
    [Fact]
    public async Task A_client_secret_buys_a_token_that_reads_the_subscription_and_its_lists()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var subscription = world.Subscription("prod");

        var token = await client.TokenAsync(world.App("layer"));
        var answer = await client.GetAsync($"{subscription.Scope}?api-version=2022-12-01", token);
        var groups = await client.GetAsync($"{subscription.Scope}/resourcegroups?api-version=2022-09-01", token);
        var assignments = await client.GetAsync(
            $"{subscription.Scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token);

        Assert.Equal(200, answer.Status);
        Assert.Equal(subscription.TenantId, answer.Json.GetProperty("tenantId").GetGuid());
        Assert.Equal(["rg-app", "rg-data"], groups.Value.Select(g => g.GetProperty("name").GetString()));
        Assert.Equal(world.AssignmentsOf("prod").Select(a => a.Id), assignments.Value.Select(a => a.GetProperty("id").GetString()));
        Assert.Empty(emulator.RefusedHosts);
    }

    [Fact]
    public async Task Without_a_token_a_subscription_names_its_tenant()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var answer = await client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01");

        Assert.Equal(401, answer.Status);
        Assert.Equal(
            $"Bearer authorization_uri=\"https://login.windows.net/{world.Tenant("contoso").Id}\", error=\"invalid_token\", " +
            "error_description=\"The authentication failed because of missing 'Authorization' header.\"",
            answer.Headers["WWW-Authenticate"]);
        Assert.Equal("AuthenticationFailed", answer.ErrorCode);
    }

    [Fact]
    public async Task A_host_that_is_not_azure_is_refused_and_named()
    {
        await using var emulator = await Emulator.StartAsync(SmallWorld.Create());
        using var client = new PlainClient(emulator);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("https://telemetry.example/"));
        await client.GetAsync("http://plain.example/");

        Assert.Equal(["telemetry.example:443", "plain.example"], emulator.RefusedHosts);
    }
}
