using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

public sealed class WorldSpecs
{
    [Fact]
    public void A_seed_always_draws_the_same_world()
    {
        var (one, same, other) = (World.Random(7), World.Random(7), World.Random(8));

        Assert.Equal(one.AssignmentsOf("sub-1"), same.AssignmentsOf("sub-1"));
        Assert.Equal(one.ResourceGroupsOf("sub-1").Select(g => (g.Id, g.ManagedBy)), same.ResourceGroupsOf("sub-1").Select(g => (g.Id, g.ManagedBy)));
        Assert.NotEqual(one.AssignmentsOf("sub-1"), other.AssignmentsOf("sub-1"));
    }

    [Fact]
    public void A_drawn_world_keeps_the_recorded_proportions_at_its_largest()
    {
        var world = World.Random(1, subscriptions: 2, groups: 980, assignments: 4000);

        Assert.All(world.Subscriptions, subscription =>
        {
            var rows = world.AssignmentsOf(subscription.Name);
            Assert.Equal(4000, rows.Count);
            Assert.Equal(4000, rows.Select(r => r.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.Equal(1840, rows.Count(r => !r.Scope.StartsWith("/subscriptions/", StringComparison.Ordinal)));
            Assert.Equal(400, rows.Count(r => r.Scope.StartsWith(subscription.Scope + "/", StringComparison.Ordinal)));
            Assert.True(rows.CountBy(r => r.Scope).Where(s => s.Key.Contains("managementGroups", StringComparison.Ordinal)).All(s => s.Value <= 500));
            Assert.Equal(980, world.ResourceGroupsOf(subscription.Name).Count);
        });
        var all = world.AssignmentsOf("sub-1");
        Assert.Contains(all, r => r.CreatedBy == "");
        Assert.Contains(all, r => r.CreatedBy is null);
        Assert.Contains(all, r => r.Condition is not null);
        Assert.Contains(all, r => r.PrincipalType == "ForeignGroup");
        Assert.Contains(all, r => r.DelegatedManagedIdentityResourceId is not null);
    }

    [Fact]
    public async Task A_drawn_world_is_served_whole_and_again_from_prepared_bytes()
    {
        var world = World.Random(3, groups: 980, assignments: 4000);
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var scope = world.Subscription("sub-1").Scope;

        var assignments = await client.GetAsync($"{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token);
        var groups = await client.GetAsync($"{scope}/resourcegroups?api-version=2022-09-01", token);
        world.Put(world.ResourceGroup("sub-1", "rg-000-app") with { Location = "northeurope" });
        var changed = await client.GetAsync($"{scope}/resourcegroups?api-version=2022-09-01", token);

        Assert.Equal(4000, assignments.Value.Count);
        Assert.Equal(980, groups.Value.Count);
        Assert.Equal("northeurope", changed.Value[0].GetProperty("location").GetString());
    }

    [Fact]
    public void The_example_in_the_documentation_is_a_world()
    {
        var text = File.ReadAllText(Repository.PathOf("docs", "azure-emulator.md"));
        var start = text.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;

        var world = World.FromJson(text[start..text.IndexOf("```", start, StringComparison.Ordinal)]);

        Assert.Equal("Reader", Assert.Single(world.AssignmentsOf("production"), a => a.PrincipalId == world.App("layer").ServicePrincipalId) is { } own
            ? Layer.AzureEmulator.Worlds.BuiltInRoles.Find(own.RoleId)!.Name : "");
        Assert.Equal("Disabled", world.Subscription("archive").State);
        Assert.NotNull(Assert.Single(world.AssignmentsOf("production"), a => a.Condition is not null).ConditionVersion);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tenants":[{"name":"a","surprise":1}]}""")]
    public void What_is_no_world_is_refused(string json) => Assert.Throws<JsonException>(() => World.FromJson(json));

    [Fact]
    public async Task The_control_port_takes_orders_from_who_knows_the_token()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { ControlPort = 0 });
        using var client = new PlainClient(emulator);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var control = new HttpClient(handler) { BaseAddress = emulator.Control!.Value.Address };
        var list = $"{world.Subscription("prod").Scope}/resourcegroups?api-version=2022-09-01";
        var ct = TestContext.Current.CancellationToken;

        var stranger = await control.GetAsync("/requests", ct);
        control.DefaultRequestHeaders.Add("x-emulator-token", emulator.Control.Value.Token);
        var fault = await control.PostAsJsonAsync("/faults", new { fault = "Status503", call = "ListResourceGroups", page = "first", times = 5 }, ct);
        var token = await client.TokenAsync(world.App("layer"));
        var broken = await client.GetAsync(list, token);
        await control.DeleteAsync("/faults", ct);
        var change = await control.PostAsJsonAsync("/world", new { change = "AddResourceGroup", subscription = "prod", resourceGroup = "rg-new" }, ct);
        var whole = await client.GetAsync(list, token);
        var nonsense = await control.PostAsJsonAsync("/world", new { change = "Revoke", scope = "prod", role = "Reader", principal = "bob" }, ct);
        var requests = await control.GetFromJsonAsync<JsonElement>("/requests", ct);

        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (fault.StatusCode, change.StatusCode));
        Assert.Equal(503, broken.Status);
        Assert.Contains("rg-new", whole.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
        Assert.Equal("Status503", requests.GetProperty("value")[1].GetProperty("fault").GetString());
    }

    [Fact]
    public async Task As_a_program_it_prints_an_environment_that_reaches_it()
    {
        var folder = Directory.CreateTempSubdirectory("layer-emulator-");
        try
        {
            var program = new EmulatorProgram { CertificateFile = Path.Combine(folder.FullName, "emulator.pem") };
            await using var emulator = await program.StartAsync(TestContext.Current.CancellationToken);

            var lines = program.Environment(emulator).ToList();

            Assert.Contains($"export HTTPS_PROXY={emulator.Proxy.GetLeftPart(UriPartial.Authority)}", lines);
            Assert.Contains($"export AZURE_CLIENT_SECRET='{emulator.World.App("layer").Secret}'", lines);
            Assert.Equal(emulator.TrustAnchor.ExportCertificatePem(), (await File.ReadAllTextAsync(program.CertificateFile, TestContext.Current.CancellationToken)).TrimEnd());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
