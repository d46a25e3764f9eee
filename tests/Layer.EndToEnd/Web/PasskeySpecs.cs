using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>A passkey in a real browser, with the authenticator that the browser simulates.</summary>
public sealed class PasskeySpecs(Chromium chromium)
{
    [Fact]
    public async Task A_passkey_is_added_signs_in_without_a_password_and_works_no_more_when_removed()
    {
        var home = Directory.CreateTempSubdirectory("layer-passkey-");
        var environment = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LAYER_DATA"] = Path.Combine(home.FullName, "data") };
        await using (var served = await Served.StartAsync(environment, "serve"))
        {
            var page = await chromium.OpenAsync();
            var browser = await page.Context.NewCDPSessionAsync(page);
            await browser.SendAsync("WebAuthn.enable");
            await browser.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
                },
            });
            await served.SetUpAsync(page);
            await page.GotoAsync(At(served, "/account"));
            await page.GetByLabel("Name", new() { Exact = true }).FillAsync("work laptop");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
            await page.GetByText("work laptop").WaitForAsync();

            await page.Context.ClearCookiesAsync();
            await page.GotoAsync(At(served, "/sign-in?to=/doctor"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
            await page.WaitForURLAsync(At(served, "/doctor"));

            await page.GotoAsync(At(served, "/account"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Remove work laptop" }).ClickAsync();
            await page.GetByText("None yet.").WaitForAsync();
            await page.Context.ClearCookiesAsync();
            await page.GotoAsync(At(served, "/sign-in"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
            await page.GetByText("This passkey was not accepted.").WaitForAsync();
            await page.Context.DisposeAsync();
        }

        home.Delete(recursive: true);
    }

    private static string At(Served served, string path) => new Uri(served.Address, path).ToString();
}
