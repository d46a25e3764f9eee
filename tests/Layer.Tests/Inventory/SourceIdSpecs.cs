using System.Text.Json;
using Layer.AzureEmulator;
using Layer.Storage;
using Layer.Tests.Azure;
using Layer.Tests.AzureEmulator;
using Layer.Tests.Cli;
using Layer.Tests.Storage;

namespace Layer.Tests.Inventory;

public sealed class SourceIdOnSqliteSpecs(PostgresCluster cluster) : SourceIdSpecs(Engine.Sqlite, cluster);

public sealed class SourceIdOnPostgresSpecs(PostgresCluster cluster) : SourceIdSpecs(Engine.Postgres, cluster);

/// <summary>The built program: ids as Azure writes them, from the wire to the output.</summary>
public abstract class SourceIdSpecs(Engine engine, PostgresCluster cluster) : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private TestDatabase _database = null!; // InitializeAsync
    private Emulator _emulator = null!; // InitializeAsync

    private const string Authorization = "/providers/Microsoft.Authorization/";

    private string Scope => _emulator.World.Subscription(EmulatedAzure.Prod).Scope;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(engine, cluster);
        if (_database.Address is DatabaseAddress.Postgres postgres)
            _layer.Variables["Layer__Database"] = postgres.ConnectionString;
        var world = EmulatedAzure.Company(
            s => s.ResourceGroup("rg-Old", with: g => g with { Segment = "resourcegroups" })
                .CustomRole("auditor", "*/read").Grant("auditor", "grace")
                .Grant("Contributor", "grace", a => a with { Scope = $"{s.Scope}/resourcegroups/RG-WEB" }),
            t => t.Subscription("test", s => s.Grant("Reader", EmulatedAzure.Reader).Grant("Owner", "ada")));
        world.WritesIdsInUpperCase = true;
        _emulator = await Emulator.StartAsync(world, new EmulatorOptions(), Cancellation);
        await _layer.ReachAsync(_emulator);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = _emulator.World.Subscription(EmulatedAzure.Prod).Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = _emulator.World.App(EmulatedAzure.Reader).ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = _emulator.World.App(EmulatedAzure.Reader).Secret;
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        await _database.DisposeAsync();
        _layer.Dispose();
    }

    [Fact]
    public async Task Item_22_Every_shown_id_is_the_one_that_Azure_sent()
    {
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);

        using var client = new PlainClient(_emulator);
        var token = await client.TokenAsync(_emulator.World.App(EmulatedAzure.Reader));
        var assignments = await ShownAsync("assignments");
        Assert.Equal([(await client.GetAsync($"{Scope}?api-version=2022-12-01", token)).Json.GetProperty("id").GetString()!], await ShownAsync("subscriptions"));
        Assert.Equal(await SentAsync(client, token, "/resourcegroups?api-version=2022-09-01"), await ShownAsync("groups"));
        Assert.Equal(await SentAsync(client, token, $"{Authorization}roleAssignments?api-version=2022-04-01"), assignments);
        var roles = await ShownAsync("roles");
        Assert.Equal(4, roles.Count);
        Assert.Subset((await SentAsync(client, token, $"{Authorization}roleDefinitions?api-version=2022-04-01")).ToHashSet(), roles.ToHashSet());

        var upper = $"/subscriptions/{_emulator.World.Subscription(EmulatedAzure.Prod).Id.ToString().ToUpperInvariant()}";
        Assert.All(roles, id => Assert.StartsWith(upper + Authorization, id, StringComparison.Ordinal));
        Assert.Contains($"{upper}/resourcegroups/rg-Old", await ShownAsync("groups"));
        Assert.Contains(assignments, id => id.StartsWith($"{upper}/resourcegroups/RG-WEB{Authorization}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_that_changes_its_case_only_changes_no_object_and_no_root()
    {
        await _layer.RunAsync("connect", "azure", "--name", "prod");
        var before = await ShownAsync("groups");
        _emulator.World.WritesIdsInUpperCase = false;

        using var json = JsonDocument.Parse((await _layer.RunAsync("sync", "prod", "-o", "json")).Output);

        var sync = json.RootElement.GetProperty("value")[0];
        Assert.Equal("complete", sync.GetProperty("status").GetString());
        Assert.Equal("""{"added":0,"changed":0,"removed":0}""", sync.GetProperty("changes").GetRawText());
        Assert.Equal(before, await ShownAsync("groups"));
        Assert.Contains("\"problem\":null", (await _layer.RunAsync("verify", "-o", "json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_read_for_one_connection_has_an_id_of_its_own_in_each()
    {
        await _layer.RunAsync("connect", "azure", "--name", "prod");
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = _emulator.World.Subscription("test").Id.ToString();
        await _layer.RunAsync("connect", "azure", "--name", "test");

        Assert.Equal(0, (await _layer.RunAsync("sync", "--all")).ExitCode);

        using var json = JsonDocument.Parse((await _layer.RunAsync("show", "roles", "-o", "json")).Output);
        Assert.All(json.RootElement.GetProperty("value").EnumerateArray(), role => Assert.StartsWith(
            $"{_emulator.World.Subscription(role.GetProperty("connection").GetString()!).Scope}/", role.GetProperty("id").GetString(), StringComparison.OrdinalIgnoreCase));
    }

    private async Task<List<string>> ShownAsync(string verb)
    {
        using var json = JsonDocument.Parse((await _layer.RunAsync("show", verb, "-o", "json")).Output);
        return [.. json.RootElement.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> SentAsync(PlainClient client, string token, string list) =>
        [.. (await client.GetAsync(Scope + list, token)).Value.Select(row => row.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
}
