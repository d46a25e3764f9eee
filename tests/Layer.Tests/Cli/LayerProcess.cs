using System.Diagnostics;

namespace Layer.Tests.Cli;

/// <summary>Runs the built program with an environment of its own: nothing of the machine's settings reaches it.</summary>
internal sealed class LayerProcess : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("layer-cli-");

    public LayerProcess() => Variables["LAYER_DATA"] = DataFolder;

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "layer");

    public string DataFolder => Path.Combine(_home.FullName, "data");

    public string Home => _home.FullName;

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public Task<Outcome> RunAsync(params string[] args) => StartAsync(Executable, args, input: null);

    public Task<Outcome> RunWithInputAsync(string input, params string[] args) => StartAsync(Executable, args, input);

    /// <summary>Sends Ctrl-C (SIGINT) as soon as something has happened, and waits for the end.</summary>
    public Task<Outcome> InterruptAsync(Func<bool> happened, params string[] args) => StartAsync(Executable, args, input: null, async running =>
    {
        while (!happened() && !running.HasExited)
            await Task.Yield();
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {running.Id}"]);
        await kill.WaitForExitAsync();
    });

    /// <summary>Runs at a pseudo terminal (script, of bsdutils), where both streams are one.</summary>
    public Task<Outcome> RunAtTerminalAsync(params string[] args)
    {
        var line = string.Join(' ', args.Prepend(Executable).Select(arg => $"'{arg}'"));
        return StartAsync("/usr/bin/script", ["-qefc", line, "/dev/null"], input: null);
    }

    /// <summary>The platform's proxy and trust lead to an emulator, and to nothing else.</summary>
    public async Task ReachAsync(Layer.AzureEmulator.Emulator emulator)
    {
        var anchor = Path.Combine(Home, "anchor.pem");
        await emulator.WriteTrustAnchorAsync(anchor);
        Variables["HTTPS_PROXY"] = emulator.Proxy.ToString();
        Variables["SSL_CERT_FILE"] = anchor;
        Variables["SSL_CERT_DIR"] = "/nonexistent";
    }

    public void Dispose() => _home.Delete(recursive: true);

    private async Task<Outcome> StartAsync(string program, string[] args, string? input, Func<Process, Task>? meanwhile = null)
    {
        var start = new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        start.Environment["HOME"] = Home;
        start.Environment["TERM"] = "xterm-256color";
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (meanwhile is not null)
            await meanwhile(process);
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, await output, await error);
    }
}

internal sealed record Outcome(int ExitCode, string Output, string Error);
