using System.Net;
using Layer.Access;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

public sealed class AccessPageSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_invited_auditor_joins_sees_their_window_and_is_told_what_lies_outside()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var administrator = await web.AsAsync(Role.Administrator);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var window = $"{today.AddDays(-1):yyyy-MM-dd}..{today.AddDays(1):yyyy-MM-dd}";
        using var invited = await administrator.SubmitAsync(
            $"/audits/{window}/share", [("email", "pat@auditors.example"), ("until", $"{today.AddDays(30):yyyy-MM-dd}")], page: $"/audits/{window}");
        var code = (await invited.Content.ReadAsStringAsync(Cancellation)).Split("/join/")[1].Split('<')[0];
        using var auditor = web.Stranger();
        using var joined = await auditor.SubmitAsync($"/join/{code}", ("name", "Pat"), ("email", "pat@auditors.example"), ("password", WebHost.Password));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);

        Assert.Contains("Contributor", await auditor.ReadAsync("/inventory"), StringComparison.Ordinal);
        await auditor.ReadAsync($"/audits/{window}");
        foreach (var outside in new[] { "/inventory?day=2020-01-01", "/audits/2020-01-01..2021-01-01", "/evidence/records?day=2020-01-01" })
        {
            using var refused = await auditor.GetAsync(outside);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            Assert.Contains("That is outside the shared window", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        using var settings = await auditor.GetAsync("/settings/people");
        Assert.Equal(HttpStatusCode.Forbidden, settings.StatusCode);
    }

    [Fact]
    public async Task A_token_is_shown_once_works_and_works_no_more_when_revoked()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Editor);
        using var made = await browser.SubmitAsync("/settings/tokens", ("name", "nightly"), ("scope", "read"), ("days", "30"));
        var token = "lyr_" + (await made.Content.ReadAsStringAsync(Cancellation)).Split("lyr_")[1].Split('<')[0];
        Assert.Equal(42, token.Length);
        var page = await browser.ReadAsync("/settings/tokens");
        Assert.DoesNotContain(token, page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync());

        var revoke = page.Split("/settings/tokens/")[1].Split('"')[0];
        using var revoked = await browser.SubmitAsync($"/settings/tokens/{revoke}", [], page: "/settings/tokens");
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync());

        async Task<HttpStatusCode> CallAsync()
        {
            using var program = web.Stranger();
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/operations/01920000-0000-7000-8000-000000000000");
            request.Headers.Add("Authorization", $"Bearer {token}");
            using var response = await program.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_removed_and_all_problems_of_an_invitation_are_told_at_once()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Administrator);
        var self = await web.AddPersonAsync(Role.Administrator, "second@example.test");
        using var removed = await browser.SubmitAsync($"/settings/people/{self.Id}/remove", [], page: "/settings/people");
        Assert.Equal(HttpStatusCode.Redirect, removed.StatusCode);
        await using var db = web.Layer.Database.CreateContext();
        var last = db.Memberships.Single(m => m.Role == Role.Administrator).Person;
        using var refused = await browser.SubmitAsync($"/settings/people/{last}/remove", [], page: "/settings/people");
        Assert.Contains("LAST_ADMINISTRATOR", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        using var wrong = await browser.SubmitAsync("/settings/people/invite", [("email", "no address"), ("role", "auditor")], page: "/settings/people");
        var text = await wrong.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("That is not an e-mail address.", text, StringComparison.Ordinal);
        Assert.Contains("An auditor needs a window", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_a_refusal_and_an_export_stand_in_the_log()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var auditor = await web.AsAsync(Role.Auditor);
        (await auditor.GetAsync("/settings/people")).Dispose();
        await auditor.ReadAsync("/inventory/role-assignments.csv");

        Assert.Equal(["access.signed-in", "access.refused", "inventory.exported"], await web.ActionsAsync());
    }

    [Fact]
    public async Task A_wrong_password_locks_the_account_in_the_end_and_never_tells_whether_it_exists()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.AddPersonAsync(Role.Editor, "eve@example.test");
        using var browser = web.Stranger();
        var unknown = await TryAsync("nobody@example.test");
        var known = await TryAsync("eve@example.test");
        Assert.Equal(unknown.Replace("nobody@", "eve@", StringComparison.Ordinal), known);
        for (var i = 0; i < 7; i++)
            known = await TryAsync("eve@example.test");
        Assert.Contains("locked for 15 minutes", known, StringComparison.Ordinal);

        async Task<string> TryAsync(string email)
        {
            using var response = await browser.SubmitAsync("/sign-in", ("email", email), ("password", "not the password"));
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            return text[text.IndexOf("<main", StringComparison.Ordinal)..].Replace(Browser.TokenOf(text), "", StringComparison.Ordinal);
        }
    }
}
