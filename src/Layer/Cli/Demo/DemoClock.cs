namespace Layer.Cli.Demo;

/// <summary>A clock that can be set forward and then runs on as the real one does. Only the demo makes one.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _set = start;
    private long _since = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _set + System.GetElapsedTime(_since);
    }

    /// <summary>Sets the clock; it never goes back, or the log would refuse to append.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        lock (_gate)
        {
            if (instant <= GetUtcNow())
                throw new ArgumentOutOfRangeException(nameof(instant), instant, "A clock that goes back would forge dates.");
            (_set, _since) = (instant, System.GetTimestamp());
        }
    }
}

/// <summary>A clock whose hand moves every ten seconds: what happens in the made-up Azure has the same times whenever the story is told again.</summary>
internal sealed class CoarseClock(TimeProvider clock) : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % (10 * TimeSpan.TicksPerSecond)));
    }
}
