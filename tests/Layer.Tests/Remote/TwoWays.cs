using System.Text.RegularExpressions;
using Layer.Access;
using Layer.Cli;
using Layer.Tests.Web;

namespace Layer.Tests.Remote;

/// <summary>Runs a command on an installation and against the server of the same installation.</summary>
internal sealed partial class TwoWays(WebHost web, string token)
{
    // Cards end with the time.
    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")]
    private static partial Regex Now { get; }

    public static async Task<TwoWays> OfAsync(WebHost web, TokenScope scope = TokenScope.Change, Role role = Role.Administrator) => new(web, await web.TokenAsync(scope, role));

    public Task<Ran> HereAsync(params string[] args) => RunAsync(web.Environment, args);

    /// <summary>What the environment has besides, for commands over the server.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal) { ["LAYER_SERVER"] = web.Address.ToString(), ["LAYER_TOKEN"] = token };

    public Task<Ran> OverServerAsync(params string[] args) => RunAsync(Variables, args);

    public static async Task<Ran> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal { In = TextReader.Null, Out = output, Error = error, Environment = environment };
        var code = await new LayerApp(terminal, TimeProvider.System).RunAsync(args, TestContext.Current.CancellationToken);
        return new Ran(code, output.ToString(), Now.Replace(error.ToString(), "NOW"));
    }

    /// <summary>What was printed, and the exit code.</summary>
    internal sealed record Ran(int ExitCode, string Output, string Error);
}
