using System.Globalization;
using Layer.AzureEmulator;

namespace Layer.Benchmarks;

/// <summary>What somebody would do instead: a script on Microsoft's JavaScript SDK that reads the three lists in parallel and keeps nothing. Needs node and npm.</summary>
internal static class ScriptBenchmark
{
    private const int Runs = 9;

    private const string Script =
        """
        import { ClientSecretCredential } from "@azure/identity";
        import { ResourceManagementClient } from "@azure/arm-resources";
        import { AuthorizationManagementClient } from "@azure/arm-authorization";
        const [tenant, subscription, client, secret] = process.argv.slice(2);
        const credential = new ClientSecretCredential(tenant, client, secret);
        const resources = new ResourceManagementClient(credential, subscription);
        const authorization = new AuthorizationManagementClient(credential, subscription);
        const scope = `/subscriptions/${subscription}`;
        async function all(pages) { const rows = []; for await (const row of pages) rows.push(row); return rows; }
        const [groups, assignments, definitions] = await Promise.all([
          all(resources.resourceGroups.list()),
          all(authorization.roleAssignments.listForScope(scope)),
          all(authorization.roleDefinitions.list(scope)),
        ]);
        console.log(groups.length, assignments.length, definitions.length);
        """;

    public static async Task<int> RunAsync()
    {
        var world = World.Random(20260101, subscriptions: 1, groups: 734, assignments: 531);
        await using var site = await BenchSite.StartAsync(world, new EmulatorOptions { Throttling = false });
        var folder = Path.Combine(site.Folder, "script");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"private":true,"type":"module"}""");
        var script = Path.Combine(folder, "read.mjs");
        await File.WriteAllTextAsync(script, Script);
        Console.Error.WriteLine("Installing the script's packages …");
        ChildProcess.Run("npm", ["install", "--prefix", folder, "--silent", "@azure/identity@4", "@azure/arm-resources@5", "@azure/arm-authorization@9"], new Dictionary<string, string>());
        await site.ConnectAllAsync();
        var (subscription, app) = (world.Subscriptions[0], world.Apps[0]);
        string[] arguments = [script, subscription.TenantId.ToString(), subscription.Id.ToString(), app.ClientId.ToString(), app.Secrets[0].Value];
        site.Run("sync", "--all");
        ChildProcess.Run("node", arguments, site.Environment);
        // In turns: whatever else the machine does meets both.
        var (scripts, syncs) = (new List<ChildProcess>(), new List<ChildProcess>());
        for (var i = 0; i < Runs; i++)
        {
            scripts.Add(ChildProcess.Run("node", arguments, site.Environment));
            syncs.Add(site.Run("sync", "--all"));
        }

        var (theirs, ours) = (Median(scripts), Median(syncs));
        Console.WriteLine($"734 resource groups, 531 role assignments ({theirs.Output.Trim()} rows read by the script); median of {Runs}, start to exit\n");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"script, keeps nothing                 {theirs.Wall.TotalMilliseconds,6:N0} ms  processor {theirs.Processor.TotalMilliseconds,6:N0} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"layer sync, evidence sealed and signed {ours.Wall.TotalMilliseconds,5:N0} ms  processor {ours.Processor.TotalMilliseconds,6:N0} ms   × {ours.Wall / theirs.Wall:N2} (goal 1.0)"));
        return 0;
    }

    private static ChildProcess Median(List<ChildProcess> runs) => runs.OrderBy(run => run.Wall).ElementAt(runs.Count / 2);
}
