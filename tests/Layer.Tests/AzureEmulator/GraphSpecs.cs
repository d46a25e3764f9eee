using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;

namespace Layer.Tests.AzureEmulator;

public sealed class GraphSpecs
{
    private const string ByIds = "https://graph.microsoft.com/v1.0/directoryObjects/getByIds";

    [Fact]
    public async Task Names_come_for_who_is_there_and_nothing_for_who_is_gone()
    {
        var world = Readers();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var answer = await AskAsync(client, world, "directory", "alice", "carol", "operators", "backup", "partner");

        Assert.Equal(["alice", "operators", "backup"], answer.Value.Select(v => v.GetProperty("displayName").GetString()));
        Assert.Equal(["#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.servicePrincipal"],
            answer.Value.Select(v => v.GetProperty("@odata.type").GetString()));
        Assert.Equal("ManagedIdentity", answer.Value[2].GetProperty("servicePrincipalType").GetString());
    }

    [Fact]
    public async Task Who_may_read_users_only_sees_of_others_that_they_are_there()
    {
        var world = Readers();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var answer = await AskAsync(client, world, "users only", "alice", "operators");

        Assert.Equal("alice", answer.Value[0].GetProperty("displayName").GetString());
        Assert.Equal(["@odata.type", "id"], answer.Value[1].EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Of_a_user_graph_tells_kind_and_state_only_when_they_are_selected_and_of_an_app_its_state_always()
    {
        var world = Readers(tenant => tenant.Guest("visitor"));
        world.Change(world.Principal("alice"), alice => alice with { Enabled = false });
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var plain = await AskAsync(client, world, "directory", "alice", "backup");
        var selected = await SelectAsync(
            client, world, "directory", "?$select=id,displayName,userType,accountEnabled,appId", "alice", "visitor", "operators", "backup");

        Assert.Equal(["@odata.type", "id", "displayName", "userPrincipalName"], plain.Value[0].EnumerateObject().Select(p => p.Name));
        Assert.True(plain.Value[1].GetProperty("accountEnabled").GetBoolean());
        Assert.Equal(
            [("Member", false), ("Guest", true)],
            selected.Value.Take(2).Select(v => (v.GetProperty("userType").GetString(), v.GetProperty("accountEnabled").GetBoolean())));
        Assert.Equal(["@odata.type", "id", "displayName"], selected.Value[2].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["@odata.type", "id", "accountEnabled", "appId", "displayName"], selected.Value[3].EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Of_what_may_not_be_read_selected_properties_are_null()
    {
        var world = Readers();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var answer = await SelectAsync(client, world, "users only", "?$select=id,displayName", "operators");

        Assert.Equal(JsonValueKind.Null, answer.Value[0].GetProperty("displayName").ValueKind);
        Assert.Equal(world.Principal("operators").Id, answer.Value[0].GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Without_a_permission_graph_refuses()
    {
        var world = Readers();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var names = await AskAsync(client, world, "layer", "alice");
        var secrets = await client.GetAsync(
            $"https://graph.microsoft.com/v1.0/applications(appId='{world.App("layer").ClientId}')", await GraphTokenAsync(client, world, "layer"));

        Assert.All([names, secrets], a => Assert.Equal((403, "Authorization_RequestDenied"), (a.Status, a.ErrorCode)));
    }

    [Fact]
    public async Task An_application_tells_when_its_secrets_end_and_how_they_begin()
    {
        var ends = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var world = Readers(t => t.App("own", a => a.Secret("abcdefgh", ends).GraphPermissions("Application.ReadWrite.OwnedBy")));
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await GraphTokenAsync(client, world, "own");

        var own = await client.GetAsync(
            $"https://graph.microsoft.com/v1.0/applications(appId='{world.App("own").ClientId}')?$select=id,appId,displayName,passwordCredentials,keyCredentials", token);
        var other = await client.GetAsync($"https://graph.microsoft.com/v1.0/applications(appId='{world.App("layer").ClientId}')", token);
        var principal = await client.GetAsync($"https://graph.microsoft.com/v1.0/servicePrincipals?$filter=appId eq '{world.App("own").ClientId}'", token);

        var secret = Assert.Single(own.Json.GetProperty("passwordCredentials").EnumerateArray());
        Assert.Equal(("2027-01-01T00:00:00Z", "abc"), (secret.GetProperty("endDateTime").GetString(), secret.GetProperty("hint").GetString()));
        Assert.DoesNotContain("abcdefgh", own.Body, StringComparison.Ordinal);
        Assert.Equal(403, other.Status);
        Assert.Equal(world.App("own").ServicePrincipalId, Assert.Single(principal.Value).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_batch_is_200_whatever_its_parts_are()
    {
        var world = Readers();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var request = new HttpRequestMessage(HttpMethod.Post, "https://graph.microsoft.com/v1.0/$batch")
        {
            Content = JsonContent.Create(new
            {
                requests = new object[]
                {
                    new { id = "1", method = "GET", url = $"/servicePrincipals(appId='{world.App("layer").ClientId}')" },
                    new { id = "2", method = "GET", url = $"/applications(appId='{Guid.NewGuid()}')" },
                },
            }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", await GraphTokenAsync(client, world, "directory")) },
        };

        var answer = await client.SendAsync(request);

        Assert.Equal(200, answer.Status);
        Assert.Equal([("2", 404), ("1", 200)],
            answer.Json.GetProperty("responses").EnumerateArray().Select(r => (r.GetProperty("id").GetString()!, r.GetProperty("status").GetInt32())));
    }

    private static World Readers(Action<TenantBuilder>? more = null) => SmallWorld.Create(t =>
    {
        t.App("directory", a => a.Secret().GraphPermissions("Directory.Read.All")).App("users only", a => a.Secret().GraphPermissions("User.Read.All"));
        more?.Invoke(t);
    });

    private static Task<string> GraphTokenAsync(PlainClient client, World world, string app) =>
        client.TokenAsync(world.App(app), "https://graph.microsoft.com/.default");

    private static async Task<Reply> AskAsync(PlainClient client, World world, string app, params string[] principals) =>
        await SelectAsync(client, world, app, "", principals);

    private static async Task<Reply> SelectAsync(PlainClient client, World world, string app, string select, params string[] principals) =>
        await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, ByIds + select)
        {
            Content = JsonContent.Create(new
            {
                ids = principals.Select(p => world.Principal(p).Id).Append(StableId.From("nobody at all")),
                types = new[] { "user", "group", "servicePrincipal" },
            }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", await GraphTokenAsync(client, world, app)) },
        });
}
