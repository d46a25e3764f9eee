using System.Globalization;
using Layer.AzureEmulator;
using Layer.Storage;

namespace Layer.Benchmarks;

/// <summary>
/// `layer sync --all` over many subscriptions of 50 resource groups and 500 role assignments, with the emulator beside it on the same processors. On PostgreSQL
/// too when LAYER_BENCH_POSTGRES names an empty database.
/// </summary>
internal static class FleetBenchmark
{
    public static async Task<int> RunAsync(int subscriptions)
    {
        Console.WriteLine($"{subscriptions:N0} subscriptions of 50 resource groups and 500 role assignments; {Environment.ProcessorCount} processors, shared with the emulator\n");
        Console.WriteLine("                          wall   syncs/s   processor/sync   requests/sync      429   stored/sync   peak memory");
        await RunAsync("SQLite", subscriptions, database: null);
        if (Environment.GetEnvironmentVariable("LAYER_BENCH_POSTGRES") is { Length: > 0 } database)
            await RunAsync("PostgreSQL", subscriptions, database);
        return 0;
    }

    private static async Task RunAsync(string engine, int subscriptions, string? database)
    {
        var world = World.Random(20260101, subscriptions, groups: 50, assignments: 500);
        await using var site = await BenchSite.StartAsync(world, new EmulatorOptions { Throttling = true }, database);
        await site.ConnectAllAsync();
        await MeasureAsync($"{engine}, first", site, subscriptions);
        await MeasureAsync($"{engine}, unchanged", site, subscriptions);
        await MeasureAsync($"{engine}, unchanged", site, subscriptions);
    }

    private static async Task MeasureAsync(string name, BenchSite site, int subscriptions)
    {
        site.Azure.Requests.Clear();
        var before = await SizeAsync(site);
        var run = site.Run("sync", "--all", "-o", "csv");
        var stored = await SizeAsync(site) - before;
        var throttled = site.Azure.Requests.Count(request => request.Status == 429);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-22}{run.Wall.TotalSeconds,6:N1} s {subscriptions / run.Wall.TotalSeconds,9:N1} {run.Processor.TotalMilliseconds / subscriptions,13:N1} ms "
            + $"{(double)site.Azure.Requests.Count / subscriptions,15:N2} {throttled,8} {stored / subscriptions,11:N0} B {run.PeakMemory >> 20,9:N0} MiB"));
    }

    private static async Task<long> SizeAsync(BenchSite site)
    {
        var address = site.Environment.TryGetValue("Layer__Database", out var text) ? DatabaseAddress.Parse(text) : new DatabaseAddress.Sqlite(Path.Combine(site.Data, "layer.db"));
        await using var database = await LayerDatabase.OpenAsync(address, CancellationToken.None);
        await using var connection = await database.ConnectAsync(CancellationToken.None);
        if (address is DatabaseAddress.Sqlite)
        {
            await connection.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)", CancellationToken.None);
            return (long)(await connection.ScalarAsync("SELECT (SELECT * FROM pragma_page_count()) * (SELECT * FROM pragma_page_size())", CancellationToken.None))!;
        }

        await connection.ExecuteAsync("VACUUM", CancellationToken.None);
        return (long)(await connection.ScalarAsync("SELECT pg_database_size(current_database())", CancellationToken.None))!;
    }
}
