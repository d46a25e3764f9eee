using System.Net;
using Layer.Access;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Who may call what, cell by cell, over every route there is.</summary>
public sealed class RouteMatrixSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_table_of_routes_is_the_one_that_was_looked_at()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var path = Repository.PathOf("tests", "Layer.Tests", "Web", "endpoints.txt");
        var made = string.Concat(Endpoint.Of(web).Select(endpoint => $"{endpoint.Method,-6} {endpoint.Pattern,-70} {endpoint.Right}\n"));
        if (Environment.GetEnvironmentVariable("LAYER_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(path, made, Cancellation);

        Assert.Equal(await File.ReadAllTextAsync(path, Cancellation), made);
    }

    [Fact]
    public async Task Each_role_is_let_in_where_its_rights_say_so_and_nowhere_else()
    {
        await using var web = await WebHost.StartAsync(cluster);
        using var stranger = web.Stranger();
        using var nobody = web.Stranger();
        await web.AddPersonAsync(Role.Editor, "nobody@example.test");
        await using (var db = web.Layer.Database.CreateContext())
        {
            db.Memberships.RemoveRange(db.Memberships);
            await db.SaveChangesAsync(Cancellation);
        }

        await nobody.SubmitAsync("/sign-in", ("email", "nobody@example.test"), ("password", WebHost.Password));
        var people = new (string Who, Browser Browser, Func<Right, bool> May)[]
        {
            ("stranger", stranger, right => right == Right.None),
            ("nobody", nobody, right => right == Right.None),
            ("auditor", await web.AsAsync(Role.Auditor), right => Rights.Has(Role.Auditor, right)),
            ("editor", await web.AsAsync(Role.Editor), right => Rights.Has(Role.Editor, right)),
            ("administrator", await web.AsAsync(Role.Administrator), right => Rights.Has(Role.Administrator, right)),
        };
        var wrong = new List<string>();
        // Signing out would end the session that the other cells need.
        foreach (var endpoint in Endpoint.Of(web).Where(endpoint => !endpoint.ForPrograms && endpoint.Pattern != "/sign-out" && !endpoint.IsFallback))
        {
            foreach (var (who, browser, may) in people)
            {
                using var response = await browser.SendAsync(new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.Path));
                if (IsRefused(response) == may(endpoint.Right))
                    wrong.Add($"{who}: {endpoint.Method} {endpoint.Path} needs {endpoint.Right}: {(int)response.StatusCode} {response.Headers.Location}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Each_token_is_let_in_where_its_scope_says_so_and_opens_no_page()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var wrong = new List<string>();
        using var client = web.Stranger();
        foreach (var scope in Enum.GetValues<TokenScope>())
        {
            var token = await web.TokenAsync(scope);
            foreach (var endpoint in Endpoint.Of(web).Where(endpoint => !endpoint.IsFallback))
            {
                var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.Path);
                request.Headers.Add("Authorization", $"Bearer {token}");
                using var response = await client.SendAsync(request);
                var may = endpoint.Right == Right.None || (endpoint.ForPrograms && Rights.Has(scope, endpoint.Right));
                if (IsRefused(response) == may)
                    wrong.Add($"{scope}: {endpoint.Method} {endpoint.Path} needs {endpoint.Right}: {(int)response.StatusCode} {response.Headers.Location}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task What_a_page_sends_is_taken_only_with_the_token_of_a_page()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Administrator);
        var wrong = new List<string>();
        foreach (var endpoint in Endpoint.Of(web).Where(endpoint => endpoint.Method != "GET" && !endpoint.ForPrograms))
        {
            using var response = await browser.PostAsync(endpoint.Path, ("form-token", "made-up"));
            if (!(await response.Content.ReadAsStringAsync(Cancellation)).Contains("FORM_EXPIRED", StringComparison.Ordinal))
                wrong.Add($"{endpoint.Method} {endpoint.Path}: {(int)response.StatusCode}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_a_page_to_itself()
    {
        await using var web = await WebHost.StartAsync(cluster);
        using var stranger = web.Stranger();
        var wrong = new List<string>();
        foreach (var browser in new[] { stranger, await web.AsAsync(Role.Administrator) })
        {
            foreach (var path in Endpoint.Of(web).Where(endpoint => endpoint.Method == "GET").Select(endpoint => endpoint.Path).Append("/never/made").Append("/v1/never/made").Append(Layer.Serving.AssetFiles.PathOf("app.css")))
            {
                using var response = await browser.GetAsync(path);
                var policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
                if (!policy.Contains("default-src 'none'", StringComparison.Ordinal) || policy.Contains("unsafe", StringComparison.Ordinal)
                    || Header(response, "X-Content-Type-Options") != "nosniff" || Header(response, "X-Frame-Options") != "DENY" || Header(response, "Referrer-Policy") != "same-origin"
                    || (response.Headers.CacheControl?.NoStore != true && !path.StartsWith("/assets/", StringComparison.Ordinal)))
                    wrong.Add($"{path}: {policy} {response.Headers.CacheControl}");
            }
        }

        Assert.Empty(wrong);
        Assert.All((await web.AsAsync(Role.Administrator)).Cookies, cookie => Assert.True(cookie is { Secure: true, HttpOnly: true } && cookie.Name.StartsWith("__Host-", StringComparison.Ordinal), cookie.Name));
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(' ', values) : null;

    private static bool IsRefused(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || (response.StatusCode == HttpStatusCode.Redirect && response.Headers.Location?.ToString().StartsWith("/sign-in", StringComparison.Ordinal) == true);
}
