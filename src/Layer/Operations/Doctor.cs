using Layer.Azure;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Operations.Backups;
using Layer.Secrets;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Operations;

/// <summary>Looks at what this installation stands on.</summary>
internal sealed class Doctor(Installation layer, Workspace workspace)
{
    private const long LittleSpace = 1L << 30;
    private static readonly TimeSpan OddClock = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OldBackup = TimeSpan.FromHours(48);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What can be seen without asking anybody.</summary>
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
        findings.Add(await KeysAsync(cancellationToken));
        findings.Add(await SignedAsync(cancellationToken));
        findings.Add(Space());
        findings.Add(Backup());
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

    /// <summary>What has to be asked for: Azure of every cloud that is read, without signing in, and this server at its own public address.</summary>
    public async Task<IReadOnlyList<Finding>> ReachAsync(CancellationToken cancellationToken)
    {
        var connections = (await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(connection => connection.State != ConnectionState.Disconnected).DistinctBy(connection => connection.Cloud);
        var findings = new List<Finding>();
        foreach (var connection in connections)
            findings.AddRange(OfReach(await layer.Connector.ReachAsync(CloudName.Parse(connection.Cloud), connection.SubscriptionId, cancellationToken)));
        if (layer.Settings.PublicUrl is { } address)
            findings.Add(await PublicAsync(address, cancellationToken));
        return findings;
    }

    private static IEnumerable<Finding> OfReach(AzureReach reach)
    {
        if (reach.Failure is { } failure)
        {
            var card = ErrorCatalog.Card(failure, connecting: false);
            yield return Finding.Bad($"{reach.Host} is not reached", $"{card.Code}: {card.Why}", card.DoThis.FirstOrDefault() ?? "See: layer check");
            yield break;
        }

        yield return Finding.Good($"{reach.Host} answers", "It was asked without signing in; 'layer check' tries the rest.");
        if (reach.Skew is not { } skew)
            yield break;
        yield return skew.Duration() > OddClock
            ? Finding.Bad("Clock differs from Azure's", $"This machine is {Math.Abs(skew.TotalMinutes):N0} minutes {(skew > TimeSpan.Zero ? "ahead" : "behind")}: no sync is sealed.", "Set the clock by NTP: timedatectl set-ntp true")
            : Finding.Good("Clock agrees with Azure's", $"They differ by {Math.Abs(skew.TotalSeconds):N0} seconds.");
    }

    private async Task<Finding> PublicAsync(Uri address, CancellationToken cancellationToken)
    {
        // The administrator's own address, which is usually inside the network: one fixed path is asked, and no redirect followed.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        const string fix = "Check Layer:PublicUrl, the name in DNS, the certificate, and that 'layer serve' runs behind it.";
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/livez"), cancellationToken);
            return answer.IsSuccessStatusCode
                ? Finding.Good("Public address leads here", $"{address} answers over https.")
                : Finding.Bad("Public address leads elsewhere", $"{address} answers with {(int)answer.StatusCode}.", fix);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Finding.Bad("Public address is not reached", $"{address}: {unreachable.InnerException?.Message ?? unreachable.Message}", fix);
        }
    }

    private async Task<Finding> KeysAsync(CancellationToken cancellationToken)
    {
        var sealedValues = await SealedColumn.ReadAllAsync(layer.Database, cancellationToken);
        try
        {
            layer.Ring.Check(sealedValues);
            return Finding.Good("Keys open what is sealed", $"{sealedValues.Count} sealed values, {layer.Ring.KeyIds.Count} {(layer.Ring.KeyIds.Count == 1 ? "key" : "keys: a rekey has not finished")}.");
        }
        catch (RefusedException refused)
        {
            return OfCard(refused.Failure);
        }
    }

    private async Task<Finding> SignedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await layer.Ledger.RefuseRollbackAsync(cancellationToken);
            return Finding.Good("Log extends what was signed", "It is the one of the last line of checkpoints.log.");
        }
        catch (RefusedException refused)
        {
            return OfCard(refused.Failure);
        }
    }

    private static Finding OfCard(Failure failure)
    {
        var card = ErrorCatalog.Card(failure, connecting: false);
        return Finding.Bad(card.Title, card.Why, string.Join(" ", card.DoThis.Concat(card.Commands)));
    }

    private Finding Backup()
    {
        const string fix = "Make one with 'layer backup create', every day, and copy it to another machine.";
        if (new BackupStore(layer.Folder, layer.Clock).FindLast() is not { } last)
            return Finding.Odd("No backup was made here", "'layer backup create' never ended well in this data folder.", fix);
        var age = layer.Clock.GetUtcNow() - last.At;
        return age > OldBackup
            ? Finding.Bad("Backup is old", $"The last one is of {last.At:yyyy-MM-dd HH:mm} UTC: {last.File}", fix)
            : Finding.Good("Backup is fresh", $"{last.At:yyyy-MM-dd HH:mm} UTC: {last.File}");
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
