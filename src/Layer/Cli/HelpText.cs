using System.CommandLine;
using System.CommandLine.Invocation;
using Layer.Remote;

namespace Layer.Cli;

/// <summary>The help of a command, printed from the command tree itself.</summary>
internal sealed class HelpText(Terminal terminal, IReadOnlyDictionary<string, string> groups, Func<Command, bool> worksOverServer) : SynchronousCommandLineAction
{
    private const int WidestText = 100;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var ink = terminal.OutInk;
        var output = terminal.Out;
        var path = UsageProblems.PathOf(parseResult);
        foreach (var line in Wrapping.Lines(command.Description ?? "", Math.Min(terminal.Width, WidestText)))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"{ink.Strong("Usage")}  {UsageOf(command, path)}");

        foreach (var group in command.Subcommands.Where(c => !c.Hidden).GroupBy(c => command is RootCommand ? groups.GetValueOrDefault(c.Name, "Other") : "Commands"))
            Section(group.Key, [.. group.Select(c => (c.Name, c.Description ?? ""))]);
        Section("Arguments", [.. command.Arguments.Select(a => (a.HelpName ?? a.Name, a.Description ?? ""))]);
        var server = parseResult.RootCommandResult.Command.Options.Where(option => option.Name == ServerChoice.Option && command is not RootCommand && worksOverServer(command));
        Section("Options", [.. command.Options.Concat(server).Where(o => !o.Hidden).Select(o => (LabelOf(o), o.Description ?? ""))]);
        if (command is RootCommand)
        {
            output.WriteLine();
            output.WriteLine(ink.Quiet("'layer COMMAND --help' tells more. Every command and exit code: docs/cli.md."));
        }

        output.Flush();
        return ExitCode.Done;

        void Section(string title, (string Label, string Text)[] rows)
        {
            if (rows.Length == 0)
                return;
            output.WriteLine();
            output.WriteLine(ink.Strong(title));
            var labelWidth = rows.Max(row => row.Label.Length);
            foreach (var (label, text) in rows)
            {
                var lead = $"  {ink.Accent(label)}{new string(' ', labelWidth - label.Length)}  ";
                foreach (var line in Wrapping.Lines(text, Math.Min(terminal.Width, WidestText) - labelWidth - 4).DefaultIfEmpty(""))
                {
                    output.WriteLine((lead + line).TrimEnd());
                    lead = new string(' ', labelWidth + 4);
                }
            }
        }
    }

    private static string UsageOf(Command command, string path)
    {
        var arguments = command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[{a.HelpName ?? a.Name}]" : a.HelpName ?? a.Name);
        var required = command.Options.Where(o => o.Required).Select(o => $"{o.Name} {o.HelpName}".TrimEnd());
        string[] rest = command.Subcommands.Count > 0 ? [command.Action is null ? "COMMAND" : "[COMMAND]"] : command.Options.Any(o => !o.Required) ? ["[OPTIONS]"] : [];
        return string.Join(' ', [path, .. arguments, .. required, .. rest]);
    }

    private static string LabelOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Order().Append(option.Name).Distinct());
        return option.HelpName is null || option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName}";
    }
}
