using System.Text.Json;
using Layer.Evidence;
using Layer.Tests.Cli;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

/// <summary>The built program makes bundles.</summary>
public sealed class BundleCommandSpecs(PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<(AuditWorld World, LayerProcess Layer)> StartAsync(bool sample = false)
    {
        var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster, sample: sample);
        await world.ReadAsync(3);
        var layer = new LayerProcess();
        layer.Variables["LAYER_DATA"] = world.Ledger.Folder.Path;
        return (world, layer);
    }

    [Fact]
    public async Task It_says_where_the_file_is_what_it_leads_to_and_what_the_auditor_runs()
    {
        var (world, layer) = await StartAsync();
        await using var opened = world;
        using var process = layer;

        var outcome = await layer.RunAsync("audit", "bundle", "--window", "2026-09-01..2026-09-04", "--out", world.PathOf("q3.zip"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var bytes = await File.ReadAllBytesAsync(world.PathOf("q3.zip"), Cancellation);
        var lines = outcome.Output.Split('\n');
        Assert.Equal("1 September 2026 to 3 September 2026", lines[0]);
        Assert.Contains($"file          {world.PathOf("q3.zip")}", lines);
        Assert.Contains($"SHA-256       {Digest.Of(bytes)}", lines);
        Assert.Contains("coverage      Covered 3 of 3 days, 3 of 3 connection-days; no gap.", lines);
        Assert.Contains("checked       VALID WITH 3 REMARKS", lines);
        Assert.Contains("layer verify q3.zip", outcome.Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.PathOf("q3.zip")));
    }

    [Fact]
    public async Task For_a_script_it_is_one_object_and_a_file_of_that_name_ends_it_as_wrong_usage()
    {
        var (world, layer) = await StartAsync(sample: true);
        await using var opened = world;
        using var process = layer;
        string[] line = ["audit", "bundle", "--window", "2026-09-01..2026-09-04", "--out", world.PathOf("b.zip"), "-o", "json"];

        var made = await layer.RunAsync(line);
        var again = await layer.RunAsync(line);

        using var json = JsonDocument.Parse(made.Output);
        Assert.Equal(
            (0, world.PathOf("b.zip"), 11, "2026-09-01..2026-09-04", true),
            (made.ExitCode, json.RootElement.GetProperty("file").GetString(), json.RootElement.GetProperty("checkpoint").GetInt32(),
                json.RootElement.GetProperty("window").GetString(), json.RootElement.GetProperty("sample").GetBoolean()));
        Assert.Equal((64, ""), (again.ExitCode, again.Output));
        Assert.Contains("\"code\":\"FILE_EXISTS\"", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_that_has_not_begun_is_refused_and_one_that_is_not_over_is_made_and_says_so()
    {
        var (world, layer) = await StartAsync();
        await using var opened = world;
        using var process = layer;
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

        var future = await layer.RunAsync("audit", "bundle", "--window", $"{today.AddDays(2):yyyy-MM-dd}..{today.AddDays(9):yyyy-MM-dd}", "--out", world.PathOf("f.zip"));
        var running = await layer.RunAsync("audit", "bundle", "--window", $"2026-09-01..{today.AddDays(9):yyyy-MM-dd}", "--out", world.PathOf("r.zip"));

        Assert.Equal(64, future.ExitCode);
        Assert.Contains("WINDOW_NOT_BEGUN", future.Error, StringComparison.Ordinal);
        Assert.Equal(0, running.ExitCode);
        Assert.StartsWith("The window is not over: ", running.Error, StringComparison.Ordinal);
        Assert.Equal(["r.zip"], world.Files);
    }

    [Fact]
    public async Task Everything_typed_wrong_is_told_at_once()
    {
        using var layer = new LayerProcess();

        var outcome = await layer.RunAsync("audit", "bundle", "--window", "2026-09-04..2026-09-01", "--checkpoint", "0x10");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("--window: the window '2026-09-04..2026-09-01' ends before it begins.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--checkpoint: '0x10' is not a size.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--out is missing", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("at most 3660", (await layer.RunAsync("audit", "bundle", "--window", "0001-01-01..9999-12-31", "--out", "x")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_connected_it_ends_with_1_and_makes_nothing()
    {
        using var layer = new LayerProcess();

        var outcome = await layer.RunAsync("audit", "bundle", "--window", "2026-09-01..2026-09-04", "--out", Path.Combine(layer.Home, "b.zip"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Nothing is connected yet.", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(layer.Home, "b.zip")));
    }

    [Fact]
    public async Task A_long_window_is_made_in_a_heap_that_could_not_hold_its_observations()
    {
        const int Days = 60;
        const int Changing = 100;
        const int Size = 12 * 1024;
        const long Heap = 48 << 20;
        await using var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster);
        await world.ReadAsync(Days, day =>
        {
            for (var group = 0; group < Changing; group++)
                world.Azure.Groups[$"rg-{group}"] = new string((char)('a' + (day % 26)), Size);
        });
        using var layer = new LayerProcess();
        layer.Variables["LAYER_DATA"] = world.Ledger.Folder.Path;
        layer.Variables["DOTNET_GCHeapHardLimit"] = $"0x{Heap:x}";

        var outcome = await layer.RunAsync("audit", "bundle", "--window", "2026-09-01..2026-10-31", "--out", world.PathOf("long.zip"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.True(new FileInfo(world.PathOf("long.zip")).Length > Heap, "The window is not long enough to prove anything.");
    }
}
