using System.Globalization;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Walks through the days of one subscription, over all its connections.</summary>
internal sealed class SubscriptionDays(
    Guid subscription, string name, IEnumerable<Placed<ConnectionLeaf>> history, IEnumerable<AuditReading> attempts, DateOnly endOfLog)
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(6);

    private readonly Queue<Placed<ConnectionLeaf>> _history = new(history);
    private readonly Queue<AuditReading> _attempts = new(attempts.OrderBy(attempt => attempt.Day).ThenBy(attempt => attempt.Index));
    private readonly Dictionary<Guid, string?> _schedules = [];

    // What a line says when nothing was attempted, and the leaf that made it so.
    private string _status = CoverageState.NotConnected;
    private ConnectionLeaf? _cause;

    /// <summary>The line of a day. To be asked for each day once, ascending.</summary>
    public CoverageLine Next(DateOnly day)
    {
        while (_history.TryPeek(out var leaf) && leaf.Day <= day)
            Follow(_history.Dequeue().Leaf);
        AuditReading? lastReading = null;
        AuditReading? lastAttempt = null;
        var isInTime = false;
        while (_attempts.TryPeek(out var next) && next.Day == day)
        {
            var attempt = _attempts.Dequeue();
            if (!attempt.IsComplete)
            {
                lastAttempt = attempt;
                continue;
            }

            lastReading = attempt;
            isInTime |= !IsLate(attempt, day);
        }

        if (lastReading is not null)
            return Line(day, isInTime ? CoverageState.Complete : CoverageState.Late, lastReading, code: null);
        if (_status == CoverageState.Gone)
            return Caused(day);
        if (day >= endOfLog)
            return Line(day, CoverageState.NotDue, attempt: null, code: null);
        if (lastAttempt is { } failed)
            return Line(day, CoverageState.Failed, failed, failed.Status == ManifestStatus.Cancelled ? "CANCELLED" : failed.Code);
        return Caused(day);
    }

    private CoverageLine Line(DateOnly day, string state, AuditReading? attempt, string? code) =>
        new(day, subscription, name, state, code, By: null, Reason: null, attempt?.ObservedFrom, attempt?.Connection, attempt?.Index);

    private CoverageLine Caused(DateOnly day) => Line(day, _status, attempt: null, code: null) with { By = _cause?.Actor, Reason = _cause?.Reason };

    private void Follow(ConnectionLeaf leaf)
    {
        _schedules[leaf.Connection] = leaf.Schedule;
        switch (leaf.Change)
        {
            case ConnectionChange.Created or ConnectionChange.Resumed:
                (_status, _cause) = (CoverageState.Missed, null);
                break;
            case ConnectionChange.Paused:
                (_status, _cause) = (CoverageState.Paused, leaf);
                break;
            case ConnectionChange.Disconnected:
                (_status, _cause) = (CoverageState.Disconnected, leaf);
                break;
            case ConnectionChange.SubscriptionGone:
                (_status, _cause) = (CoverageState.Gone, leaf);
                break;
            default:
                break;
        }
    }

    private bool IsLate(AuditReading reading, DateOnly day) =>
        reading.Trigger == ManifestTrigger.CatchUp
        || (_schedules.GetValueOrDefault(reading.Connection) is { } schedule && FindTime(schedule) is { } due
            && reading.ObservedFrom > new DateTimeOffset(day.ToDateTime(due), TimeSpan.Zero) + Grace);

    private static TimeOnly? FindTime(string schedule) =>
        TimeOnly.TryParseExact(schedule, "'daily@'HH':'mm'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
