using System.Net.Http.Headers;
using System.Text;
using Layer.AzureEmulator;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.AzureEmulator;

public sealed class SignInErrorSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 9, 4, 1, 51, 3, TimeSpan.Zero);

    [Theory]
    [InlineData("wrong secret", 401, "invalid_client", 7000215)]
    [InlineData("expired secret", 401, "invalid_client", 7000222)]
    [InlineData("no credential", 401, "invalid_client", 7000216)]
    [InlineData("unknown app", 400, "unauthorized_client", 700016)]
    [InlineData("no service principal", 401, "invalid_client", 7000229)]
    [InlineData("disabled", 401, "unauthorized_client", 7000112)]
    [InlineData("unknown tenant", 400, "invalid_request", 90002)]
    [InlineData("unknown domain", 400, "invalid_request", 90002)]
    [InlineData("bad tenant", 400, "invalid_request", 900023)]
    [InlineData("no scope", 400, "invalid_request", 900144)]
    [InlineData("bare scope", 400, "invalid_scope", 1002012)]
    [InlineData("two scopes", 400, "invalid_scope", 70011)]
    [InlineData("unknown resource", 400, "invalid_resource", 500011)]
    [InlineData("blocked", 400, "invalid_grant", 53003)]
    [InlineData("other grant", 400, "unsupported_grant_type", 70003)]
    [InlineData("garbled assertion", 401, "invalid_client", 700027)]
    [InlineData("late assertion", 401, "invalid_client", 700024)]
    [InlineData("unheard of", 400, "invalid_request", 4242424)]
    public async Task Each_refusal_has_its_code_error_and_status(string what, int status, string error, int code)
    {
        var world = SmallWorld.Create(t => t
            .App("late", a => a.Secret(expires: Now))
            .App("off", a => a.Secret().Disabled())
            .App("unseen", a => a.Secret().WithoutServicePrincipal())
            .App("blocked", a => a.Secret().BlockedByConditionalAccess())
            .App("pipeline", a => a.Federated("https://pipelines.example", "one")));
        world.Change(world.App("nobody"), a => a with { SignInError = 4242424 });
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = new FakeTimeProvider(Now) });
        using var client = new PlainClient(emulator);
        var (tenant, app) = (world.Tenant("contoso").Id.ToString(), "layer");
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "https://management.azure.com/.default" };
        Action prepare = what switch
        {
            "wrong secret" => () => form["client_secret"] = "x",
            "expired secret" => () => app = "late",
            "no credential" => () => form["client_secret"] = "",
            "unknown app" => () => form["client_id"] = Guid.NewGuid().ToString(),
            "no service principal" => () => app = "unseen",
            "disabled" => () => app = "off",
            "unknown tenant" => () => tenant = Guid.NewGuid().ToString(),
            "unknown domain" => () => tenant = "absent.onmicrosoft.com",
            "bad tenant" => () => tenant = "directoryid",
            "no scope" => () => form.Remove("scope"),
            "bare scope" => () => form["scope"] = "https://management.azure.com",
            "two scopes" => () => form["scope"] = "https://management.azure.com/.default https://graph.microsoft.com/.default",
            "unknown resource" => () => form["scope"] = "https://elsewhere.example/.default",
            "blocked" => () => app = "blocked",
            "other grant" => () => form["grant_type"] = "password",
            "garbled assertion" => () => form["client_assertion"] = "a.b.c",
            "late assertion" => () => (app, form["client_assertion"]) = ("pipeline", world.FederatedToken("pipeline", TimeProvider.System.GetUtcNow().AddHours(-1))),
            _ => () => app = "nobody",
        };
        prepare();
        form.TryAdd("client_id", world.App(app).ClientId.ToString());
        if (world.App(app).Secrets.Count > 0)
            form.TryAdd("client_secret", world.App(app).Secret);

        var answer = await client.SignInAsync(tenant, form);

        Assert.Equal((status, error, code),
            (answer.Status, answer.Json.GetProperty("error").GetString(), answer.Json.GetProperty("error_codes")[0].GetInt32()));
        Assert.StartsWith($"AADSTS{code}: ", answer.Json.GetProperty("error_description").GetString(), StringComparison.Ordinal);
        Assert.Equal(answer.Headers["x-ms-request-id"], answer.Json.GetProperty("trace_id").GetString());
        Assert.Equal("2026-09-04 01:51:03Z", answer.Json.GetProperty("timestamp").GetString());
        Assert.DoesNotContain(world.App("layer").Secret, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_run_in_azures_order()
    {
        var world = SmallWorld.Create(t => t.App("everything wrong", a => a.Secret(expires: Now).Disabled().BlockedByConditionalAccess()));
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = new FakeTimeProvider(Now) });
        using var client = new PlainClient(emulator);
        var app = world.App("everything wrong");
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = app.ClientId.ToString(), ["client_secret"] = "x", ["scope"] = "nothing",
        };

        var codes = new List<int> { await CodeAsync() };
        world.Change(app, a => a with { Enabled = true });
        codes.Add(await CodeAsync());
        form["client_secret"] = app.Secret;
        codes.Add(await CodeAsync());
        world.ExpireSecrets(app, Now.AddDays(1));
        codes.Add(await CodeAsync());
        form["scope"] = "https://management.azure.com/.default";
        codes.Add(await CodeAsync());

        Assert.Equal([7000112, 7000215, 7000222, 1002012, 53003], codes);

        async Task<int> CodeAsync() => (await client.SignInAsync(app.TenantId.ToString(), form)).Json.GetProperty("error_codes")[0].GetInt32();
    }

    [Fact]
    public async Task An_old_and_a_new_secret_both_sign_in_until_the_old_one_ends()
    {
        var clock = new FakeTimeProvider(Now);
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock });
        using var client = new PlainClient(emulator);
        var old = world.App("layer").Secret;
        world.ExpireSecrets(world.App("layer"), Now.AddHours(1));
        var app = world.AddSecret(world.App("layer"));

        await client.TokenAsync(app, secret: old);
        await client.TokenAsync(app, secret: app.Secret);
        clock.Advance(TimeSpan.FromHours(1));
        await client.TokenAsync(app, secret: app.Secret);
        var late = await client.SignInAsync(app.TenantId.ToString(), new()
        {
            ["grant_type"] = "client_credentials", ["client_id"] = app.ClientId.ToString(), ["client_secret"] = old, ["scope"] = "https://management.azure.com/.default",
        });

        Assert.Equal(7000222, late.Json.GetProperty("error_codes")[0].GetInt32());
        Assert.NotEqual(old, app.Secret);
    }

    [Theory]
    [InlineData("https://management.azure.com/.default")]
    [InlineData("https://management.azure.com//.default")]
    [InlineData("https://management.core.windows.net//.default")]
    public async Task Arms_scope_may_have_one_slash_or_two(string scope)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);

        var token = await client.TokenAsync(world.App("layer"), scope);

        Assert.Equal(200, (await client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01", token)).Status);
    }

    [Fact]
    public async Task A_secret_may_come_in_a_basic_header_and_the_tenant_as_a_domain()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var app = world.App("layer");
        var request = new HttpRequestMessage(HttpMethod.Post, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials", ["scope"] = "https://management.azure.com/.default", ["client_info"] = "2",
            }),
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{app.ClientId}:{Uri.EscapeDataString(app.Secret)}"))) },
        };

        Assert.Equal(200, (await client.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Garbage_in_the_tenants_place_brings_a_page_with_200()
    {
        await using var emulator = await Emulator.StartAsync(SmallWorld.Create());
        using var client = new PlainClient(emulator);

        var answer = await client.SignInAsync("not%20a%20tenant", []);

        Assert.Equal((200, "text/html; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
    }

    [Fact]
    public async Task Descriptions_had_lines_until_2023()
    {
        await using var emulator = await Emulator.StartAsync(SmallWorld.Create(), new EmulatorOptions { OldDescriptions = true });
        using var client = new PlainClient(emulator);

        var answer = await client.SignInAsync("directoryid", []);

        Assert.Contains("\r\nTrace ID: ", answer.Json.GetProperty("error_description").GetString(), StringComparison.Ordinal);
    }
}
