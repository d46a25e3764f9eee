using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Syncing;

/// <summary>Whoever waits on it waits no real time: the clock behind it moves on by as much.</summary>
internal sealed class WaitingClock(FakeTimeProvider inner) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = inner.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
            inner.Advance(dueTime);
        return timer;
    }
}
