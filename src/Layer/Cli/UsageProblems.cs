using System.CommandLine;
using System.CommandLine.Parsing;

namespace Layer.Cli;

/// <summary>What is wrong with a command line: all of it at once, each with what is allowed.</summary>
internal static class UsageProblems
{
    private const int FarthestTypo = 3;

    /// <summary>The problems the parser found, in words; empty when there are none.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var problems = new List<string>();
        var command = parsed.CommandResult.Command;
        foreach (var token in UnknownOf(parsed))
            problems.Add(Unknown(token, command));
        foreach (var error in parsed.Errors)
        {
            if (parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
                continue;
            if (command.Subcommands.Count > 0 && command.Action is null && error.SymbolResult == parsed.CommandResult)
                continue;
            problems.Add(Missing(error) ?? error.Message);
        }

        if (command is not RootCommand && command.Action is null && command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
            problems.Add($"'{PathOf(parsed)}' needs one of: {NamesOf(command)}.");
        return problems;
    }

    public static int Print(Terminal terminal, IReadOnlyList<string> problems, string command)
    {
        var ink = terminal.ErrorInk;
        foreach (var problem in problems)
            terminal.Say($"{ink.Bad("✗")} {SafeText.ForTerminal(problem)}");
        terminal.Say(ink.Quiet($"See: {command} --help"));
        return ExitCode.Usage;
    }

    public static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
            names.Insert(0, at.Command is RootCommand ? "layer" : at.Command.Name);
        return string.Join(' ', names);
    }

    // The value that follows an unknown option is that option's; after an unknown verb nothing can be judged.
    private static IEnumerable<string> UnknownOf(ParseResult parsed)
    {
        var afterOption = false;
        foreach (var token in parsed.UnmatchedTokens)
        {
            var isOption = token.StartsWith('-');
            if (isOption || !afterOption)
                yield return token;
            if (!isOption && parsed.CommandResult.Command.Subcommands.Count > 0)
                yield break;
            afterOption = isOption;
        }
    }

    private static string? Missing(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value: {option.Option.Description}",
        ArgumentResult { Tokens.Count: 0 } argument => $"{argument.Argument.HelpName ?? argument.Argument.Name} is missing: {argument.Argument.Description}",
        OptionResult { Tokens.Count: 0, Option.Required: true, Implicit: true } option => $"{option.Option.Name} is missing: {option.Option.Description}",
        OptionResult { Tokens.Count: 0 } option when option.Option.ValueType != typeof(bool) => $"{option.Option.Name} needs a value: {option.Option.Description}",
        CommandResult command => command.Command.Options.FirstOrDefault(o => o.Required && error.Message.Contains($"'{o.Name}'", StringComparison.Ordinal)) is { } required
            ? $"{required.Name} is missing: {required.Description}"
            : null,
        _ => null,
    };

    private static string Unknown(string token, Command command)
    {
        if (token is "--client-secret" || token.StartsWith("--client-secret=", StringComparison.Ordinal))
        {
            return "--client-secret does not exist: arguments are seen by every process and kept by the shell. "
                + "Set AZURE_CLIENT_SECRET, or use --client-secret-file FILE, or --client-secret-file - for standard input.";
        }

        // What was typed may be a secret in the wrong place: only what looks like a word is repeated.
        var shown = token.Length <= 24 ? $"'{token}'" : "An argument";
        if (token.StartsWith('-'))
        {
            var options = OptionsOf(command).ToArray();
            return $"{shown} is no option of this command.{Suggestion(token, options)} Allowed: {string.Join(", ", options)}.";
        }

        if (command.Subcommands.Count == 0)
            return $"{shown} is too much: this command takes {(command.Arguments.Count == 0 ? "no arguments" : string.Join(' ', command.Arguments.Select(a => a.HelpName ?? a.Name)))}.";
        var verbs = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToArray();
        return $"{shown} is no command.{Suggestion(token, verbs)} Allowed: {NamesOf(command)}.";
    }

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Where(o => !o.Hidden).Select(o => o.Name).Append("--help").Distinct();

    private static string NamesOf(Command command) => string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));

    private static string Suggestion(string typed, IEnumerable<string> known)
    {
        var nearest = known.Select(name => (Name: name, Distance: Distance(typed, name))).MinBy(each => each.Distance);
        return nearest.Name is not null && nearest.Distance <= Math.Min(FarthestTypo, nearest.Name.Length / 2)
            ? $" Did you mean '{nearest.Name}'?"
            : "";
    }

    // Levenshtein.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
