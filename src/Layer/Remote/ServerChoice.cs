using System.CommandLine;
using Layer.Access;
using Layer.Cli;

namespace Layer.Remote;

/// <summary>Which installation a command is about: the one of this machine, or a server named by <c>--server</c> or <c>LAYER_SERVER</c>.</summary>
internal static class ServerChoice
{
    public const string Option = "--server";
    public const string AddressVariable = "LAYER_SERVER";
    public const string TokenVariable = "LAYER_TOKEN";

    private const string Allowed = "Allowed: https://HOST, https://HOST:PORT, or http:// on this machine.";

    // Their answer is the same everywhere: they look at no installation, or make their own.
    private static readonly string[] AboutNone =
        ["layer", "layer demo", "layer serve", "layer azure", "layer azure setup", "layer azure-emulator", "layer completion", "layer version", "layer config", "layer config explain"];

    public static Option<string?> CreateOption() => new(Option)
    {
        Description = $"ask this Layer server instead of this machine's data; else {AddressVariable}; with the token in {TokenVariable}", HelpName = "URL", Recursive = true,
    };

    /// <summary>Decides; everything wrong with the choice is added to the problems.</summary>
    /// <param name="path">The command, e.g. <c>layer show groups</c>.</param>
    /// <param name="works">Whether the command works against a server.</param>
    /// <param name="asksNone">Whether it asks no installation, whatever its path says: it checks a file.</param>
    /// <param name="typed">The value of <c>--server</c>.</param>
    /// <param name="terminal">Its environment.</param>
    /// <param name="clock">For the server.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Null: the installation of this machine.</returns>
    public static RemoteServer? Decide(string path, bool works, bool asksNone, string? typed, Terminal terminal, TimeProvider clock, List<string> problems)
    {
        var (text, from) = typed is not null ? (typed, Option) : (terminal.Find(AddressVariable), AddressVariable);
        asksNone |= AboutNone.Contains(path, StringComparer.Ordinal);
        if (text is null || (typed is null && asksNone))
            return null;
        if (!works)
        {
            problems.Add(asksNone
                ? $"'{path}' asks no installation: leave --server away."
                : $"'{path}' works on the installation of the machine it runs on, and {from} names a server. Run it where the server runs, without {from}.");
            return null;
        }

        var address = Parse(text, from, problems);
        var token = terminal.Find(TokenVariable);
        if (token is null)
            problems.Add($"{TokenVariable} is missing: a token of the server's page Settings → Tokens. Arguments are seen by every process, so it has no option.");
        else if (!ApiTokens.LooksRight(token))
            problems.Add($"{TokenVariable} holds no token of Layer, or one that lost a character: lyr_ and 38 letters and digits, as Settings → Tokens showed it once.");
        return problems.Count == 0 ? new RemoteServer(address!, token!, clock) : null;
    }

    private static Uri? Parse(string text, string from, List<string> problems)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.AbsolutePath != "/")
        {
            problems.Add($"{from} is no address of a server. {Allowed}");
            return null;
        }

        if (uri.Scheme == "http" && !uri.IsLoopback)
            problems.Add($"{from}: {uri.GetLeftPart(UriPartial.Authority)} is not https, and the token would cross the network unprotected. {Allowed}");
        return uri;
    }
}
