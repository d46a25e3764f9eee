using Layer.Connections;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Operations;

/// <summary>Looks at what this installation stands on, without asking Azure anything.</summary>
internal sealed class Doctor(Installation layer, Workspace workspace)
{
    private const long LittleSpace = 1L << 30;
    private static readonly TimeSpan OddClock = TimeSpan.FromMinutes(5);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        await using var connection = await layer.Database.ConnectAsync(cancellationToken);
        var leaves = Convert.ToInt64(await connection.ScalarAsync("SELECT COUNT(*) FROM log_leaf WHERE workspace = @workspace", cancellationToken, ("@workspace", layer.Database.Engine.Id(workspace.Id))), System.Globalization.CultureInfo.InvariantCulture);
        findings.Add(Finding.Good("Database answers", layer.Database.Address is DatabaseAddress.Sqlite sqlite && File.Exists(sqlite.File)
            ? $"SQLite, {new FileInfo(sqlite.File).Length / 1024:N0} KiB, {leaves:N0} log entries" : $"PostgreSQL, {leaves:N0} log entries"));
        findings.Add(layer.Database.RestoredGuards.Count == 0
            ? Finding.Good("Guards stand", "The triggers that keep evidence from being changed are all there.")
            : Finding.Bad("Guards were missing", $"{string.Join(", ", layer.Database.RestoredGuards)} had to be put back at the start.", "Find out who changed the database, and run: layer verify"));
        findings.Add(Space());
        var skew = await connection.ScalarAsync("SELECT MAX(ended_at) FROM sync WHERE workspace = @workspace", cancellationToken, ("@workspace", layer.Database.Engine.Id(workspace.Id))) is long ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero) - layer.Clock.GetUtcNow() : TimeSpan.Zero;
        findings.Add(skew > OddClock
            ? Finding.Bad("Clock is behind the log", $"The newest reading ended {skew.TotalMinutes:N0} minutes ahead of this machine's clock.", "Set the clock by NTP: timedatectl set-ntp true")
            : Finding.Good("Clock agrees with the log", $"Now {layer.Clock.GetUtcNow():yyyy-MM-dd HH:mm} UTC."));
        findings.Add(layer.Timestamps is null
            ? Finding.Odd("No time-stamp authority", "Checkpoints leave this machine only with bundles.", "Set Layer:TimestampAuthority to have them vouched for once a day.")
            : Finding.Good("Time-stamp authority is set", "The newest checkpoint is stamped once a day."));
        findings.AddRange(await ConnectionsAsync(cancellationToken));
        return findings;
    }

    private Finding Space()
    {
        var free = new DriveInfo(Path.GetFullPath(layer.Folder.Path)).AvailableFreeSpace;
        return free < LittleSpace
            ? Finding.Bad("Disk is nearly full", $"{free >> 20:N0} MiB are free where the data folder is.", "Make room: a sync that cannot be written is a missed day.")
            : Finding.Good("Disk has room", $"{free >> 30:N0} GiB are free.");
    }

    private async Task<IEnumerable<Finding>> ConnectionsAsync(CancellationToken cancellationToken)
    {
        var all = (await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(connection => connection.State != ConnectionState.Disconnected).ToList();
        var failing = all.Where(connection => connection.State == ConnectionState.Failing).GroupBy(connection => connection.StateCode ?? "").ToList();
        return failing.Count == 0
            ? [Finding.Good("No connection is failing", $"{all.Count} connected.")]
            : failing.Select(cause => Finding.Bad(
                $"{cause.Count()} failing: {(ErrorCatalog.All.Any(entry => entry.Code == cause.Key) ? ErrorCatalog.Get(cause.Key).Title : cause.Key)}",
                string.Join(", ", cause.Select(connection => connection.Name)), "The page of each connection has the command that mends it."));
    }
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Result"><c>pass</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Title">What was found, in a few words.</param>
/// <param name="Detail">The numbers.</param>
/// <param name="Fix">What mends it; null when nothing has to be.</param>
internal sealed record Finding(string Result, string Title, string Detail, string? Fix)
{
    public static Finding Good(string title, string detail) => new("pass", title, detail, null);

    public static Finding Odd(string title, string detail, string fix) => new("warn", title, detail, fix);

    public static Finding Bad(string title, string detail, string fix) => new("fail", title, detail, fix);
}
