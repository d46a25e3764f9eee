using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.AzureEmulator;

/// <summary>Per recording: the state of the world in which Azure gives that answer, and how the recorded request is asked of it.</summary>
internal static class RecordedConversation
{
    private static readonly Dictionary<string, Func<Setting, Uri, Task<Reply>>> Askers = new()
    {
        ["arm-401-InvalidAuthenticationTokenTenant-2022"] = (s, uri) => s.ArmAsync(uri, "stranger"),
        ["arm-401-expired-token"] = (s, uri) => s.ArmAsync(uri, "layer"),
        ["arm-401-no-authorization-header"] = (s, uri) => s.ArmAsync(uri, null),
        ["arm-429-SubscriptionRequestsThrottled-2026"] = async (s, uri) =>
        {
            for (var i = 0; i < 250; i++)
                await s.ArmAsync(uri, "layer");
            return await s.ArmAsync(uri, "layer");
        },
        ["arm-get-management-group-expand-children-200"] = (s, uri) => s.ArmAsync(uri, "layer", $"/providers/Microsoft.Management/managementGroups/{s.Tenant.Id}"),
        ["arm-get-resource-group-403"] = (s, uri) => s.ArmAsync(uri, "nobody"),
        ["arm-get-subscription-200"] = (s, uri) => s.ArmAsync(uri, "layer", s.World.Subscription("untagged").Scope),
        ["arm-get-subscription-400-malformed"] = (s, uri) => s.ArmAsync(uri, "layer", uri.AbsolutePath),
        ["arm-get-subscription-403-no-role"] = (s, uri) => s.ArmAsync(uri, "nobody"),
        ["arm-get-subscription-404-not-found"] = (s, uri) => s.ArmAsync(uri, "layer", uri.AbsolutePath),
        ["sdknet-get-subscription-404-2022"] = (s, uri) => s.ArmAsync(uri, "layer", uri.AbsolutePath),
        ["arm-list-resource-groups-200"] = (s, uri) => s.ArmAsync(uri, "layer"),
        ["arm-list-role-assignments-200"] = (s, uri) => s.ArmAsync(uri, "layer"),
        ["arm-list-role-definitions-200"] = (s, uri) => s.ArmAsync(uri, "layer"),
        ["arm-list-subscriptions-200"] = (s, uri) => s.ArmAsync(uri, "layer", uri.AbsolutePath),
        ["arm-list-subscriptions-200-empty-no-role"] = (s, uri) => s.ArmAsync(uri, "nobody", uri.AbsolutePath),
        ["azurecli-role-assignments-atScope-root-2025"] = (s, uri) => s.ArmAsync(uri, "layer",
            $"{s.World.ResourceGroup("prod", "rg-app").Id}/providers/Microsoft.Authorization/roleAssignments"),
        ["azurecli-role-assignments-principalId-filter-2025"] = (s, uri) => s.ArmAsync(
            new Uri(uri.ToString().Replace("ef0f39bf-0c49-431f-a7cd-943512fa60ec", s.World.Principal("bob").Id.ToString(), StringComparison.Ordinal)), "layer"),
        ["entra-400-53003-2025"] = (s, _) => s.SignInAsync("blocked"),
        ["entra-400-700016-2026"] = (s, _) => s.SignInAsync("layer", f => f["client_id"] = Guid.NewGuid().ToString()),
        ["entra-401-7000215-2023"] = (s, _) => s.SignInAsync("layer", f => f["client_secret"] = "wrong"),
        ["entra-401-7000216-2021"] = (s, _) => s.SignInAsync("layer", f => f.Remove("client_secret")),
        ["entra-401-7000222-2026"] = (s, _) => s.SignInAsync("late"),
        ["entra-401-700213-2026"] = (s, _) => s.SignInAsync("pipeline", f =>
        {
            f.Remove("client_secret");
            f["client_assertion"] = s.World.FederatedToken("pipeline", TimeProvider.System.GetUtcNow(), "another subject");
        }),
        ["entra-token-200"] = (s, _) => s.SignInAsync("layer"),
        ["entra-token-400-90002-tenant-not-found"] = (s, uri) => s.SignInAsync("layer", tenant: uri.Segments[1].Trim('/')),
        ["entra-token-400-900023-bad-tenant"] = (s, uri) => s.SignInAsync("layer", tenant: uri.Segments[1].Trim('/')),
        ["entra-token-401-7000215-invalid-secret"] = (s, _) => s.SignInAsync("layer", f => f["client_secret"] = "wrong"),
        ["entra-instance-discovery-200"] = (s, uri) => s.GetAsync(uri.ToString()),
        ["entra-openid-configuration-200"] = (s, uri) => s.GetAsync(uri.ToString().Replace("directory-id", s.Tenant.Id.ToString(), StringComparison.Ordinal)),
        ["graph-401-invalidauthenticationtoken"] = (s, uri) => s.GetAsync(uri.ToString(), "not.a.token"),
        ["graph-403-authorization-requestdenied"] = async (s, uri) => await s.GetAsync(uri.ToString(), await s.GraphTokenAsync("nobody")),
    };

