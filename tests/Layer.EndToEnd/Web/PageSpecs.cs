using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>
/// Every page, light and dark, wide and narrow, with a company in it and empty: no violation that axe finds, nothing wider than the screen, no other host.
/// With LAYER_PICTURES set to a folder it also takes a picture of each.
/// </summary>
public sealed class PageSpecs(Chromium chromium, ServedDemo demo)
{
    private static readonly (string Name, string Path, string? Click)[] Pages =
    [
        ("home", "/", null), ("integrations", "/integrations", null), ("connect", "/integrations/azure/connect", null), ("connect-portal", "/integrations/azure/connect?how=portal", null),
        ("send", "/integrations/azure/send?subscription=12345678-1234-4234-8234-123456789abc", null), ("add", "/integrations/azure/add", null),
        ("connection", "/integrations", "tbody th a"), ("inventory", "/inventory", null), ("inventory-privileged", "/inventory?flag=privileged&sort=-since", null),
        ("inventory-nothing", "/inventory?q=nobody-has-this-name", null), ("groups", "/inventory/groups", null), ("assignment", "/inventory?q=owner", "tbody th a"), ("changes", "/changes", null), ("changes-past", "/changes?from=PAST", null),
        ("evidence", "/evidence", null), ("records", "/evidence/records", null), ("record", "/evidence/records", "tbody th a"), ("record-raw", "/evidence/records", "tbody th a|.tabs a:nth-child(2)"),
        ("record-read", "/evidence/records", "tbody th a|.tabs a:nth-child(3)"), ("record-verify", "/evidence/records", "tbody th a|.tabs a:nth-child(4)"),
        ("audits", "/audits", null), ("audit", "/audits/WINDOW", null), ("doctor", "/doctor", null), ("people", "/settings/people", null), ("tokens", "/settings/tokens", null),
        ("account", "/account", null), ("second-factor", "/account/second-factor", null), ("search", "/search?q=ada", null), ("search-nothing", "/search?q=nobody-has-this-name", null), ("not-found", "/never/made", null),
        ("outside", "/audits/not-a-window", null),
    ];

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task With_a_company_in_it_every_page_is_accessible_and_fits(int width, ColorScheme scheme)
    {
        var page = await demo.OpenAsync(chromium, Options(width, scheme));
        await LookAsync(page, demo.Served.Address, $"{width}-{scheme}".ToLowerInvariant());
        await page.Context.DisposeAsync();
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task With_nothing_connected_every_page_is_accessible_and_fits(int width, ColorScheme scheme)
    {
        var home = Directory.CreateTempSubdirectory("layer-empty-");
        var environment = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LAYER_DATA"] = Path.Combine(home.FullName, "data") };
        await using (var served = await Served.StartAsync(environment, "serve"))
        {
            var page = await chromium.OpenAsync(Options(width, scheme));
            await page.GotoAsync(served.SetUpLink!);
            var wrong = new List<string>();
            await CheckAsync(page, served.Address, $"empty-{width}-{scheme}-set-up".ToLowerInvariant(), wrong);
            await served.SetUpAsync(page);
            await LookAsync(page, served.Address, $"empty-{width}-{scheme}".ToLowerInvariant());
            await page.Context.ClearCookiesAsync();
            await page.GotoAsync(new Uri(served.Address, "/sign-in").ToString());
            await CheckAsync(page, served.Address, $"empty-{width}-{scheme}-sign-in".ToLowerInvariant(), wrong);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            await page.Context.DisposeAsync();
        }

        home.Delete(recursive: true);
    }

    private static BrowserNewContextOptions Options(int width, ColorScheme scheme) =>
        new() { ViewportSize = new ViewportSize { Width = width, Height = 1000 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce };

    private static async Task LookAsync(IPage page, Uri address, string name)
    {
        var hosts = new HashSet<string>(StringComparer.Ordinal);
        page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var wrong = new List<string>();
        foreach (var (what, path, clicks) in Pages)
        {
            await page.GotoAsync(new Uri(address, path.Replace("WINDOW", $"{today.AddDays(-90):yyyy-MM-dd}..{today.AddDays(1):yyyy-MM-dd}", StringComparison.Ordinal).Replace("PAST", $"{today.AddDays(-200):yyyy-MM-dd}", StringComparison.Ordinal)).ToString());
            var there = true;
            foreach (var click in clicks?.Split('|') ?? [])
            {
                // An empty list has nothing to open.
                there = there && await page.Locator(click).CountAsync() > 0;
                if (there)
                    await page.Locator(click).First.ClickAsync();
            }

            Assert.DoesNotContain("/sign-in", page.Url, StringComparison.Ordinal);
            if (there)
                await CheckAsync(page, address, $"{what}-{name}", wrong);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal([address.Authority], hosts);
    }

    private static async Task CheckAsync(IPage page, Uri address, string name, List<string> wrong)
    {
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await Pictures.TakeAsync(page, name);
        var over = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - window.innerWidth");
        if (over > 0)
            wrong.Add($"{name}: {over} pixels wider than the screen");
        var axe = await page.RunAxe();
        wrong.AddRange(axe.Violations.Select(violation => $"{name} {new Uri(page.Url).PathAndQuery}: {violation.Id} ({violation.Help}): {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"));
        Assert.True(page.Url.StartsWith(address.ToString(), StringComparison.Ordinal), page.Url);
    }
}
