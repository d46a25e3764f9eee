using System.CommandLine;

namespace Layer.Cli;

/// <summary>Prints a script that asks this program itself what may come next.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _layer() {
                local line
                COMPREPLY=()
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            }
            complete -F _layer layer
            """,
        ["zsh"] = """
            #compdef layer
            _layer() {
                local -a found
                found=("${(@f)$(layer "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                compadd -- $found
            }
            compdef _layer layer
            """,
        ["fish"] = """
            function __layer_complete
                set -l line (commandline -cp)
                layer "[suggest:"(string length -- $line)"]" $line 2>/dev/null
            end
            complete -c layer -f -a '(__layer_complete)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName layer -ScriptBlock {
                param($word, $ast, $position)
                layer "[suggest:$position]" "$ast" 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    public static Command Create(LayerApp app)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Scripts.Keys), CompletionSources = { _ => Scripts.Keys } };
        shell.Validators.Add(result =>
        {
            if (!Scripts.ContainsKey(result.Tokens[0].Value))
                result.AddError($"SHELL: '{result.Tokens[0].Value}' is not known. Allowed: {string.Join(", ", Scripts.Keys)}.");
        });
        var command = new Command("completion", "Print the completion script of a shell, e.g. source <(layer completion bash).") { shell };
        command.SetAction(parsed =>
        {
            app.Terminal.Out.Write(Scripts[parsed.GetRequiredValue(shell)].ReplaceLineEndings("\n") + "\n");
            app.Terminal.Out.Flush();
            return ExitCode.Done;
        });
        return command;
    }
}
