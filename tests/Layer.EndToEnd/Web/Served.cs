using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>Layer as a process that serves, started as a person would; stopped by SIGTERM at the end.</summary>
internal sealed partial class Served : IAsyncDisposable
{
    public const string Password = "a long walk on the beach";

    private readonly Process _process;
    private readonly StringBuilder _printed;

    private Served(Process process, StringBuilder printed, Uri address, string? setUp) => (_process, _printed, Address, SetUpLink) = (process, printed, address, setUp);

    public Uri Address { get; }

    /// <summary>Null when there is an administrator already.</summary>
    public string? SetUpLink { get; }

    /// <summary>Everything that was printed so far.</summary>
    public string Printed
    {
        get
        {
            lock (_printed)
                return _printed.ToString();
        }
    }

    /// <summary>Starts <c>layer serve</c> or <c>layer demo --serve</c> on a free port and waits until it says where.</summary>
    public static async Task<Served> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] verb)
    {
        var start = new ProcessStartInfo(Repository.PathOf("layer"), [.. verb, "--urls", "http://127.0.0.1:0"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "DOTNET_ROOT", "NUGET_PACKAGES", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!; // a program that is there starts
        var printed = new StringBuilder();
        var ready = new TaskCompletionSource<(Uri, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Uri? address = null;
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.OutputDataReceived += (_, line) =>
        {
            Add(line.Data);
            if (line.Data is null)
                ready.TrySetException(new InvalidOperationException($"It ended:\n{printed}"));
            else if (ListensOn().Match(line.Data) is { Success: true } listens)
                address = new Uri(listens.Groups[1].Value);
            else if (address is not null)
                ready.TrySetResult((address, SetUp().Match(line.Data) is { Success: true } link ? link.Groups[1].Value : null));
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var (at, setUp) = await ready.Task.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        return new Served(process, printed, at, setUp);

        void Add(string? line)
        {
            lock (printed)
                printed.AppendLine(line);
        }
    }

    /// <summary>Opens the set-up link and becomes the first administrator.</summary>
    public async Task SetUpAsync(IPage page, string name = "Ada Lindqvist", string email = "ada@brightwater.example")
    {
        await page.GotoAsync(SetUpLink!);
        await page.GetByLabel("Your name").FillAsync(name);
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.Locator("main button").ClickAsync();
        await page.WaitForURLAsync(Address.ToString());
    }

    /// <summary>SIGTERM, as a supervisor sends it; the exit code, and how long it took.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        using var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString()]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, Stopwatch.GetElapsedTime(begun));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"^Layer listens on (\S+)$")]
    private static partial Regex ListensOn();

    [GeneratedRegex(@"(http://\S+/set-up/\S+)$")]
    private static partial Regex SetUp();
}
