using System.CommandLine;

namespace Layer.Cli;

/// <summary>
/// What a person states, as it is sealed: <c>PERSON: TEXT</c>. The leaf's actor is who ran the program; a terminal cannot prove that it is the person named.
/// </summary>
internal sealed record Statement(string By, string Reason)
{
    public static Option<string> ReasonOption(string description) =>
        new("--reason") { Description = description, HelpName = "TEXT", Required = true, CustomParser = TextOptions.Line };

    public static Option<string> ByOption() =>
        new("--by") { Description = "the person whose word it is", HelpName = "PERSON", Required = true, CustomParser = TextOptions.Line };

    public override string ToString() => $"{By}: {Reason}";
}
