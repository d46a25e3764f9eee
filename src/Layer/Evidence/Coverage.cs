using Layer.Cli;
using Layer.Storage;

namespace Layer.Evidence;

/// <summary>How a UTC day of a connection stands (docs/evidence-format.md §7).</summary>
internal enum DayState
{
    /// <summary>Read to its end on that day.</summary>
    Complete,

    /// <summary>Read to its end on that day, but only by catching up.</summary>
    Late,

    /// <summary>Tried, and not read to its end.</summary>
    Failed,

    /// <summary>Not tried at all.</summary>
    Missed,

    /// <summary>Before the connection was made, or after it ended.</summary>
    NotConnected,

    /// <summary>Today, and not yet read; or still to come.</summary>
    NotDue,
}

/// <summary>One day of one connection. It says when Layer read Azure, not that a control operated. The code is that of the last failed attempt.</summary>
internal sealed record CoverageDay(DateOnly Day, DayState State, string? Code)
{
    public bool IsCovered => State is DayState.Complete or DayState.Late;

    /// <summary>The day has passed, was expected, and cannot be made good any more.</summary>
    public bool IsMissing => State is DayState.Failed or DayState.Missed or DayState.NotConnected;
}

/// <summary>The days of a window for one connection.</summary>
internal sealed record ConnectionCoverage(Guid Connection, string Name, IReadOnlyList<CoverageDay> Days)
{
    public int Covered => Days.Count(day => day.IsCovered);

    public int Missing => Days.Count(day => day.IsMissing);

    public int Expected => Days.Count(day => day.State != DayState.NotDue);
}

/// <summary>Which days were read: counted from the attempts that are there, never from a schedule that should have run.</summary>
internal sealed class Coverage(LayerDatabase database, Guid workspace, TimeProvider clock)
{
    /// <summary>Without a window: from the first connection's first day until today.</summary>
    public async Task<IReadOnlyList<ConnectionCoverage>> ReadAsync(Window? window, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var connections = await ConnectionsAsync(cancellationToken);
        if (connections.Count == 0)
            return [];
        var days = window ?? new Window(connections.Min(c => c.From), today);
        var attempts = await AttemptsAsync(days, cancellationToken);
        return [.. connections.Select(c => new ConnectionCoverage(c.Id, c.Name, [.. Each(days).Select(day => Judge(c, day, attempts[(c.Id, day)], today))]))];
    }

    private static CoverageDay Judge(Connected connection, DateOnly day, IEnumerable<Attempt> attempts, DateOnly today)
    {
        Attempt? complete = null, failed = null;
        foreach (var attempt in attempts)
        {
            if (attempt.Status == "complete")
                complete = complete is { Trigger: not "catch-up" } ? complete : attempt;
            else
                failed = attempt;
        }

        if (complete is not null)
            return new CoverageDay(day, complete.Trigger == "catch-up" ? DayState.Late : DayState.Complete, null);
        if (day >= today)
            return new CoverageDay(day, DayState.NotDue, null);
        if (day < connection.From || day > connection.To)
            return new CoverageDay(day, DayState.NotConnected, null);
        return failed is null ? new CoverageDay(day, DayState.Missed, null) : new CoverageDay(day, DayState.Failed, failed.Code ?? "CANCELLED");
    }

    private static IEnumerable<DateOnly> Each(Window window)
    {
        for (var day = window.From; day <= window.To; day = day.AddDays(1))
            yield return day;
    }

    private async Task<List<Connected>> ConnectionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var connected = new List<Connected>();
        var rows = connection.QueryAsync(
            "SELECT id, name, created_at, disconnected_at FROM connection WHERE workspace = @workspace ORDER BY name",
            cancellationToken, ("@workspace", database.Engine.Id(workspace)));
        await foreach (var row in rows)
            connected.Add(new Connected(database.Engine.ReadId(row, 0), row.GetString(1), DayOf(row.GetInt64(2)), row.IsDBNull(3) ? DateOnly.MaxValue : DayOf(row.GetInt64(3))));
        return connected;
    }

    private async Task<ILookup<(Guid Connection, DateOnly Day), Attempt>> AttemptsAsync(Window window, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var attempts = new List<((Guid, DateOnly) Place, Attempt Attempt)>();
        var rows = connection.QueryAsync(
            """SELECT connection, day, status, "trigger", code FROM sync WHERE workspace = @workspace AND day >= @from AND day <= @to ORDER BY connection, seq""",
            cancellationToken, ("@workspace", database.Engine.Id(workspace)), ("@from", window.From.DayNumber), ("@to", window.To.DayNumber));
        await foreach (var row in rows)
        {
            attempts.Add(((database.Engine.ReadId(row, 0), DateOnly.FromDayNumber(row.GetInt32(1))),
                new Attempt(row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4))));
        }

        return attempts.ToLookup(each => each.Place, each => each.Attempt);
    }

    private static DateOnly DayOf(long ticks) => DateOnly.FromDateTime(new DateTime(ticks, DateTimeKind.Utc));

    private sealed record Connected(Guid Id, string Name, DateOnly From, DateOnly To);

    private sealed record Attempt(string Status, string Trigger, string? Code);
}
