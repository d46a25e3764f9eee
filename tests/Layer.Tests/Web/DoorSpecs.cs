using System.Net;
using Layer.Access;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

public sealed class DoorSpecs(PostgresCluster cluster)
{
    [Fact]
    public async Task A_strangers_page_leads_to_sign_in_and_a_strangers_API_call_is_answered_with_401()
    {
        await using var web = await WebHost.StartAsync(cluster);
        using var stranger = web.Stranger();
        using var page = await stranger.GetAsync("/?day=2026-01-01");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal("/sign-in?to=%2F%3Fday%3D2026-01-01", page.Headers.Location!.ToString());
        using var call = await stranger.GetAsync("/v1/connections");
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
        Assert.Equal("Bearer", call.Headers.WwwAuthenticate.ToString());
        Assert.Contains("SIGN_IN_NEEDED", await call.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_with_a_password_signs_in_and_sees_the_first_page()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Administrator);
        Assert.Contains("<h1>", await browser.ReadAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task The_set_up_link_makes_one_administrator_and_works_once(Engine engine)
    {
        await using var web = await WebHost.StartAsync(cluster, engine);
        var link = "/set-up/" + await ((SetUpLink)web.Services.GetService(typeof(SetUpLink))!).FindAsync(TestContext.Current.CancellationToken);
        using var browser = web.Stranger();
        using var joined = await browser.SubmitAsync(link, ("name", "Ada"), ("email", "ada@example.test"), ("password", WebHost.Password));
        Assert.Equal("/", joined.Headers.Location!.ToString());
        await browser.ReadAsync("/");
        using var again = await browser.GetAsync(link);
        Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
    }
}
