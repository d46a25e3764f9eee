using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Layer.EndToEnd;

/// <summary>What docs/verify.md tells an auditor to type is typed here, in an empty folder with nothing but the bundle and verify.py.</summary>
public sealed partial class AuditorSpecs
{
    [GeneratedRegex("^```(?<kind>sh|text)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block { get; }

    private static string Verifier => Repository.PathOf("src", "Layer", "Audits", "verify.py");

    private static string Text { get; } = File.ReadAllText(Repository.PathOf("docs", "verify.md"));

    [Fact]
    public void The_hash_that_is_published_is_that_of_the_verifier() => Assert.Contains(
        $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Verifier)))}  verify.py", Text, StringComparison.Ordinal);

    [Fact]
    public async Task An_auditor_with_a_bundle_and_python_can_follow_every_step()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        var folder = Directory.CreateTempSubdirectory("layer-auditor-").FullName;
        try
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var window = $"{today:yyyy-MM-dd}..{today.AddDays(1):yyyy-MM-dd}";
            var (bundle, again) = (Path.Combine(folder, "evidence.zip"), Path.Combine(site.Data, "again.zip"));
            (await site.RunAsync("audit", "bundle", "--window", window, "--raw", "--out", bundle)).Expect(0);
            (await site.RunAsync("audit", "bundle", "--window", window, "--raw", "--out", again)).Expect(0);
            Assert.True(File.ReadAllBytes(bundle).AsSpan().SequenceEqual(File.ReadAllBytes(again)), "Two builds differ.");
            var ours = (await site.RunAsync("verify", bundle)).Expect(1).Output;
            var key = (await site.RunAsync("log", "key", "--vkey")).Expect(0).Output.Trim();
            File.Copy(Verifier, Path.Combine(folder, "verify.py"));

            var verdicts = new List<string>();
            foreach (Match block in Block.Matches(Text))
            {
                var typed = block.Groups["text"].Value;
                if (block.Groups["kind"].Value != "sh" || typed.StartsWith("KEY=", StringComparison.Ordinal))
                    continue;
                using var command = Command.Start("bash", ["-euc", typed], new Dictionary<string, string> { ["KEY"] = key }, folder: folder);
                var outcome = await command.EndAsync();
                if (typed.Contains("python3", StringComparison.Ordinal))
                    verdicts.Add(outcome.Expect(1).Output.Trim().Split('\n')[^1]); // an emulator's certificate is a remark, and nobody stated the scope
                else
                    outcome.Expect(0);
            }

            Assert.Equal(3, verdicts.Count);
            Assert.All(verdicts, verdict => Assert.Contains("VALID WITH ", verdict, StringComparison.Ordinal));
            var plain = (await RunAsync(folder, "python3", "verify.py", "evidence.zip")).Expect(1).Output;
            Assert.Equal(ours.Trim().Split('\n')[^1], plain.Trim().Split('\n')[^1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Outcome> RunAsync(string folder, string program, params string[] arguments)
    {
        using var command = Command.Start(program, arguments, new Dictionary<string, string>(), folder: folder);
        return await command.EndAsync();
    }
}
