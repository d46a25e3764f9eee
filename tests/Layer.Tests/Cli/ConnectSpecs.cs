using System.Text.Json;
using Layer.AzureEmulator;
using Emulated = Layer.AzureEmulator.World;

namespace Layer.Tests.Cli;

/// <summary>The built program with production settings; only the platform's proxy and trust lead it to the emulator.</summary>
public sealed class ConnectSpecs : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private Emulator _emulator = null!; // InitializeAsync

    public async ValueTask InitializeAsync()
    {
        _emulator = await Emulator.StartAsync(Emulated.Sample());
        var anchor = Path.Combine(_layer.Home, "anchor.pem");
        await _emulator.WriteTrustAnchorAsync(anchor);
        _layer.Variables["HTTPS_PROXY"] = _emulator.Proxy.ToString();
        _layer.Variables["SSL_CERT_FILE"] = anchor;
        _layer.Variables["SSL_CERT_DIR"] = "/nonexistent";
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = _emulator.World.Subscription("production").Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = _emulator.World.App("layer").ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = _emulator.World.App("layer").Secret;
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _layer.Dispose();
    }

    [Fact]
    public async Task Item_20_Connect_asks_nothing_when_the_environment_says_it_all_and_syncs_once()
    {
        var connected = await _layer.RunAsync("connect", "azure", "--name", "production", "-o", "json");

        Assert.Equal(0, connected.ExitCode);
        using var json = JsonDocument.Parse(connected.Output);
        var sync = Assert.Single(json.RootElement.GetProperty("value").EnumerateArray());
        Assert.Equal(("production", "complete"), (sync.GetProperty("connection").GetString(), sync.GetProperty("status").GetString()));
        Assert.Equal(3, sync.GetProperty("counts").GetProperty("azure.resourceGroup").GetInt32());
        Assert.Empty(_emulator.RefusedHosts);
    }

    [Fact]
    public async Task Item_22_Shown_groups_have_the_id_and_every_fact()
    {
        await _layer.RunAsync("connect", "azure", "--name", "production");

        using var json = JsonDocument.Parse((await _layer.RunAsync("show", "groups", "-o", "json")).Output);

        var ids = json.RootElement.GetProperty("value").EnumerateArray().Select(group => group.GetProperty("id").GetString());
        Assert.Equal(_emulator.World.ResourceGroupsOf("production").Select(group => group.Id).Order(StringComparer.OrdinalIgnoreCase), ids);
    }

    [Fact]
    public async Task A_record_is_shown_by_index_and_by_id_with_what_it_does_not_show()
    {
        await _layer.RunAsync("connect", "azure", "--name", "production");
        using var list = JsonDocument.Parse((await _layer.RunAsync("evidence", "list", "-o", "json")).Output);
        var record = list.RootElement.GetProperty("value")[0];

        var table = await _layer.RunAsync("evidence", "show", $"{record.GetProperty("index").GetInt32()}");
        var shown = await _layer.RunAsync("evidence", "show", record.GetProperty("id").GetString()!, "-o", "json");

        Assert.Equal((0, "", 0, ""), (table.ExitCode, table.Error, shown.ExitCode, shown.Error));
        Assert.Contains("Does not show:", table.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(shown.Output);
        Assert.Equal(
            record.GetProperty("root").GetString(),
            json.RootElement.GetProperty("leaf").GetProperty("body").GetProperty("population").GetProperty("root").GetString());
    }

    [Fact]
    public async Task Days_that_cannot_be_compared_are_not_called_unchanged()
    {
        await _layer.RunAsync("connect", "azure", "--name", "production");

        var compared = await _layer.RunAsync("diff", "2020-01-01", "today", "--exit-code");

        Assert.Equal((1, ""), (compared.ExitCode, compared.Output));
        Assert.Contains("nothing can be compared", compared.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("No changes", compared.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_that_was_never_read_is_not_shown_as_an_empty_one()
    {
        _layer.Variables["AZURE_CLIENT_SECRET"] = "wrong~secret";
        await _layer.RunAsync("connect", "azure", "--name", "production", "--save-anyway");

        Assert.Contains("production is not in it: it has no complete reading yet", (await _layer.RunAsync("show", "groups")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_23_A_wrong_secret_ends_with_4_and_saves_nothing()
    {
        _layer.Variables["AZURE_CLIENT_SECRET"] = "wrong~secret";

        var outcome = await _layer.RunAsync("connect", "azure", "--name", "production");

        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("SECRET_INVALID", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong~secret", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal("{\"value\":[]}\n", (await _layer.RunAsync("connections", "-o", "json")).Output);
    }

    [Fact]
    public async Task Item_23_A_removed_role_ends_with_5_and_the_json_still_comes()
    {
        await _layer.RunAsync("connect", "azure", "--name", "production");
        _emulator.World.RemoveGrants("layer");

        var outcome = await _layer.RunAsync("sync", "production", "-o", "json");

        Assert.Equal(5, outcome.ExitCode);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal("failed", json.RootElement.GetProperty("value")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Item_20_Missing_input_without_a_terminal_names_option_and_variable()
    {
        foreach (var name in (string[])["AZURE_SUBSCRIPTION_ID", "AZURE_CLIENT_SECRET"])
            _layer.Variables.Remove(name);

        var outcome = await _layer.RunAsync("connect", "azure");

        Assert.Equal(64, outcome.ExitCode);
        Assert.All((string[])["AZURE_SUBSCRIPTION_ID", "--subscription-id", "AZURE_CLIENT_SECRET", "--client-secret-file", "--name"],
            text => Assert.Contains(text, outcome.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Item_20_A_secret_as_an_argument_does_not_exist()
    {
        var outcome = await _layer.RunAsync("connect", "azure", "--name", "production", "--client-secret", "canary~Q8vT1");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("--client-secret does not exist", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", outcome.Error, StringComparison.Ordinal);
    }
}
