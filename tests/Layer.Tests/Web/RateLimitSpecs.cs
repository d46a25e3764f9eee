using System.Net;
using Layer.Access;
using Layer.Serving;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Passwords cannot be tried, nor files taken away, faster than a person does.</summary>
public sealed class RateLimitSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_twenty_tries_in_a_minute_no_password_is_looked_at_not_even_the_right_one()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.AddPersonAsync(Role.Editor, "eve@example.test");
        using var browser = web.Stranger();
        for (var i = 0; i < RateLimits.TriesPerWindow; i++)
        {
            using var tried = await browser.SubmitAsync("/sign-in", ("email", $"nobody-{i}@example.test"), ("password", "a guess of twelve"));
            Assert.Equal(HttpStatusCode.BadRequest, tried.StatusCode);
        }

        using var refused = await browser.SubmitAsync("/sign-in", ("email", "eve@example.test"), ("password", WebHost.Password));

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Contains("Too many tries, wait a minute", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_are_limited_by_person()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var editor = await web.AsAsync(Role.Editor);
        for (var i = 0; i < RateLimits.ExportsPerWindow; i++)
            await editor.ReadAsync("/inventory/role-assignments.csv");

        using var refused = await editor.GetAsync("/inventory/role-assignments.csv");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await editor.ReadAsync("/inventory");
        await (await web.AsAsync(Role.Administrator)).ReadAsync("/inventory/role-assignments.csv");
    }
}
