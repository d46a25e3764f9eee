using System.Text.Json;

namespace Layer.Tests.Cli;

public sealed class DoctorSpecs
{
    private static async Task<(int Code, Dictionary<string, (string Result, string Detail, string? Fix)> Findings)> AskAsync(ConnectedLayer layer, params string[] more)
    {
        var outcome = await layer.Process.RunAsync(["doctor", "-o", "json", .. more]);
        using var json = JsonDocument.Parse(outcome.Output);
        return (outcome.ExitCode, json.RootElement.GetProperty("value").EnumerateArray().ToDictionary(
            finding => finding.GetProperty("finding").GetString()!,
            finding => (finding.GetProperty("result").GetString()!, finding.GetProperty("detail").GetString()!, finding.GetProperty("fix").GetString())));
    }

    [Fact]
    public async Task What_stands_well_passes_and_everything_else_says_what_mends_it()
    {
        await using var layer = await ConnectedLayer.StartAsync();

        var (code, before) = await AskAsync(layer);
        await layer.DoneAsync("backup", "create");
        var (_, after) = await AskAsync(layer);

        Assert.Equal(0, code);
        Assert.Equal("warn", before["No backup was made here"].Result);
        Assert.Equal("pass", after["Backup is fresh"].Result);
        foreach (var good in (string[])["Database answers", "Guards stand", "Keys open what is sealed", "Log extends what was signed", "Disk has room", "No connection is failing", "management.azure.com answers", "Clock agrees with Azure's"])
            Assert.Equal("pass", after[good].Result);
        Assert.All(after.Values.Where(finding => finding.Result != "pass"), finding => Assert.NotEmpty(finding.Fix!));
    }

    [Fact]
    public async Task Lost_keys_and_an_Azure_that_is_not_reached_fail()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        foreach (var key in Directory.GetFiles(Path.Combine(layer.Process.DataFolder, "keys"), "*.key"))
            File.Delete(key);
        layer.Process.Variables["HTTPS_PROXY"] = "http://127.0.0.1:1";

        var (code, findings) = await AskAsync(layer);
        var (_, offline) = await AskAsync(layer, "--offline");

        Assert.Equal(1, code);
        Assert.Equal("fail", findings["The keys to the stored secrets are gone"].Result);
        Assert.Equal("fail", findings["management.azure.com is not reached"].Result);
        Assert.DoesNotContain(offline.Keys, title => title.Contains("azure.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_public_address_that_leads_nowhere_fails()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        layer.Process.Variables["Layer__PublicUrl"] = "https://localhost:1";
        layer.Process.Variables["NO_PROXY"] = "localhost";

        var (code, findings) = await AskAsync(layer);

        Assert.Equal((1, "fail"), (code, findings["Public address is not reached"].Result));
    }
}
