using Layer.AzureEmulator;
using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>The twelve most common failures of connecting, each with its card and the command that mends it, in the browser.</summary>
public sealed class FailureCardSpecs(Chromium chromium)
{
    private static readonly Guid Unknown = new("01234567-89ab-4cde-8f01-23456789abcd");

    [Fact]
    public async Task Each_of_the_twelve_most_common_failures_shows_its_card_and_the_command_that_mends_it()
    {
        var world = Companies.Contoso();
        await using var site = await Site.StartAsync(world, new EmulatorOptions { Throttling = false });
        await using var served = await Served.StartAsync(site.Environment, "serve");
        var page = await chromium.OpenAsync();
        await served.SetUpAsync(page);
        var (subscription, client) = (world.Subscription("production").Id.ToString(), world.App("layer").ClientId.ToString());
        var app = world.App("layer");
        var typed = new Typed(subscription, client, Companies.Secret);

        // MSAL remembers refusals of an app for a while, so each failure of signing in has an app of its own.
        await ExpectAsync("SECRET_IS_AN_ID", "This is the secret's ID, not its value", "az ad app credential reset --id " + client, typed with { Secret = Unknown.ToString() });
        await ExpectAsync("SECRET_INVALID", "That is not the secret's value", "az ad app credential reset --id " + client, typed with { Secret = "wrong~value" });
        var expired = NewApp("expired");
        world.ExpireSecrets(world.App("expired"), DateTimeOffset.UnixEpoch);
        await ExpectAsync("SECRET_EXPIRED", "The client secret has expired", "az ad app credential reset --id " + expired.Client, expired);
        await ExpectAsync("APP_NOT_IN_TENANT", "No such app in this tenant", "az ad app list", typed with { Client = Unknown.ToString() });
        await ExpectAsync("WRONG_TENANT", "The subscription is in another tenant", "az", typed with { Tenant = Unknown.ToString() });
        var tenant = world.Subscription("production").TenantId;
        world.Change(world.Subscription("production"), s => s with { TenantId = Unknown });
        await ExpectAsync("TENANT_NOT_FOUND", "This tenant does not exist", "az account list", typed);
        world.Change(world.Subscription("production"), s => s with { TenantId = tenant });
        var disabled = NewApp("disabled");
        world.Change(world.App("disabled"), a => a with { Enabled = false });
        await ExpectAsync("APP_DISABLED", "Sign-in is switched off", "az ad sp update --id " + disabled.Client, disabled);
        await ExpectAsync("SUBSCRIPTION_NOT_FOUND", "No subscription with this ID", "az account list", typed with { Subscription = Unknown.ToString() });
        var reader = NewApp("no-reader", role: null);
        await ExpectAsync("NO_READER", "may not read this subscription yet", "az role assignment create", reader);
        Assert.Contains("Layer tries again until", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        world.GroupRoleReadsSubscription = true;
        var partial = NewApp("partial", role: null);
        world.Grant(world.ResourceGroup("production", "rg-web").Id, "Reader", "partial");
        await ExpectAsync("PARTIAL_SCOPE", "Layer sees only part of this subscription", "az role assignment", partial);
        var blocked = NewApp("blocked");
        world.Change(world.App("blocked"), a => a with { BlockedByPolicy = Guid.NewGuid() });
        await ExpectAsync("BLOCKED_BY_POLICY", "A Conditional Access policy blocked the sign-in", null, blocked);
        site.Azure.Faults.Set(Fault.Status429, AzureCall.ListResourceGroups, delay: TimeSpan.FromHours(1));
        await ExpectAsync("THROTTLED", "Azure asked Layer to slow down", "x-ms-ratelimit", typed);
        site.Azure.Faults.Clear();
        await ExpectWarningAsync("Names are", typed);
        site.Azure.Faults.Set(Fault.ConnectionReset, AzureCall.DiscoverTenant);
        await ExpectAsync("CONNECTION_LOST", "The connection to management.azure.com was cut", "curl -sS", typed);
        Assert.DoesNotContain(Companies.Secret, served.Printed, StringComparison.Ordinal);

        Typed NewApp(string name, string? role = "Reader")
        {
            world.Tenant("contoso", tenant => tenant.App(name, a => a.Secret(Companies.Secret)));
            if (role is not null)
                world.Grant(world.Subscription("production").Scope, role, name);
            return new Typed(subscription, world.App(name).ClientId.ToString(), Companies.Secret);
        }

        async Task ExpectAsync(string code, string title, string? command, Typed values)
        {
            await CheckAsync(values);
            var card = page.Locator(".failure").First;
            await card.WaitForAsync(new() { Timeout = 90_000 });
            await Pictures.TakeAsync(page, $"failure-{code}");
            var text = await card.InnerTextAsync();
            Assert.Contains(title, text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(code, text, StringComparison.Ordinal);
            if (command is not null)
                Assert.Contains(command, text, StringComparison.Ordinal);
            Assert.DoesNotContain(values.Secret, await page.ContentAsync(), StringComparison.Ordinal);
        }

        async Task ExpectWarningAsync(string step, Typed values)
        {
            await CheckAsync(values);
            await page.GetByRole(AriaRole.Heading, new() { Name = "Everything Layer needs works" }).WaitForAsync();
            Assert.Contains(step, await page.Locator(".ladder").InnerTextAsync(), StringComparison.Ordinal);
            Assert.True(await page.Locator(".ladder .mark-warn").CountAsync() > 0);
        }

        async Task CheckAsync(Typed values)
        {
            await page.GotoAsync(new Uri(served.Address, "/integrations/azure/connect").ToString());
            await page.GetByLabel("Subscription ID").FillAsync(values.Subscription);
            await page.GetByLabel("Name of the connection").FillAsync("trial");
            if (!await page.GetByLabel("Client ID").IsVisibleAsync())
                await page.GetByText("Or type the values").ClickAsync();
            await page.GetByLabel("Client ID").FillAsync(values.Client);
            await page.GetByLabel("Client secret").FillAsync(values.Secret);
            await page.GetByLabel("Tenant ID").FillAsync(values.Tenant);
            await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        }
    }

    private sealed record Typed(string Subscription, string Client, string Secret, string Tenant = "");
}