    public static IEnumerable<string> Names => Askers.Keys;

    public static async Task<Reply> AskAsync(string name, Uri uri)
    {
        var world = RecordedWorld();
        var options = new EmulatorOptions
        {
            Clock = new FakeTimeProvider(new DateTimeOffset(2026, 9, 4, 1, 51, 3, TimeSpan.Zero)),
            TokenLifetime = name == "arm-401-expired-token" ? TimeSpan.FromMinutes(-3) : TimeSpan.FromHours(1),
        };
        await using var emulator = await Emulator.StartAsync(world, options);
        using var client = new PlainClient(emulator);
        return await Askers[name](new Setting(world, client), uri);
    }

    private static World RecordedWorld()
    {
        var world = SmallWorld.Create(t =>
        {
            t.App("blocked", a => a.Secret().BlockedByConditionalAccess())
                .App("late", a => a.Secret(expires: new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero)))
                .App("pipeline", a => a.Federated("https://pipelines.example", "one subject"))
                .Subscription("untagged", s => s.Grant("Reader", "layer"))
                .CustomRole("recorded custom role", ["Microsoft.Web/sites/config/list/Action"], ["prod"]);
            t.Grant("/", "Management Group Reader", "layer");
            t.Subscription("prod-two", s => s.Grant("Reader", "layer").State("Disabled"));
        });
        world.Put(new ResourceGroup(world.Subscription("prod").Id, "managed", "eastus") { ManagedBy = "/subscriptions/x/y", Tags = new Dictionary<string, string>() });
        return world.Tenant("elsewhere", t => t.App("stranger", a => a.Secret()));
    }

    internal sealed record Setting(World World, PlainClient Client)
    {
        public Tenant Tenant => World.Tenant("contoso");

        public Task<Reply> GetAsync(string address, string? token = null) => Client.GetAsync(address, token);

        public Task<string> GraphTokenAsync(string app) => Client.TokenAsync(World.App(app), "https://graph.microsoft.com/.default");

        /// <summary>The recorded path with this world's subscription in place of the recorded one, unless another path is given.</summary>
        public async Task<Reply> ArmAsync(Uri uri, string? app, string? path = null)
        {
            path ??= string.Join('/', uri.AbsolutePath.Replace("//", "/", StringComparison.Ordinal).Split('/').Select((part, i) => i == 2 ? World.Subscription("prod").Id.ToString() : part))
                .Replace("...", "resourcegroups", StringComparison.Ordinal);
            var query = uri.Query.Length > 0 ? uri.Query : "?api-version=2022-09-01";
            var token = app is null ? null : await _tokens.GetOrAdd((World, app), key => Client.TokenAsync(key.Item1.App(key.app)));
            return await Client.GetAsync($"https://management.azure.com{path}{query}", token);
        }

        public Task<Reply> SignInAsync(string app, Action<Dictionary<string, string>>? change = null, string? tenant = null)
        {
            var form = new Dictionary<string, string>
            {
                ["client_id"] = World.App(app).ClientId.ToString(),
                ["client_secret"] = World.App(app).Secrets.Count > 0 ? World.App(app).Secret : "none",
                ["scope"] = "https://management.azure.com/.default",
                ["grant_type"] = "client_credentials",
            };
            change?.Invoke(form);
            return Client.SignInAsync(tenant ?? Tenant.Id.ToString(), form);
        }

        private readonly System.Collections.Concurrent.ConcurrentDictionary<(World, string app), Task<string>> _tokens = new();
    }
}
