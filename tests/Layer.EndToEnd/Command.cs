using System.Diagnostics;

namespace Layer.EndToEnd;

/// <summary>A program started as a person would start it, with an environment of its own.</summary>
internal sealed class Command : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TimeSpan _patience;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private Command(Process process, TimeSpan patience)
    {
        _patience = patience;
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program with only the given environment, a PATH and a terminal-less standard input.</summary>
    public static Command Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? input = null, string? folder = null, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "DOTNET_ROOT", "NUGET_PACKAGES", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new Command(process, patience ?? Patience);
    }

    /// <summary>Waits for the end and takes what was printed.</summary>
    public async Task<Outcome> EndAsync()
    {
        using var deadline = new CancellationTokenSource(_patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            Kill();
            throw new TimeoutException($"Still running after {_patience}. Output:\n{await _output}\nErrors:\n{await _errors}", late);
        }

        return new Outcome(_process.ExitCode, await _output, await _errors);
    }

    /// <summary>SIGKILL: the process gets no chance to tidy up.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}

/// <summary>How a program ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors)
{
    /// <summary>The exit code is the one expected; else the message shows what was printed.</summary>
    public Outcome Expect(int exitCode)
    {
        Assert.True(exitCode == ExitCode, $"Exit code {ExitCode}, not {exitCode}.\nstdout:\n{Output}\nstderr:\n{Errors}");
        return this;
    }
}
