using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>From a first start to a first page.</summary>
public sealed class FirstPageSpecs(Chromium chromium, ServedDemo demo)
{
    private const int MostBytes = 120 * 1024;

    [Fact]
    public async Task The_set_up_link_leads_to_the_first_page_and_then_works_no_more()
    {
        var page = await demo.OpenAsync(chromium);
        await page.GotoAsync(demo.Served.Address.ToString());
        Assert.Equal(demo.Served.Address.ToString(), page.Url);

        var stranger = await chromium.OpenAsync();
        var again = await stranger.GotoAsync(demo.Served.SetUpLink!);
        Assert.Equal(410, again!.Status);
        Assert.Contains("This link does not work any more", await stranger.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_page_is_small_and_asks_no_other_host()
    {
        var page = await demo.OpenAsync(chromium);
        var hosts = new HashSet<string>();
        var responses = new List<IResponse>();
        page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        page.Response += (_, response) => responses.Add(response);
        await page.GotoAsync(demo.Served.Address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });

        Assert.Equal([demo.Served.Address.Authority], hosts);
        var bytes = 0;
        foreach (var response in responses)
            bytes += (await response.BodyAsync()).Length;
        Assert.InRange(bytes, 1, MostBytes);
    }

    [Fact]
    public async Task A_server_stops_cleanly_within_ten_seconds()
    {
        var home = Directory.CreateTempSubdirectory("layer-");
        var environment = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LAYER_DATA"] = Path.Combine(home.FullName, "data") };
        await using (var served = await Served.StartAsync(environment, "serve"))
        {
            var page = await chromium.OpenAsync();
            await served.SetUpAsync(page);
            var (exitCode, took) = await served.StopAsync();
            Assert.Equal(0, exitCode);
            Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        home.Delete(recursive: true);
    }
}
