using System.Diagnostics;
using System.Globalization;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Ledger;
using Layer.Operations;

namespace Layer.Benchmarks;

/// <summary>
/// One sync after another in a running process, 980 resource groups and 4,000 role assignments, against what one list alone takes over a warm HttpClient, and
/// against a reading that keeps nothing. The measured process is a child; the emulator runs in this one.
/// </summary>
internal static class WarmBenchmark
{
    private const int Runs = 9;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"A warm sync, unchanged: 980 resource groups, 4,000 role assignments; {Environment.ProcessorCount} processors; median of {Runs}\n");
        Console.WriteLine("latency   slowest list   warm sync   × slowest   goal    floor processor   sync processor   × floor   goal   requests");
        foreach (var (latency, goal) in ((int, double)[])[(300, 1.3), (50, 2.0)])
        {
            var world = World.Random(20260101, subscriptions: 1, groups: 980, assignments: 4000);
            await using var site = await BenchSite.StartAsync(world, new EmulatorOptions { Latency = TimeSpan.FromMilliseconds(latency), Throttling = false });
            await site.ConnectAllAsync();
            var (subscription, app) = (world.Subscriptions[0], world.Apps[0]);
            string[] arguments = ["warm-child", subscription.TenantId.ToString(), subscription.Id.ToString(), app.ClientId.ToString(), app.Secrets[0].Value];
            site.Azure.Requests.Clear();
            var numbers = ChildProcess.Run(Environment.ProcessPath!, arguments, site.Environment).Output.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            // What the floor reads is left out: only Layer's syncs after the first ask these, and each asks them once.
            var requests = (double)(site.Azure.Requests.Count - (int)numbers[4]) / (Runs + 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{latency,4} ms {numbers[0],12:N0} ms {numbers[1],8:N0} ms {numbers[1] / numbers[0],11:N2} {goal,6:N1} {numbers[2],15:N0} ms {numbers[3],13:N0} ms {numbers[3] / numbers[2],9:N2} {3,6} {requests,10:N1}"));
        }

        return 0;
    }

    /// <summary>The measured process: prints slowest list, warm sync (wall, ms), processor of the floor and of a sync (ms), requests of the floor.</summary>
    public static async Task<int> RunChildAsync(string tenantId, string subscriptionId, string clientId, string clientSecret)
    {
        using var floor = await Floor.SignInAsync(tenantId, subscriptionId, clientId, clientSecret);
        var slowest = 0.0;
        await floor.ReadAllAsync();
        foreach (var list in floor.Lists)
            slowest = Math.Max(slowest, (await MedianAsync(() => floor.ReadAsync(list))).Wall);
        var all = await MedianAsync(floor.ReadAllAsync);

        var settings = Settings.Read(Variables(), out _);
        await using var layer = await Installation.OpenAsync(settings, TimeProvider.System, () => new AzureConnector(new AzureConnectorOptions()), withKeys: true, CancellationToken.None);
        var workspace = (await layer.FindWorkspaceAsync(CancellationToken.None))!; // the parent made it
        var connections = await layer.Connections.ListAsync(workspace.Id, CancellationToken.None);
        await SyncAsync();
        await SyncAsync();
        var sync = await MedianAsync(SyncAsync);
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{slowest} {sync.Wall} {all.Processor} {sync.Processor} {floor.Requests}"));
        return 0;

        async Task SyncAsync()
        {
            var result = (await layer.Syncs.RunAsync(connections, SyncTrigger.Manual, "os:bench@bench", done: null, CancellationToken.None))[0];
            if (result.Failure is { } failure)
                throw new InvalidOperationException(failure.Code);
        }
    }

    private static async Task<(double Wall, double Processor)> MedianAsync(Func<Task> run)
    {
        var (walls, processors) = (new List<double>(), new List<double>());
        for (var i = 0; i < Runs; i++)
        {
            var (watch, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await run();
            walls.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            processors.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        walls.Sort();
        processors.Sort();
        return (walls[Runs / 2], processors[Runs / 2]);
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
}
