using System.Globalization;
using Layer.AzureEmulator;

namespace Layer.Benchmarks;

/// <summary>
/// `layer sync` from process start to exit on a subscription of 980 resource groups and 4,000 role assignments, against the floor of the same run.
/// </summary>
internal static class SyncBenchmark
{
    private const int Runs = 5;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("layer-bench-").FullName;
        try
        {
            var world = World.Random(20260101, subscriptions: 1, groups: 980, assignments: 4000);
            var subscription = world.Subscriptions[0];
            var app = world.Apps[0];
            await using var azure = await Emulator.StartAsync(world, new EmulatorOptions { Throttling = false }, CancellationToken.None);
            var anchor = Path.Combine(folder, "emulator.pem");
            await azure.WriteTrustAnchorAsync(anchor, CancellationToken.None);
            var environment = new Dictionary<string, string>
            {
                ["LAYER_DATA"] = Path.Combine(folder, "data"),
                ["HTTPS_PROXY"] = azure.Proxy.ToString(),
                ["SSL_CERT_FILE"] = anchor,
                ["SSL_CERT_DIR"] = "/nonexistent",
                ["AZURE_SUBSCRIPTION_ID"] = subscription.Id.ToString(),
                ["AZURE_CLIENT_ID"] = app.ClientId.ToString(),
                ["AZURE_CLIENT_SECRET"] = app.Secrets[0].Value,
            };

            string[] floorArguments = ["floor", subscription.TenantId.ToString(), subscription.Id.ToString(), app.ClientId.ToString(), app.Secrets[0].Value];
            var floor = Best(() => ChildProcess.Run(Environment.ProcessPath!, floorArguments, environment));
            var launcher = Path.Combine(Checkout.Root, "layer");
            ChildProcess.Run(launcher, ["version"], environment);
            var connect = ChildProcess.Run(launcher, ["connect", "azure", "--name", "bench"], environment);
            var observations = Scalar(environment["LAYER_DATA"], "select count(*) from observation");
            var unchanged = Best(() => ChildProcess.Run(launcher, ["sync", "bench"], environment));
            var observationsAfter = Scalar(environment["LAYER_DATA"], "select count(*) from observation");
            var stored = Stored(environment["LAYER_DATA"], () => ChildProcess.Run(launcher, ["sync", "bench"], environment));

            // A connection saved while a right was missing has not synced yet: the next sync is its first.
            environment["LAYER_DATA"] = Path.Combine(folder, "first");
            const int RightMissing = 5;
            azure.Faults.Set(Fault.Status403, AzureCall.ListResourceGroups);
            ChildProcess.Run(launcher, ["connect", "azure", "--name", "bench", "--save-anyway"], environment, RightMissing);
            azure.Faults.Clear();
            var first = ChildProcess.Run(launcher, ["sync", "bench"], environment);

            Console.WriteLine($"980 resource groups, 4,000 role assignments, {Environment.ProcessorCount} processors, best of {Runs} where repeatable\n");
            Console.WriteLine("                                    wall      processor   × floor wall   × floor processor");
            Print("floor: read, scan, hash, keep nothing", floor, floor);
            Print("layer connect (check, save, sync)", connect, floor);
            Print("layer sync, first", first, floor);
            Print("layer sync, unchanged", unchanged, floor);
            Console.WriteLine($"\nanswers read: {long.Parse(floor.Output, CultureInfo.InvariantCulture):N0} bytes after decompression");
            Console.WriteLine($"observations stored by the first sync: {observations:N0}; by {Runs} unchanged ones: {observationsAfter - observations:N0}");
            Console.WriteLine($"database grows by {stored:N0} bytes for an unchanged sync");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ChildProcess Best(Func<ChildProcess> run) => Enumerable.Range(0, Runs).Select(_ => run()).MinBy(r => r.Wall)!;

    private static void Print(string name, ChildProcess run, ChildProcess floor) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-38}{run.Wall.TotalMilliseconds,6:N0} ms {run.Processor.TotalMilliseconds,9:N0} ms {run.Wall / floor.Wall,13:N2} {run.Processor / floor.Processor,18:N2}"));

    // Rows, not pages: the file grows in steps, so a hundred syncs are weighed together.
    private static long Stored(string data, Action sync)
    {
        const int Syncs = 20;
        var before = Size(data);
        for (var i = 0; i < Syncs; i++)
            sync();
        return (Size(data) - before) / Syncs;
    }

    private static long Size(string data)
    {
        Scalar(data, "pragma wal_checkpoint(truncate)");
        return Scalar(data, "select (select * from pragma_page_count()) * (select * from pragma_page_size())");
    }

    private static long Scalar(string data, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(data, "layer.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
