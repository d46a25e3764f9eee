using System.Net;
using Layer.Access;
using Layer.Connections;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>Several subscriptions under one app registration, added in one go from what it can see.</summary>
public sealed class AddSpecs(PostgresCluster cluster)
{
    private const string Here = "/integrations/azure/add";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<WebHost> StartAsync() => WebHost.StartAsync(cluster, world: EmulatedAzure.Company(tenant: tenant =>
    {
        foreach (var name in new[] { "second", "third" })
            tenant.Subscription(name, s => s.Grant("Reader", EmulatedAzure.Reader).ResourceGroup($"rg-{name}"));
    }));

    [Fact]
    public async Task What_can_be_seen_and_is_not_connected_is_connected_and_read_and_one_that_is_refused_keeps_no_other_from_it()
    {
        await using var web = await StartAsync();
        await web.ConnectAsync();
        var browser = await web.AsAsync(Role.Editor);
        var (second, third) = (web.Azure.World.Subscription("second"), web.Azure.World.Subscription("third"));
        var page = await browser.ReadAsync(Here);
        Assert.Contains("2 subscriptions can be seen and are not connected", page, StringComparison.Ordinal);
        Assert.DoesNotContain(web.Azure.World.Subscription(EmulatedAzure.Prod).Id.ToString(), page, StringComparison.Ordinal);
        web.Azure.World.Remove(web.Azure.World.FindAssignment("third", "Reader", EmulatedAzure.Reader)!);

        using var sent = await browser.SubmitAsync(
            Here, ("credential", await CredentialAsync(web)), ("subscription", third.Id.ToString()), ("subscription", second.Id.ToString()),
            ($"name-{third.Id}", "third"), ($"name-{second.Id}", "second"));
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        var run = sent.Headers.Location!.ToString();
        await browser.ReadAsync($"/operations/{run[(Here.Length + 1)..]}/events");
        var done = await browser.ReadAsync(run);

        Assert.Contains("1 of 2 subscriptions connected", done, StringComparison.Ordinal);
        Assert.Contains("NO_READER", done, StringComparison.Ordinal);
        var connections = await web.Layer.Connections.ListAsync(web.Workspace.Id, Cancellation);
        Assert.Equal([("prod", ConnectionState.Connected), ("second", ConnectionState.Connected)], connections.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => (c.Name, c.State)));
        Assert.Single(connections.Select(c => c.Credential).Distinct());
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_and_nothing_is_connected()
    {
        await using var web = await StartAsync();
        await web.ConnectAsync();
        var browser = await web.AsAsync(Role.Editor);
        var (second, third) = (web.Azure.World.Subscription("second"), web.Azure.World.Subscription("third"));

        using var sent = await browser.SubmitAsync(
            Here, ("credential", await CredentialAsync(web)), ("subscription", third.Id.ToString()), ("subscription", second.Id.ToString()), ($"name-{third.Id}", "prod"), ($"name-{second.Id}", ""));
        var page = await sent.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, sent.StatusCode);
        Assert.Contains("Another connection is called prod", page, StringComparison.Ordinal);
        Assert.Contains("The name for second is missing", page, StringComparison.Ordinal);
        Assert.Single(await web.Layer.Connections.ListAsync(web.Workspace.Id, Cancellation));
    }

    private static async Task<string> CredentialAsync(WebHost web) => (await web.Layer.Credentials.ListAsync(web.Workspace.Id, Cancellation)).Single().Id.ToString();
}
