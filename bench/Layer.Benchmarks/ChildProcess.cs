using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Layer.Benchmarks;

/// <summary>A program run from start to exit, with the wall time and the processor time it took.</summary>
internal sealed partial class ChildProcess
{
    public required TimeSpan Wall { get; init; }

    public required TimeSpan Processor { get; init; }

    public required string Output { get; init; }

    /// <summary>Bytes: the most that any child so far held at once.</summary>
    public long PeakMemory { get; init; }

    public static ChildProcess Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, int expectedExit = 0)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var before = ProcessorTimeOfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        watch.Stop();
        if (process.ExitCode != expectedExit)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.\n{output}\n{errors.Result}");
        return new ChildProcess { Wall = watch.Elapsed, Processor = ProcessorTimeOfChildren() - before, Output = output, PeakMemory = PeakMemoryOfChildren() };
    }

    // What the kernel charged to children that have ended (POSIX getrusage); a Process object no longer knows after the exit.
    private static TimeSpan ProcessorTimeOfChildren()
    {
        const int Children = -1;
        if (GetResourceUsage(Children, out var usage) != 0)
            throw new InvalidOperationException("getrusage failed.");
        return TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
            + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
    }

    private static long PeakMemoryOfChildren() => GetResourceUsage(-1, out var usage) == 0 ? usage.PeakKilobytes * 1024 : throw new InvalidOperationException("getrusage failed.");

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, out ResourceUsage usage);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
        public long PeakKilobytes;
        private unsafe fixed long _rest[13];
    }
}
