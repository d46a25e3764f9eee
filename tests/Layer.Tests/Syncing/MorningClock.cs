namespace Layer.Tests.Syncing;

/// <summary>Runs as fast as the real clock, from one morning on: a long test stays within a day, whenever it is started.</summary>
internal sealed class MorningClock : TimeProvider
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    private readonly long _started = System.GetTimestamp();
    private int _days;

    public override DateTimeOffset GetUtcNow() => Morning.AddDays(_days) + System.GetElapsedTime(_started);

    /// <summary>The morning after.</summary>
    public void MoveToNextDay() => _days++;
}

/// <summary>Shortens waits while <see cref="Hurried"/>, for answers that never come.</summary>
internal sealed class HurriedClock(TimeProvider inner) : TimeProvider
{
    private const int Faster = 100;

    public bool Hurried { get; set; }

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, Hurried && dueTime > TimeSpan.Zero ? dueTime / Faster : dueTime, period);
}
