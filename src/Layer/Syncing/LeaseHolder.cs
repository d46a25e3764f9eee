using System.Globalization;

namespace Layer.Syncing;

/// <summary>The process that holds a lease, named so that another one on the same machine can tell whether it still runs.</summary>
/// <param name="Machine">Host name.</param>
/// <param name="Process">Process id.</param>
/// <param name="Started">Tells the process from a later one with the same id: on Linux the kernel's start time in ticks since boot, elsewhere Unix seconds.</param>
internal sealed record LeaseHolder(string Machine, int Process, long Started)
{
    public static LeaseHolder This { get; } = new(
        Environment.MachineName, Environment.ProcessId,
        FindStart(Environment.ProcessId) ?? throw new InvalidOperationException("This process does not find itself."));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Machine}/{Process}/{Started}");

    /// <summary>Whether the holder is known to be gone. Of another machine nobody knows: its lease has to run out.</summary>
    public static bool IsGone(string holder) =>
        holder.Split('/') is [var machine, var process, var started]
        && machine == This.Machine
        && int.TryParse(process, CultureInfo.InvariantCulture, out var id)
        && long.TryParse(started, CultureInfo.InvariantCulture, out var start)
        && FindStart(id) != start;

    /// <summary>For a person.</summary>
    public static string Describe(string holder) =>
        holder.Split('/') is [var machine, var process, _] ? $"process {process} on {machine}" : holder;

    private static long? FindStart(int process)
    {
        if (OperatingSystem.IsLinux())
            return FindStartOnLinux(process);
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return new DateTimeOffset(found.StartTime.ToUniversalTime()).ToUnixTimeSeconds();
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // proc(5): the name in parentheses may hold anything, the state follows it, and starttime is the 20th field from there. A zombie runs no more.
    private static long? FindStartOnLinux(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
