using System.Data.Common;
using Layer.Connections;
using Layer.Operations;

namespace Layer.Syncing;

/// <summary>Looks at a connection: reads it when it is due, and tells when to look again. Knows no timer, so that a year of it can be run by a clock in hand.</summary>
/// <param name="planned">What is stored.</param>
/// <param name="syncs">How it is read.</param>
/// <param name="after">Told each stored attempt; whatever it throws must not stop the schedule, so it throws nothing.</param>
/// <param name="clock">The clock.</param>
internal sealed class DueSyncs(PlannedConnections planned, Func<SyncRun> syncs, Func<Connection, SyncResult, CancellationToken, Task> after, TimeProvider clock)
{
    // Somebody else reads it; when that is over it is mostly no longer due.
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(15);

    /// <summary>Reads the connection when it is due.</summary>
    /// <returns>When to look again; null when there is nothing to wait for: it is paused, ended or not there.</returns>
    /// <exception cref="RefusedException">The log may not be signed, see <see cref="SyncRun.RunPlannedAsync"/>. What was read is stored.</exception>
    /// <exception cref="DbException">The database did not answer.</exception>
    public async Task<DateTimeOffset?> LookAsync(Guid connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await planned.FindAsync(connection, cancellationToken) is not { } found || DailySchedule.Next(found) is not { } next)
            return null;
        if (next > now)
            return next;
        var result = await syncs().RunPlannedAsync(found.Connection, DailySchedule.TriggerAt(found, now), DailySchedule.Actor, cancellationToken);
        if (result.Sync is null)
            return clock.GetUtcNow() + Busy;
        await after(found.Connection, result, cancellationToken);
        return await planned.FindAsync(connection, cancellationToken) is { } then ? DailySchedule.Next(then) : null;
    }
}
