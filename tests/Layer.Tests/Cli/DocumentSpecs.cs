using System.CommandLine;
using System.Text.RegularExpressions;
using Layer.Cli;

namespace Layer.Tests.Cli;

public sealed partial class DocumentSpecs
{
    [GeneratedRegex(@"^### layer (?<path>[a-z -]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"^\| `(?<name>--[a-z-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OptionRow { get; }

    [Fact]
    public async Task Docs_cli_md_names_exactly_the_verbs_and_options_there_are()
    {
        var documented = new List<string>();
        var verb = "";
        foreach (var line in await File.ReadAllLinesAsync(Repository.PathOf("docs", "cli.md")))
        {
            if (Heading.Match(line) is { Success: true } heading)
                documented.Add(verb = heading.Groups["path"].Value);
            else if (OptionRow.Match(line) is { Success: true } option)
                documented.Add($"{verb} {option.Groups["name"].Value}");
        }

        var app = new LayerApp(new Terminal { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>() }, TimeProvider.System);
        Assert.Equal(Tree(app.CreateCommands(), "").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Tree(Command command, string path)
    {
        foreach (var verb in command.Subcommands)
        {
            var name = $"{path} {verb.Name}".Trim();
            if (verb.Action is not null)
            {
                yield return name;
                foreach (var option in verb.Options)
                    yield return $"{name} {option.Name}";
            }

            foreach (var below in Tree(verb, name))
                yield return below;
        }
    }
}
