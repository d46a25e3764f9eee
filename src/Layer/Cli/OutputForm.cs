using System.CommandLine;

namespace Layer.Cli;

/// <summary>How data is written to standard output.</summary>
internal enum OutputForm
{
    Table,
    Json,
    Csv,
}

/// <summary>The option <c>-o</c>, the same on every command that writes data.</summary>
internal static class OutputOption
{
    public static Option<OutputForm> Create() => new("--output", "-o")
    {
        Description = "table, json or csv",
        HelpName = "FORM",
        DefaultValueFactory = _ => OutputForm.Table,
        CompletionSources = { context => ["table", "json", "csv"] },
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "table": return OutputForm.Table;
                case "json": return OutputForm.Json;
                case "csv": return OutputForm.Csv;
                default:
                    result.AddError($"--output: '{result.Tokens[0].Value}' is not a form. Allowed: table, json, csv.");
                    return OutputForm.Table;
            }
        },
    };
}
