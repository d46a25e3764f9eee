using System.Text.RegularExpressions;

namespace Layer.EndToEnd;

/// <summary>What an operator copies out of deploy/.</summary>
public sealed partial class DeploySpecs
{
    [GeneratedRegex(@"^ +- ""(?<port>[0-9.:]+)""$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Published { get; }

    [GeneratedRegex(@"^COPY (?!--from)(?<files>.+) \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Copied { get; }

    private static string Text(string file) => File.ReadAllText(Repository.PathOf("deploy", file));

    [Fact]
    public async Task The_systemd_units_are_right_and_leave_the_program_little_of_the_machine()
    {
        var folder = Directory.CreateTempSubdirectory("layer-units-").FullName;
        try
        {
            // It looks whether the program is there.
            var units = new[] { "layer.service", "layer-backup.service", "layer-backup.timer" };
            foreach (var unit in units)
                await File.WriteAllTextAsync(Path.Combine(folder, unit), Text(unit).Replace("/usr/local/bin/layer", Repository.PathOf("layer"), StringComparison.Ordinal), TestContext.Current.CancellationToken);
            using var verify = Command.Start("systemd-analyze", ["verify", .. units.Select(unit => Path.Combine(folder, unit))], new Dictionary<string, string>());
            Assert.Equal("", (await verify.EndAsync()).Expect(0).Errors);
            foreach (var unit in units[..2])
            {
                // Tenths: 2.0 of 10, where a service without any of it has 9.6.
                using var exposure = Command.Start("systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=20", Path.Combine(folder, unit)], new Dictionary<string, string>());
                (await exposure.EndAsync()).Expect(0);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_compose_file_publishes_on_loopback_only_and_knows_no_password()
    {
        var compose = Text("compose.yaml");

        Assert.Equal(["127.0.0.1:5433:5432"], Published.Matches(compose).Select(port => port.Groups["port"].Value));
        Assert.Equal(2, Regex.Count(compose, @"\$\{LAYER_DB_PASSWORD:\?", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.DoesNotContain("0.0.0.0", compose, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_is_built_of_files_that_are_there_and_let_into_the_build()
    {
        var (copied, ignored) = (Copied.Matches(Text("Dockerfile")).SelectMany(copy => copy.Groups["files"].Value.Split(' ')).ToArray(), Text("Dockerfile.dockerignore").Split('\n'));

        Assert.Contains("Directory.Packages.props", copied);
        Assert.All(copied, file => Assert.True(Path.Exists(Repository.PathOf(file)), file));
        Assert.All(copied, file => Assert.Contains($"!{file}", ignored));
        Assert.Contains("USER 1654:1654", Text("Dockerfile"), StringComparison.Ordinal);
    }
}
