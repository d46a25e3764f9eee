using System.Text.Json;
using Layer.Evidence.Log;
using Layer.Tests.Evidence;
using Layer.Tests.Evidence.Audits;

namespace Layer.Tests.Cli;

public sealed class VerifyBundleSpecs : IDisposable
{
    private readonly LayerProcess _layer = new();
    private readonly BundleKit _kit = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03");

    private string Bundle => Path.Combine(_layer.Home, "bundle.zip");

    private string Since => Path.Combine(_layer.Home, "kept.checkpoint");

    [Fact]
    public async Task A_bundle_is_checked_where_there_is_nothing_but_the_file()
    {
        _layer.Variables["LAYER_DATABASE"] = "no database at all";
        Write(_kit.Build());
        var outcome = await _layer.RunAsync("verify", Bundle);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("VALID WITH 2 REMARKS", outcome.Output.TrimEnd().Split('\n')[^1]);
        Assert.Contains("Covered 2 of 2 days", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(Samples.Key.Public.Fingerprint, outcome.Output, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
        Assert.Equal([Bundle], Directory.GetFileSystemEntries(_layer.Home));
    }

    [Fact]
    public async Task With_the_key_and_a_checkpoint_from_elsewhere_it_is_simply_valid()
    {
        Write(_kit.Build());
        await File.WriteAllBytesAsync(Since, _kit.Sign(_kit.CheckpointAt((int)_kit.Head.Checkpoint).Text));
        var outcome = await _layer.RunAsync("verify", Bundle, "--key", $"{Samples.Key.Public}", "--since", Since, "-o", "json");
        Assert.Equal(0, outcome.ExitCode);
        using var json = JsonDocument.Parse(outcome.Output);
        var root = json.RootElement;
        Assert.Equal(("VALID", 0), (root.GetProperty("verdict").GetString(), root.GetProperty("exitCode").GetInt32()));
        Assert.Equal(
            [
                "verdict", "exitCode", "problem", "place", "log", "window", "leaves", "records", "observations", "populations", "coverage", "derived", "notKept", "missing",
                "timestamp", "key", "gaps", "remarks",
            ],
            root.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Each_verdict_has_its_exit_code_and_the_problem_its_place()
    {
        await ExpectAsync(4, "bundle", "not a zip file"u8.ToArray());
        await ExpectAsync(3, "files.sha256.sig", _kit.Build(), "--key", $"{SigningKey.FromSeed(Samples.Origin, new byte[32]).Public}");
        _kit.Replace("coverage.csv", "prod", "dev");
        await ExpectAsync(2, "coverage.csv", _kit.Build());
    }

    [Fact]
    public async Task A_checkpoint_older_than_the_bundle_needs_a_proof_and_says_so_without_a_verdict()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), BundleStory.Window);
        await File.WriteAllBytesAsync(Since, kit.Sign(kit.CheckpointAt(3).Text));
        Write(kit.Build());
        var outcome = await _layer.RunAsync("verify", Bundle, "--since", Since);
        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("--proof", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_wrong_with_what_was_typed_is_told_at_once()
    {
        var outcome = await _layer.RunAsync("verify", Path.Combine(_layer.Home, "nothing.zip"), "--key", "x", "--since", _layer.Home, "--proof", "nowhere");
        Assert.Equal(64, outcome.ExitCode);
        foreach (var problem in new[] { "BUNDLE: there is no file", "--key: this is no verification key", "--since: ", "is a folder", "--proof: there is no file 'nowhere'" })
            Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);

        outcome = await _layer.RunAsync("verify", "--proof", "nowhere");
        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("--proof belongs to a bundle", outcome.Error, StringComparison.Ordinal);
        Write(_kit.Build());
        outcome = await _layer.RunAsync("verify", Bundle, "--proof", Bundle);
        Assert.Contains("give both", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_sees_no_control_characters_of_a_bundle()
    {
        var story = BundleStory.Complete();
        story.Tell("2026-03-03T11:00:00Z", new Layer.Evidence.Leaves.AuditLeaf("os:ada@layer-1", "x", null, null));
        var kit = BundleKit.Of(story, "2026-03-01..2026-03-03");
        kit.Replace("leaves.jsonl", "\"kind\":\"audit\"", "\"kind\":\"\\u001b[31mred\"");
        Write(kit.Build());
        var outcome = await _layer.RunAsync("verify", Bundle);
        Assert.Equal(2, outcome.ExitCode);
        Assert.DoesNotContain('\e', outcome.Output);
        Assert.Contains("\\u001b[31mred", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _layer.Dispose();

    private void Write(byte[] bytes) => File.WriteAllBytes(Bundle, bytes);

    private async Task ExpectAsync(int code, string place, byte[] bytes, params string[] options)
    {
        Write(bytes);
        var outcome = await _layer.RunAsync(["verify", Bundle, .. options]);
        Assert.Equal(code, outcome.ExitCode);
        Assert.StartsWith($"INVALID: {place}: ", outcome.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        outcome = await _layer.RunAsync(["verify", Bundle, "-o", "json", .. options]);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal((code, place), (json.RootElement.GetProperty("exitCode").GetInt32(), json.RootElement.GetProperty("place").GetString()));
    }
}
