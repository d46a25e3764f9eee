namespace Layer.EndToEnd;

/// <summary>A timer or a gate that looks at a data folder without connections.</summary>
public sealed class NothingConnectedSpecs
{
    [Theory]
    [InlineData(1, "sync", "--all")]
    [InlineData(1, "diff", "2026-01-01", "2026-01-02", "--exit-code")]
    [InlineData(3, "coverage", "--fail-on", "missing")]
    [InlineData(1, "audit", "scope", "--window", "2026-01-01..2027-01-01")]
    [InlineData(1, "audit", "sample", "--population", "days", "--n", "1", "--seed", "1")]
    [InlineData(0, "connections")]
    public async Task Nothing_connected_is_never_a_pass(int exitCode, params string[] command)
    {
        var folder = Directory.CreateTempSubdirectory("layer-").FullName;
        try
        {
            var environment = new Dictionary<string, string> { ["HOME"] = folder, ["LAYER_DATA"] = Path.Combine(folder, "data") };
            using var layer = Command.Start(Repository.PathOf("layer"), command, environment);

            Assert.Contains("Nothing is connected yet", (await layer.EndAsync()).Expect(exitCode).Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
