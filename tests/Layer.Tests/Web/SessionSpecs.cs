using System.Net;
using Layer.Access;
using Layer.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Web;

/// <summary>How long somebody stays signed in.</summary>
public sealed class SessionSpecs(PostgresCluster cluster)
{
    [Fact]
    public async Task A_session_lasts_for_the_day_and_not_longer()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var web = await WebHost.StartAsync(cluster, clock: clock);
        var browser = await web.AsAsync(Role.Editor);

        for (var i = 0; i < 11; i++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            await browser.ReadAsync("/account");
        }

        clock.Advance(TimeSpan.FromHours(13));
        using var over = await browser.GetAsync("/account");
        Assert.Equal(HttpStatusCode.Redirect, over.StatusCode);
    }

    [Fact]
    public async Task A_password_that_is_changed_ends_the_other_sessions_within_a_minute_and_not_the_own_one()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var web = await WebHost.StartAsync(cluster, clock: clock);
        var own = await web.AsAsync(Role.Editor);
        using var other = web.Stranger();
        await other.SubmitAsync("/sign-in", ("email", "editor@example.test"), ("password", WebHost.Password));
        await other.ReadAsync("/account");

        using var changed = await own.SubmitAsync("/account/password", [("current", WebHost.Password), ("password", "a new one of words")], page: "/account");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        clock.Advance(TimeSpan.FromSeconds(61));

        await own.ReadAsync("/account");
        using var ended = await other.GetAsync("/account");
        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);
    }

    [Fact]
    public async Task Looking_at_the_pages_of_ones_account_ends_no_session()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var web = await WebHost.StartAsync(cluster, clock: clock);
        var browser = await web.AsAsync(Role.Editor);

        foreach (var path in new[] { "/account", "/account/second-factor", "/settings/tokens" })
        {
            await browser.ReadAsync(path);
            clock.Advance(TimeSpan.FromSeconds(61));
        }

        await browser.ReadAsync("/account");
    }
}
