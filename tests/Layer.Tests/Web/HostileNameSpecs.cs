using System.Net;
using System.Text.RegularExpressions;
using Layer.Access;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Whatever somebody calls a resource group, a tag, a person or a connection, it is text: in pages, in CSV and in the report.</summary>
public sealed partial class HostileNameSpecs(PostgresCluster cluster)
{
    private const string Script = "<script>alert('layer')</script>";
    private const string Image = "\"><img src=x onerror=alert(1)>";
    private const string Formula = "=HYPERLINK(\"http://evil.example\")";
    private const string RightToLeft = "invoice\u202Egpj.exe";
    private const string Control = "bell\u0007and\u0001null";

    private static readonly string Long = new('n', 90);

    private static readonly string[] Names = [Script, Image, Formula, "+1+1", "-2-3", "@SUM(A1)", RightToLeft, Control, Long, "\U0001F4A5 boom", "a'b\"c&d", "{{7*7}}", "javascript:alert(1)"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<WebHost> StartAsync()
    {
        var web = await WebHost.StartAsync(cluster, world: EmulatedAzure.Company(
            subscription =>
            {
                foreach (var name in Names)
                    subscription.ResourceGroup(name, with: group => group with { Tags = new Dictionary<string, string> { [Image] = name, [name] = Formula } });
                subscription.CustomRole(Script, "*/read").Grant(Script, Script).Grant("Reader", RightToLeft);
            },
            tenant => tenant.User(Script).User(RightToLeft)));
        await web.ConnectAsync();
        return web;
    }

    [Fact]
    public async Task In_pages_they_are_text()
    {
        await using var web = await StartAsync();
        var administrator = await web.AsAsync(Role.Administrator);
        await web.AddPersonAsync(Role.Editor, "x@example.test");
        var (connection, seen) = ((await web.Layer.Connections.ListAsync(web.Workspace.Id, Cancellation)).Single(), false);
        await web.Layer.Connections.RenameAsync(connection, Image, "os:test@test", Cancellation);
        foreach (var path in new[]
        {
            "/", "/inventory", "/inventory/groups", "/inventory?q=" + Uri.EscapeDataString(Script), "/changes", "/evidence", "/evidence/records", "/evidence/records?q=" + Uri.EscapeDataString(Image),
            "/integrations", $"/integrations/azure/{connection.Id}", "/audits", "/search?q=" + Uri.EscapeDataString(Image), "/search?q=" + Uri.EscapeDataString(Script), "/settings/people", "/doctor",
            "/integrations/azure/add", "/integrations/azure/connect", "/sign-in?to=" + Uri.EscapeDataString(Image), "/never/" + Uri.EscapeDataString(Script),
        })
        {
            using var response = await administrator.GetAsync(path);
            var html = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.DoesNotContain("<script>alert", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("href=\"javascript:", html, StringComparison.OrdinalIgnoreCase);
            Assert.False(Handler().IsMatch(Value().Replace(html, "\"\"")), path);
            Assert.True(html.IndexOfAny(['\u0001', '\u0007', '\0']) < 0, $"{path} holds a control character");
            seen |= html.Contains("&lt;script&gt;alert", StringComparison.Ordinal) || html.Contains("&#x3C;script", StringComparison.Ordinal);
            // A name that turns the direction may turn itself, not what stands behind it.
            for (var at = html.IndexOf('\u202E', StringComparison.Ordinal); at >= 0; at = html.IndexOf('\u202E', at + 1))
                Assert.True(IsIsolated(html, at), $"{path}: {html[Math.Max(0, at - 120)..Math.Min(html.Length, at + 40)]}");
        }

        Assert.True(seen, "no page shows the hostile name at all");
    }

    [Fact]
    public async Task In_CSV_no_cell_begins_a_formula()
    {
        await using var web = await StartAsync();
        var editor = await web.AsAsync(Role.Editor);

        foreach (var table in new[] { "role-assignments", "resource-groups" })
        {
            var csv = await editor.ReadAsync($"/inventory/{table}.csv");
            Assert.DoesNotMatch(CellOfFormula(), csv);
            Assert.Contains(table == "resource-groups" ? "'=HYPERLINK" : "prod", csv, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_persons_name_and_a_reason_are_text_too()
    {
        await using var web = await StartAsync();
        var administrator = await web.AsAsync(Role.Administrator);
        using var invited = await administrator.SubmitAsync("/settings/people/invite", [("email", "new@example.test"), ("role", "editor")], page: "/settings/people");
        var code = (await invited.Content.ReadAsStringAsync(Cancellation)).Split("/join/")[1].Split('<')[0];
        using var stranger = web.Stranger();
        using var joined = await stranger.SubmitAsync($"/join/{code}", ("name", Script), ("email", "new@example.test"), ("password", WebHost.Password));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        var connection = (await web.Layer.Connections.ListAsync(web.Workspace.Id, Cancellation)).Single();
        using var paused = await administrator.SubmitAsync($"/integrations/azure/{connection.Id}/pause", [("reason", Image)], page: $"/integrations/azure/{connection.Id}");

        foreach (var html in new[] { await administrator.ReadAsync("/settings/people"), await administrator.ReadAsync($"/integrations/azure/{connection.Id}"), await stranger.ReadAsync("/account") })
        {
            Assert.DoesNotContain("<script>alert", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static bool IsIsolated(string html, int at)
    {
        var (open, close) = (html.LastIndexOf("<bdi", at, StringComparison.Ordinal), html.LastIndexOf("</bdi", at, StringComparison.Ordinal));
        // Inside an attribute it turns nothing on the page.
        return open > close || html.LastIndexOf('<', at) > html.LastIndexOf('>', at) || html.LastIndexOf("<option", at, StringComparison.Ordinal) > html.LastIndexOf("</option", at, StringComparison.Ordinal)
            || html.LastIndexOf("<title", at, StringComparison.Ordinal) > html.LastIndexOf("</title", at, StringComparison.Ordinal);
    }

    [GeneratedRegex("<[a-z][^>]*\\son[a-z]+\\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Handler();

    // What stands in a value ends with its quotation mark, which is written as a reference inside.
    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Value();

    [GeneratedRegex("(^|,|\n)\"?[=+\\-@\t\r]")]
    private static partial Regex CellOfFormula();
}
