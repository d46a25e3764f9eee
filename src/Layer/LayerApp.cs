using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Layer.Cli;
using Layer.Evidence.Collecting;
using Layer.Operations;

namespace Layer;

/// <summary>The only composition root: which commands there are, and what they are given. Everything is made when first asked for.</summary>
internal sealed class LayerApp(Terminal terminal, TimeProvider clock)
{
    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["config"] = "Operate", ["completion"] = "Operate", ["version"] = "Operate",
    };

    public Terminal Terminal { get; } = terminal;

    public TimeProvider Clock { get; } = clock;

    public RootCommand CreateCommands()
    {
        var root = new RootCommand("Layer reads Azure subscriptions and seals SOC 2 evidence that anyone can verify.")
        {
            ConfigCommand.Create(this),
            CompletionCommand.Create(this),
            VersionCommand.Create(this),
        };
        foreach (var option in root.Options.ToArray())
        {
            if (option is not HelpOption help)
            {
                root.Options.Remove(option);
                continue;
            }

            help.Action = new HelpText(Terminal, Groups);
            help.Description = "Show this help";
            help.Aliases.Clear();
            help.Aliases.Add("-h");
        }

        return root;
    }

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var parsed = CreateCommands().Parse(Usual(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        var asksForSuggestions = parsed.Tokens.Any(token => token.Type == TokenType.Directive);
        if (!asksForSuggestions && parsed.Action is not HelpText && UsageProblems.Of(parsed) is { Count: > 0 } problems)
            return UsageProblems.Print(Terminal, problems, UsageProblems.PathOf(parsed));
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = Terminal.Out, Error = Terminal.Error },
                cancellationToken);
        }
        catch (CollectionFailedException e)
        {
            return FailureReport.Print(this, e.Failure, connecting: true, FormOf(parsed));
        }
        catch (RefusedException e)
        {
            return FailureReport.Print(this, e.Failure, connecting: false, FormOf(parsed));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Terminal.Say("Interrupted.");
            return ExitCode.Interrupted;
        }
        finally
        {
            await Terminal.Out.FlushAsync(CancellationToken.None);
        }
    }

    private static OutputForm FormOf(ParseResult parsed) => parsed.GetResult("--output") is OptionResult option ? option.GetValueOrDefault<OutputForm>() : OutputForm.Table;

    // What people type at a program they do not know yet.
    private static IReadOnlyList<string> Usual(IReadOnlyList<string> args) => args switch
    {
        [] => ["--help"],
        ["--version"] => ["version"],
        ["help", ..] => [.. args.Skip(1), "--help"],
        _ => args,
    };

    /// <summary>The settings; null after every problem with them was printed.</summary>
    public Settings? FindSettings()
    {
        var settings = Settings.Read(Terminal.Environment, out var problems);
        if (problems.Count == 0)
            return settings;
        UsageProblems.Print(Terminal, problems, "layer config explain");
        return null;
    }
}
