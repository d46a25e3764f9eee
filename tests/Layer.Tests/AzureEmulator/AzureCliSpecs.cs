using System.Diagnostics;
using System.Text.Json;
using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

/// <summary>Debian's azure-cli, written by Microsoft in another language, with untouched public-cloud settings.</summary>
public sealed class AzureCliSpecs
{
    private const string Az = "/usr/bin/az";

    [Fact]
    public async Task Azure_cli_signs_in_and_lists_with_public_cloud_settings()
    {
        var inCi = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
        if (!File.Exists(Az) && !inCi)
            Assert.Skip("azure-cli is not installed: apt-get install azure-cli");
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var az = new AzureCli(emulator);
        await emulator.WriteTrustAnchorAsync(az.Certificate, TestContext.Current.CancellationToken);
        var (app, subscription) = (world.App("layer"), world.Subscription("prod"));

        var accounts = await az.RunAsync("login", "--service-principal", "-u", app.ClientId.ToString(), "-p", app.Secret, "--tenant", app.TenantId.ToString());
        var groups = await az.RunAsync("group", "list");
        var assignments = await az.RunAsync(
            "rest", "--method", "get", "--url", $"{subscription.Scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => az.RunAsync(
            "login", "--service-principal", "-u", app.ClientId.ToString(), "-p", "wrong", "--tenant", app.TenantId.ToString()));

        Assert.Equal(subscription.Id, Assert.Single(accounts.EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(["rg-app", "rg-data"], groups.EnumerateArray().Select(g => g.GetProperty("name").GetString()));
        Assert.Equal(world.AssignmentsOf("prod").Count, assignments.GetProperty("value").GetArrayLength());
        Assert.Contains("AADSTS7000215", refused.Message, StringComparison.Ordinal);
        // After a failed call az looks whether there is a network at all, by this host.
        Assert.All(emulator.RefusedHosts, host => Assert.Equal("azure.microsoft.com:443", host));
    }

    private sealed class AzureCli(Emulator emulator) : IDisposable
    {
        private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("layer-az-");

        public string Certificate => Path.Combine(_home.FullName, "emulator.pem");

        public async Task<JsonElement> RunAsync(params string[] arguments)
        {
            var start = new ProcessStartInfo(Az) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
            start.Environment["HTTPS_PROXY"] = emulator.Proxy.ToString();
            start.Environment["REQUESTS_CA_BUNDLE"] = Certificate;
            start.Environment["AZURE_CONFIG_DIR"] = _home.FullName;
            start.Environment["AZURE_CORE_COLLECT_TELEMETRY"] = "0";
            start.Environment["HOME"] = _home.FullName;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode == 0
                ? JsonElement.Parse(await output)
                : throw new InvalidOperationException($"az {arguments[0]} ended with {process.ExitCode}: {await errors}");
        }

        public void Dispose() => _home.Delete(recursive: true);
    }
}
