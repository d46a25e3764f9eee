using System.Diagnostics;
using System.Text.RegularExpressions;
using Layer.Azure;
using Layer.Azure.Setup;
using Layer.Cli;
using Layer.Operations;
using Layer.Storage;
using Layer.Tests.Storage;

namespace Layer.Tests.Cli;

/// <summary>docs/operate.md and docs/security-review.md say nothing that does not run, and leave nothing out that is there.</summary>
public sealed partial class OperateDocumentSpecs(PostgresCluster cluster)
{
    [GeneratedRegex("^```sh\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShellBlock { get; }

    [GeneratedRegex(@"\]\((?!https:)(?<path>[^)#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LocalLink { get; }

    [GeneratedRegex(@"(?<=`|\./)layer (?<verb>[a-z-]+)( (?<below>[a-z-]+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Verb { get; }

    private static string Text(string file) => File.ReadAllText(Repository.PathOf("docs", file));

    [Theory]
    [InlineData("operate.md")]
    [InlineData("security-review.md")]
    public async Task Every_command_runs_in_the_order_of_the_page(string file)
    {
        if (!PostgresCluster.IsInstalled)
            Assert.Skip("PostgreSQL 15 is not installed.");
        await using var layer = await ConnectedLayer.StartAsync();
        var script = "set -eu\n" + string.Join("\n", ShellBlock.Matches(Text(file)).Select(block => block.Groups["commands"].Value));
        var start = new ProcessStartInfo("/bin/bash", ["-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in layer.Process.Variables)
            start.Environment[name] = value;
        start.Environment["PATH"] = $"{Path.GetDirectoryName(LayerProcess.Executable)}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = layer.Process.Home;
        start.Environment["BACKUPS"] = layer.Process.Home;
        start.Environment["NEW_DATA"] = Path.Combine(layer.Process.Home, "new");
        start.Environment["DATABASE"] = await cluster.CreateDatabaseAsync();
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
    }

    [Theory]
    [InlineData("operate.md")]
    [InlineData("security-review.md")]
    public void Every_command_and_setting_and_file_it_names_is_there(string file)
    {
        var text = Text(file);
        var app = new LayerApp(new Terminal { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>() }, TimeProvider.System);
        var root = app.CreateCommands();
        foreach (Match match in Verb.Matches(text))
        {
            var verb = root.Subcommands.FirstOrDefault(command => command.Name == match.Groups["verb"].Value);
            Assert.True(verb is not null, match.Value);
            Assert.True(!match.Groups["below"].Success || verb.Subcommands.Count == 0 || verb.Subcommands.Any(command => command.Name == match.Groups["below"].Value), match.Value);
        }

        Assert.All(Regex.Matches(text, "Layer:[A-Za-z]+", RegexOptions.None, TimeSpan.FromSeconds(1)), setting => Assert.Contains(setting.Value, Settings.Keys.Select(key => key.Name)));
        Assert.All(LocalLink.Matches(text).Select(link => link.Groups["path"].Value), path => Assert.True(File.Exists(Repository.PathOf("docs", path)), path));
    }

    [Fact]
    public void The_review_names_every_table_every_host_and_every_right()
    {
        var text = Text("security-review.md");
        using var engine = new TablesOfModel();

        Assert.All(engine.Names, table => Assert.Contains($"`{table}`", text, StringComparison.Ordinal));
        Assert.All(
            Enum.GetValues<AzureCloud>().SelectMany(OutboundRequest.Of).Select(request => new Uri(Regex.Replace(request.Address, @"\{[^}]+\}", "x", RegexOptions.None, TimeSpan.FromSeconds(1))).Host).Distinct(),
            host => Assert.Contains($"`{host}`", text, StringComparison.Ordinal));
        Assert.All(LayerRole.Actions, action => Assert.Contains($"| `{action}` |", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_metric_is_on_the_page_of_operations()
    {
        var metrics = Directory.GetFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "\"(?<name>layer_[a-z_]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))).Select(match => match.Groups["name"].Value).Distinct().ToArray();

        Assert.True(metrics.Length >= 12);
        Assert.All(metrics, metric => Assert.Contains($"| `{metric}` |", Text("operate.md"), StringComparison.Ordinal));
    }

    private sealed class TablesOfModel : IDisposable
    {
        private readonly StorageEngine _engine = StorageEngine.Of(new DatabaseAddress.Sqlite("/nonexistent/layer.db"));

        public IEnumerable<string> Names => new Schema(_engine) is var schema ? schema.Tables(schema.Newest).Select(table => table.Name) : [];

        public void Dispose() => _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
