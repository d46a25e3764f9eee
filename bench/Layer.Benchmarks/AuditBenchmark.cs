using System.Globalization;

namespace Layer.Benchmarks;

/// <summary>
/// The bundle of a year: built by `layer audit bundle`, checked by `layer verify` and by verify.py, each from process start to exit; built twice, it has to be the
/// same file.
/// </summary>
internal static class AuditBenchmark
{
    private const int WithGaps = 1;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("layer-bench-").FullName;
        try
        {
            var data = Path.Combine(folder, "data");
            Console.Error.WriteLine("Sealing a year of three connections (some minutes) …");
            await new AuditYear().MakeAsync(data);
            var environment = new Dictionary<string, string> { ["LAYER_DATA"] = data };
            var nowhere = new Dictionary<string, string> { ["LAYER_DATA"] = Path.Combine(folder, "nowhere") };
            var launcher = Path.Combine(Checkout.Root, "layer");
            ChildProcess.Run(launcher, ["version"], environment);

            var (first, second) = (Path.Combine(folder, "first.zip"), Path.Combine(folder, "second.zip"));
            var built = ChildProcess.Run(launcher, ["audit", "bundle", "--window", AuditYear.Window, "--out", first], environment);
            ChildProcess.Run(launcher, ["audit", "bundle", "--window", AuditYear.Window, "--out", second], environment);
            var layer = ChildProcess.Run(launcher, ["verify", first], nowhere, WithGaps);
            var python = ChildProcess.Run("python3", [Path.Combine(Checkout.Root, "src/Layer/Audits/verify.py"), first], nowhere, WithGaps);

            Console.WriteLine($"A year: {AuditYear.Days} days, 3 connections, 4,000 role assignments each, changed daily, {AuditYear.FailedDays} days failed; {Environment.ProcessorCount} processors\n");
            Console.WriteLine("                                    wall      processor      goal");
            Print("layer audit bundle", built, 20);
            Print("layer verify", layer, 10);
            Print("verify.py", python, 60);
            Console.WriteLine($"\nbundle: {new FileInfo(first).Length:N0} bytes; built again after the export was recorded: {(Same(first, second) ? "the same bytes" : "OTHER BYTES")}");
            Console.WriteLine($"\nlayer verify says:\n{layer.Output}\nverify.py says:\n{python.Output}");
            return Same(first, second) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string name, ChildProcess run, int goal) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-30}{run.Wall.TotalSeconds,11:N2} s {run.Processor.TotalSeconds,10:N2} s {goal,7} s"));

    private static bool Same(string first, string second) => File.ReadAllBytes(first).AsSpan().SequenceEqual(File.ReadAllBytes(second));
}
