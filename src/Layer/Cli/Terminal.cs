using System.Collections;
using System.Text;

namespace Layer.Cli;

/// <summary>Where a command reads and writes: data on <see cref="Out"/>, words on <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    private const int NarrowestWidth = 40;

    /// <summary>Of a stream that is no terminal.</summary>
    public const int PipedWidth = 80;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public bool InIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public int Width { get; init; } = PipedWidth;

    /// <summary>A person can be asked: both ends are a terminal, and this is not a build agent.</summary>
    public bool CanAsk => InIsTerminal && ErrorIsTerminal && !IsBuildAgent;

    /// <summary>Something may move on the error stream.</summary>
    public bool CanShowProgress => ErrorIsTerminal && !IsBuildAgent && Find("TERM") != "dumb";

    public Ink OutInk => new(OutIsTerminal && ColourAllowed);

    public Ink ErrorInk => new(ErrorIsTerminal && ColourAllowed);

    private bool IsBuildAgent => Find("CI") is not null;

    // https://no-color.org: present and not empty, whatever its value.
    private bool ColourAllowed => Find("NO_COLOR") is null && Find("TERM") != "dumb";

    public static Terminal OfThisProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal
        {
            In = Console.In,
            Out = new StreamWriter(Console.OpenStandardOutput(), utf8, bufferSize: 16 * 1024) { AutoFlush = !Console.IsOutputRedirected },
            Error = new StreamWriter(Console.OpenStandardError(), utf8, bufferSize: 1024) { AutoFlush = true },
            Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal),
            InIsTerminal = !Console.IsInputRedirected,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = WidthOfConsole(),
        };
    }

    /// <summary>The value of an environment variable; null when absent or empty.</summary>
    public string? Find(string variable) => Environment.TryGetValue(variable, out var value) && value.Length > 0 ? value : null;

    /// <summary>Says something to the person; never data.</summary>
    public void Say(string line = "") => Error.WriteLine(line);

    private static int WidthOfConsole()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected)
            return PipedWidth;
        try
        {
            return Console.WindowWidth > 0 ? Math.Max(NarrowestWidth, Console.WindowWidth) : PipedWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return PipedWidth;
        }
    }
}
