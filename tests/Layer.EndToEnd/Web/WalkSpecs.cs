using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>The main job in a browser, from the set-up link to a bundle that verifies, as somebody does it who has just cloned the repository.</summary>
public sealed class WalkSpecs(Chromium chromium)
{
    [Fact]
    public async Task From_the_set_up_link_to_a_bundle_that_an_auditor_verifies()
    {
        var home = Directory.CreateTempSubdirectory("layer-walk-");
        var environment = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LAYER_DATA"] = Path.Combine(home.FullName, "data") };
        await using (var served = await Served.StartAsync(environment, "demo", "--serve"))
        {
            var page = await chromium.OpenAsync(new BrowserNewContextOptions { AcceptDownloads = true });
            await served.SetUpAsync(page);
            var json = Regex.Match(served.Printed, @"\{[^{}]*""password""[^{}]*\}").Value;
            await ConnectAsync(page, served, json);
            Assert.DoesNotContain(SecretOf(json), await page.ContentAsync(), StringComparison.Ordinal);

            await page.GotoAsync(At(served, "/inventory"));
            Assert.Contains("User Access Administrator", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
            await page.GotoAsync(At(served, "/evidence/records?q=harborside"));
            await page.Locator("tbody th a").First.ClickAsync();
            Assert.Contains("What it supports", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);

            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var window = $"{today.AddDays(-90):yyyy-MM-dd}..{today.AddDays(1):yyyy-MM-dd}";
            var file = await AuditAsync(page, served, window, home.FullName);
            // What an auditor has is the file, and no data of ours.
            var nowhere = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LAYER_DATA"] = Path.Combine(home.FullName, "nowhere") };
            using var verify = Command.Start(Repository.PathOf("layer"), ["verify", file], nowhere);
            Assert.Contains("VALID WITH", (await verify.EndAsync()).Expect(1).Output, StringComparison.Ordinal);
            using var python = Command.Start("python3", [Repository.PathOf("src", "Layer", "Audits", "verify.py"), file], nowhere);
            Assert.Contains("VALID WITH", (await python.EndAsync()).Expect(1).Output, StringComparison.Ordinal);
            await page.Context.DisposeAsync();
        }

        home.Delete(recursive: true);
    }

    private static async Task ConnectAsync(IPage page, Served served, string json)
    {
        await page.GotoAsync(At(served, "/integrations/azure/connect"));
        await page.GetByLabel("Subscription ID").FillAsync(Regex.Match(json, @"""subscriptionId"": ""([^""]+)").Groups[1].Value);
        await page.GetByText("Tenant found").WaitForAsync();
        await page.GetByLabel("Name of the connection").FillAsync("harborside");
        await page.GetByLabel("What the command printed").FillAsync(json);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Everything Layer needs works" }).WaitForAsync();
        Assert.True(await page.Locator(".ladder li").CountAsync() >= 10);
        await Pictures.TakeAsync(page, "walk-checks");
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect harborside" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "harborside is connected and its first evidence is sealed" }).WaitForAsync();
        Assert.Contains("role assignments", await page.Locator(".stats").InnerTextAsync(), StringComparison.Ordinal);
        await Pictures.TakeAsync(page, "walk-found");
    }

    private async Task<string> AuditAsync(IPage page, Served served, string window, string folder)
    {
        await page.GotoAsync(At(served, $"/audits/{window}"));
        await page.GetByLabel("Their e-mail address").FillAsync("pat@auditors.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        var link = await page.Locator("section[role=status] pre").InnerTextAsync();

        var auditor = await chromium.OpenAsync(new BrowserNewContextOptions { AcceptDownloads = true });
        await auditor.GotoAsync(link);
        await auditor.GetByLabel("Your name").FillAsync("Pat Auditor");
        await auditor.GetByLabel("E-mail address").FillAsync("pat@auditors.example");
        await auditor.GetByLabel("Password").FillAsync(Served.Password);
        await auditor.Locator("main button").ClickAsync();
        await auditor.WaitForURLAsync(served.Address.ToString());
        await auditor.GetByRole(AriaRole.Link, new() { Name = "Audits", Exact = true }).First.ClickAsync();
        await auditor.Locator(".list a").First.ClickAsync();
        await auditor.GetByLabel("Seed", new() { Exact = true }).FillAsync("4711");
        await auditor.GetByRole(AriaRole.Button, new() { Name = "Draw and seal" }).ClickAsync();
        await auditor.GetByRole(AriaRole.Heading, new() { NameRegex = new Regex("drawn of") }).WaitForAsync();
        await Pictures.TakeAsync(auditor, "walk-sample");
        Assert.Contains("4711", await auditor.Locator("main").InnerTextAsync(), StringComparison.Ordinal);

        await auditor.GotoAsync(At(served, $"/audits/{window}"));
        await auditor.GetByRole(AriaRole.Button, new() { Name = "Build the bundle" }).ClickAsync();
        await auditor.GetByRole(AriaRole.Heading, new() { Name = "The bundle is ready" }).WaitForAsync(new() { Timeout = 120_000 });
        var download = await auditor.RunAndWaitForDownloadAsync(() => auditor.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        var file = Path.Combine(folder, download.SuggestedFilename);
        await download.SaveAsAsync(file);
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file))), await auditor.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await auditor.Context.DisposeAsync();
        return file;
    }

    private static string At(Served served, string path) => new Uri(served.Address, path).ToString();

    private static string SecretOf(string json) => Regex.Match(json, @"""password"": ""([^""]+)").Groups[1].Value;
}
