using System.Net;
using Layer.Access;
using Layer.Operations;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Sign-in through an identity provider: it says who somebody is and which role they have, anew each time.</summary>
public sealed class OidcSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_a_role_there_is_let_in_with_it_and_a_change_of_it_counts_at_the_next_sign_in()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var web = await WebHost.StartAsync(cluster, settings: provider.Settings);
        Describe(provider, "42", "grace@example.test", "Layer.Edit", "Something.Else");
        using var browser = web.Stranger();
        Assert.Contains("href=\"/sign-in/oidc?to=%2Finventory\"", await browser.ReadAsync("/sign-in?to=/inventory"), StringComparison.Ordinal);

        Assert.Equal("/inventory", await SignInAsync(browser, "/sign-in/oidc?to=/inventory"));
        Assert.Contains("Grace Hopper", await browser.ReadAsync("/account"), StringComparison.Ordinal);
        using var people = await browser.GetAsync("/settings/people");
        Assert.Equal(HttpStatusCode.Forbidden, people.StatusCode);

        Describe(provider, "42", "grace@example.test", "Layer.Admin");
        using var again = web.Stranger();
        Assert.Equal("/", await SignInAsync(again));
        await again.ReadAsync("/settings/people");
        await browser.ReadAsync("/settings/people");
        Assert.Equal(["access.joined", "access.signed-in", "access.refused", "access.signed-in"], await web.ActionsAsync());
    }

    [Theory]
    [InlineData("Other.Role", "grace@example.test", "OIDC_NO_ROLE")]
    [InlineData("Layer.Edit", null, "OIDC_NO_EMAIL")]
    [InlineData("Layer.Edit", "editor@example.test", "OIDC_EMAIL_TAKEN")]
    public async Task Whoever_has_none_or_tells_no_address_or_one_that_is_taken_is_told_why_and_not_let_in(string role, string? email, string code)
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var web = await WebHost.StartAsync(cluster, settings: provider.Settings);
        await web.AddPersonAsync(Role.Editor, "editor@example.test");
        Describe(provider, "7", email, role);
        using var browser = web.Stranger();

        var refused = await SignInAsync(browser);

        Assert.Contains(code, refused, StringComparison.Ordinal);
        using var home = await browser.GetAsync("/");
        Assert.Equal("/sign-in", home.Headers.Location?.ToString());
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_refused_and_a_place_elsewhere_is_not_gone_to()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var web = await WebHost.StartAsync(cluster, settings: provider.Settings);
        Describe(provider, "42", "grace@example.test", "Layer.Edit");
        using var browser = web.Stranger();

        using var forged = await browser.GetAsync("/sign-in/oidc/callback?code=once&state=made-up");
        Assert.Contains("OIDC_FAILED", await forged.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("/", await SignInAsync(browser, "/sign-in/oidc?to=https://evil.example/"));
    }

    [Fact]
    public void Everything_that_is_missing_or_wrong_in_its_settings_is_told_at_once()
    {
        Settings.Read(new Dictionary<string, string> { ["Layer__OidcAuthority"] = "http://login.example.com", ["Layer__OidcRoles"] = "chief=x, editor=" }, out var problems);

        Assert.Equal(5, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("Layer:Oidc", problem, StringComparison.Ordinal));
    }

    private static void Describe(LocalProvider provider, string subject, string? email, params string[] roles)
    {
        provider.Claims.Clear();
        (provider.Claims["sub"], provider.Claims["name"], provider.Claims["roles"]) = (subject, "Grace Hopper", roles);
        if (email is not null)
            provider.Claims["email"] = email;
    }

    // Goes where a browser would: to the provider, back, and on. Gives the place it ended at, or the text of a refusal.
    private static async Task<string> SignInAsync(Browser browser, string start = "/sign-in/oidc")
    {
        using var began = await browser.GetAsync(start);
        using var provider = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var there = await provider.GetAsync(began.Headers.Location, Cancellation);
        using var back = await browser.GetAsync(there.Headers.Location!.PathAndQuery);
        if (back.Headers.Location is not { } next)
            return await back.Content.ReadAsStringAsync(Cancellation);
        using var done = await browser.GetAsync(next.IsAbsoluteUri ? next.PathAndQuery : next.ToString());
        return done.Headers.Location?.ToString() ?? await done.Content.ReadAsStringAsync(Cancellation);
    }
}
