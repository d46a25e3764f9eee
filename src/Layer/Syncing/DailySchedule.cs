using System.Buffers.Binary;
using System.Security.Cryptography;
using Layer.Connections;
using Layer.Evidence.Errors;
using Layer.Ledger;
using Layer.Operations;

namespace Layer.Syncing;

/// <summary>
/// When a connection is read next. It follows from the connection's id and its stored attempts alone, so a restart, another node or a lost timer changes nothing.
/// </summary>
internal static class DailySchedule
{
    /// <summary>Who acts, as manifests name it.</summary>
    public const string Actor = "schedule";

    /// <summary>Readings begin in this part of the UTC day; the rest of it is left for trying again.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(20);

    /// <summary>A reading that begins later than this after its time is late, and says so.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // Whoever connects reads at once; only when that was cut short does the schedule begin.
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterCancel = TimeSpan.FromSeconds(10);

    // A person has to act first; until then this is enough to notice it on the same day.
    private static readonly TimeSpan Probe = TimeSpan.FromHours(6);

    // With the back-off above about an hour and a half: no right takes longer to spread.
    private const int SpreadingAttempts = 6;

    /// <summary>The UTC time of day of a connection: the same every day, and spread over the window between connections.</summary>
    public static TimeSpan TimeOfDay(Guid connection) =>
        TimeSpan.FromSeconds(Draw(connection, connection) % (ulong)Window.TotalSeconds);

    /// <summary>When the connection is to be read next; in the past when it is overdue. Null while it is paused, and once it is ended.</summary>
    public static DateTimeOffset? Next(PlannedConnection planned)
    {
        var connection = planned.Connection;
        if (connection.State is ConnectionState.Paused or ConnectionState.Disconnected)
            return null;
        if (planned.Newest is not { } newest)
            return connection.CreatedAt + Beginning;
        if (newest.Status == SyncStatus.Complete)
            return DueOn(connection.Id, newest.Day.AddDays(1));
        var again = newest.EndedAt + PauseAfter(connection.Id, newest, planned.FailuresInARow);
        var due = NextDue(connection.Id, newest.StartedAt);
        return again < due ? again : due;
    }

    /// <summary>What a reading that begins now is called.</summary>
    public static SyncTrigger TriggerAt(PlannedConnection planned, DateTimeOffset now)
    {
        var connection = planned.Connection;
        var due = LastDue(connection.Id, now);
        if (planned.Newest is { } newest && newest.StartedAt >= due)
            return SyncTrigger.Retry;
        // While nobody was meant to read it, nothing was late.
        var meant = due > connection.Since ? due : connection.Since;
        return now - meant > Grace ? SyncTrigger.CatchUp : SyncTrigger.Scheduled;
    }

    private static TimeSpan PauseAfter(Guid connection, Attempt newest, long failures)
    {
        if (newest.Status == SyncStatus.Cancelled)
            return AfterCancel;
        var persistence = ErrorCatalog.Get(newest.Code!).Persistence; // a failed attempt has a code
        if (persistence == Persistence.Permanent || (persistence == Persistence.Spreading && failures > SpreadingAttempts))
            return Jittered(Probe);
        var doubled = FirstRetry * Math.Pow(2, Math.Min(failures - 1, 10));
        return Jittered(doubled < LongestRetry ? doubled : LongestRetry);

        // From 0.8 to 1.2 of it, the same however often it is asked.
        TimeSpan Jittered(TimeSpan pause) => pause * (0.8 + Draw(connection, newest.Id) % 4001 / 10_000.0);
    }

    private static DateTimeOffset NextDue(Guid connection, DateTimeOffset after)
    {
        var today = DueOn(connection, DateOnly.FromDateTime(after.UtcDateTime));
        return today > after ? today : today.AddDays(1);
    }

    private static DateTimeOffset LastDue(Guid connection, DateTimeOffset now)
    {
        var today = DueOn(connection, DateOnly.FromDateTime(now.UtcDateTime));
        return today <= now ? today : today.AddDays(-1);
    }

    private static DateTimeOffset DueOn(Guid connection, DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) + TimeOfDay(connection);

    private static ulong Draw(Guid connection, Guid of)
    {
        Span<byte> ids = stackalloc byte[32];
        connection.TryWriteBytes(ids, bigEndian: true, out _);
        of.TryWriteBytes(ids[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(ids, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
