using System.Text.RegularExpressions;

namespace Layer.EndToEnd;

/// <summary>The README says nothing that does not run.</summary>
public sealed partial class ReadmeSpecs
{
    [GeneratedRegex("^```sh\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShellBlock { get; }

    [GeneratedRegex(@"\]\((?!https:)(?<path>[^)#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LocalLink { get; }

    [GeneratedRegex(@"(?<=^|`|\./)layer (?<verbs>[a-z-]+( [a-z-]+)?)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Verb { get; }

    private static string Text { get; } = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void There_are_two_commands_and_this_is_the_second() =>
        Assert.Equal(["./layer demo", "./test"], ShellBlock.Matches(Text).Select(block => block.Groups["commands"].Value.Trim()));

    [Fact]
    public async Task The_demo_reads_ninety_days_and_its_evidence_can_be_looked_at_afterwards()
    {
        var folder = Directory.CreateTempSubdirectory("layer-demo-").FullName;
        try
        {
            var environment = new Dictionary<string, string> { ["HOME"] = folder, ["LAYER_DATA"] = Path.Combine(folder, "demo"), ["NO_COLOR"] = "1" };
            using var demo = Command.Start(Repository.PathOf("layer"), ["demo"], environment);
            var shown = (await demo.EndAsync()).Expect(0).Output;

            Assert.Contains("SAMPLE", shown, StringComparison.Ordinal);
            // The days move with the calendar; how many there are does not.
            Assert.Contains("production: covered 87 of 90 days.", Text, StringComparison.Ordinal);
            Assert.Contains("production: covered 87 of 90 days.", shown, StringComparison.Ordinal);
            foreach (var criterion in (string[])["CC6.1", "CC6.2", "CC6.3", "CC6.6", "CC6.7"])
                Assert.Contains(criterion, shown, StringComparison.Ordinal);
            using var verify = Command.Start(Repository.PathOf("layer"), ["verify"], environment);
            var verdict = (await verify.EndAsync()).Expect(1).Output; // sample data is a remark
            Assert.StartsWith("VALID WITH", verdict.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_file_it_links_to_is_there() =>
        Assert.All(LocalLink.Matches(Text).Select(link => link.Groups["path"].Value), path => Assert.True(File.Exists(Repository.PathOf(path)), path));

    [Fact]
    public async Task Every_command_it_names_exists()
    {
        var commands = Verb.Matches(Text).Select(verb => verb.Groups["verbs"].Value).Distinct().ToList();
        Assert.Contains("show assignments", commands);
        foreach (var verbs in commands)
        {
            using var help = Command.Start(Repository.PathOf("layer"), [.. verbs.Split(' '), "--help"], new Dictionary<string, string>());
            (await help.EndAsync()).Expect(0);
        }
    }
}
