using System.Text;
using System.Text.Json;
using Layer.AzureEmulator;
using Layer.Storage;
using Layer.Tests.Azure;

namespace Layer.Tests.Cli;

/// <summary>How the built program ends when a sync does not succeed.</summary>
public sealed class SyncExitSpecs : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private Emulator _emulator = null!; // InitializeAsync

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await Emulator.StartAsync(EmulatedAzure.Company(), new EmulatorOptions(), Cancellation);
        await _layer.ReachAsync(_emulator);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = _emulator.World.Subscription(EmulatedAzure.Prod).Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = _emulator.World.App(EmulatedAzure.Reader).ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = _emulator.World.App(EmulatedAzure.Reader).Secret;
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
        _emulator.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _layer.Dispose();
    }

    [Theory]
    [InlineData(Fault.EmptyList, 6, "EMPTY_ANSWER")]
    [InlineData(Fault.MalformedJson, 6, "MALFORMED_ANSWER")]
    [InlineData(Fault.DuplicateItemChanged, 6, "DUPLICATE_DIFFERS")]
    [InlineData(Fault.Status429, 8, "THROTTLED")]
    public async Task Item_23_An_answer_that_cannot_be_sealed_ends_with_6_and_throttling_beyond_the_deadline_with_8(Fault fault, int exitCode, string code)
    {
        _emulator.Faults.Set(fault, AzureCall.ListRoleAssignments, delay: TimeSpan.FromHours(1));

        var outcome = await _layer.RunAsync("sync", "prod", "-o", "json");

        Assert.Equal((exitCode, ("failed", code)), (outcome.ExitCode, StatusOf(outcome)));
        Assert.Contains(code, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["complete", "failed"], await SealedStatusesAsync());
    }

    [Fact]
    public async Task A_list_of_visible_subscriptions_that_fails_costs_nothing_but_one_quiet_line()
    {
        _emulator.Faults.Set(Fault.Status403, AzureCall.ListSubscriptions);
        using var fresh = new LayerProcess();
        await fresh.ReachAsync(_emulator);
        foreach (var name in (string[])["AZURE_SUBSCRIPTION_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"])
            fresh.Variables[name] = _layer.Variables[name];

        var connected = await fresh.RunAsync("connect", "azure", "--name", "prod");
        var outcome = await fresh.RunAsync("sync", "prod", "-o", "json");

        const string Line = "  prod: which subscriptions the app registration can see could not be listed (NO_READER). The next sync of this day asks again.";
        Assert.Equal((0, 0, ("complete", null)), (connected.ExitCode, outcome.ExitCode, StatusOf(outcome)));
        Assert.All((string[])[connected.Error, outcome.Error], said => Assert.Single(said.Split('\n'), line => line.TrimEnd() == Line));
    }

    [Fact]
    public async Task Item_23_A_proxy_that_nobody_answers_at_ends_with_8()
    {
        // Nothing listens at tcpmux anywhere.
        _layer.Variables["HTTPS_PROXY"] = "http://127.0.0.1:1";

        var outcome = await _layer.RunAsync("sync", "prod", "-o", "json");

        Assert.Equal((8, ("failed", "PROXY_UNREACHABLE")), (outcome.ExitCode, StatusOf(outcome)));
    }

    [Fact]
    public async Task Item_23_Ctrl_C_ends_with_130_seals_a_cancelled_attempt_and_leaves_the_connection_free()
    {
        _emulator.Faults.Set(Fault.NeverAnswers, AzureCall.ListRoleAssignments);

        var interrupted = await _layer.InterruptAsync(() => _emulator.Requests.Of(AzureCall.ListResourceGroups).Count > 0, "sync", "prod", "-o", "json");

        Assert.Equal((130, ("failed", "CANCELLED")), (interrupted.ExitCode, StatusOf(interrupted)));
        Assert.Equal(["complete", "cancelled"], await SealedStatusesAsync());
        _emulator.Faults.Clear();
        Assert.Equal(0, (await _layer.RunAsync("sync", "prod")).ExitCode);
        Assert.Equal(["complete", "cancelled", "complete"], await SealedStatusesAsync());
    }

    private static (string? Status, string? Code) StatusOf(Outcome outcome)
    {
        using var json = JsonDocument.Parse(outcome.Output);
        var sync = Assert.Single(json.RootElement.GetProperty("value").EnumerateArray());
        return (sync.GetProperty("status").GetString(), sync.GetProperty("code").GetString());
    }

    // As the leaves themselves say it.
    private async Task<List<string?>> SealedStatusesAsync()
    {
        await using var database = await LayerDatabase.OpenAsync(new DatabaseAddress.Sqlite(Path.Combine(_layer.DataFolder, "layer.db")), Cancellation);
        await using var connection = await database.ConnectAsync(Cancellation);
        var statuses = new List<string?>();
        await foreach (var row in connection.QueryAsync("SELECT bytes FROM log_leaf WHERE kind = 'sync' ORDER BY idx", Cancellation))
        {
            using var leaf = JsonDocument.Parse(Encoding.UTF8.GetString(PackedBytes.Unpack(row.GetFieldValue<byte[]>(0))));
            statuses.Add(leaf.RootElement.GetProperty("body").GetProperty("status").GetString());
        }

        return statuses;
    }
}
