using System.Net;
using Layer.Access;
using Layer.Cli;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>A new password by a link from whoever has access to the machine.</summary>
public sealed class ResetSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_link_sets_a_new_password_once_and_it_and_its_use_are_in_the_log()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.AddPersonAsync(Role.Editor, "eve@example.test");
        var (code, printed) = await RunAsync(web, "admin", "reset-link", "eve@example.test");
        Assert.Equal(0, code);
        var path = new Uri(printed.Trim()).PathAndQuery;
        using var browser = web.Stranger();
        using var weak = await browser.SubmitAsync(path, ("token", TokenOf(path)), ("password", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, weak.StatusCode);

        using var set = await browser.SubmitAsync(path, ("token", TokenOf(path)), ("password", "a new one of words"));
        Assert.Equal("/sign-in", set.Headers.Location?.ToString());
        using var again = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
        using var old = await browser.SubmitAsync("/sign-in", ("email", "eve@example.test"), ("password", WebHost.Password));
        Assert.Equal(HttpStatusCode.BadRequest, old.StatusCode);
        using var signedIn = await browser.SubmitAsync("/sign-in", ("email", "eve@example.test"), ("password", "a new one of words"));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.Equal(["access.reset-link-made", "access.password-reset", "access.sign-in-refused", "access.signed-in"], await web.ActionsAsync());
    }

    [Fact]
    public async Task For_nobody_there_is_no_link_and_a_made_up_one_is_refused()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var person = await web.AddPersonAsync(Role.Editor, "eve@example.test");

        Assert.NotEqual(0, (await RunAsync(web, "admin", "reset-link", "nobody@example.test")).Code);
        using var browser = web.Stranger();
        using var made = await browser.GetAsync($"/reset/{person.Id}?token=made-up");
        Assert.Equal(HttpStatusCode.Gone, made.StatusCode);
    }

    private static async Task<(int Code, string Printed)> RunAsync(WebHost web, params string[] args)
    {
        var output = new StringWriter();
        var terminal = new Terminal { In = TextReader.Null, Out = output, Error = TextWriter.Null, Environment = new Dictionary<string, string> { ["LAYER_DATA"] = web.Layer.Folder.Path } };
        return (await new LayerApp(terminal, TimeProvider.System).RunAsync(args, Cancellation), output.ToString());
    }

    private static string TokenOf(string path) => Uri.UnescapeDataString(path.Split("token=")[1]);
}
