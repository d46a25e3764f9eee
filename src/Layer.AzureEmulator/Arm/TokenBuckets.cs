using System.Collections.Concurrent;

namespace Layer.AzureEmulator.Arm;

/// <summary>Remaining reads after this one; <c>RetryAfter</c> in seconds when the bucket was dry.</summary>
internal readonly record struct Drawn(int Remaining, int GlobalRemaining, int? RetryAfter);

/// <summary>
/// ARM's token buckets (azure-wire §5.1): 250 reads refilled by 25 a second per subscription and principal, and fifteen times that per
/// subscription for everybody together. The emulator stands for one region. Refilled by the world's clock.
/// </summary>
internal sealed class TokenBuckets(EmulatorOptions options)
{
    private const int Size = 250, PerSecond = 25, Global = 15;

    private readonly ConcurrentDictionary<(Guid, Guid), Bucket> _own = new();
    private readonly ConcurrentDictionary<Guid, Bucket> _global = new();

    /// <summary>Takes one read. The place is a subscription, or a tenant for what has no subscription.</summary>
    public Drawn Draw(Guid place, Guid principal)
    {
        if (!options.Throttling)
            return new Drawn(Size - 1, Size * Global - 1, null);
        var now = options.Clock.GetUtcNow();
        var global = _global.GetOrAdd(place, _ => new Bucket(Size * Global, PerSecond * Global, now));
        var own = _own.GetOrAdd((place, principal), _ => new Bucket(Size, PerSecond, now));
        var mine = own.Take(now);
        if (mine is null)
            return new Drawn(0, global.Left, own.SecondsToRefill);
        var all = global.Take(now);
        return all is null ? new Drawn(mine.Value, 0, global.SecondsToRefill) : new Drawn(mine.Value, all.Value, null);
    }

    private sealed class Bucket(int size, int perSecond, DateTimeOffset start)
    {
        private readonly Lock _gate = new();
        private double _tokens = size;
        private DateTimeOffset _filled = start;

        public int Left => (int)_tokens;

        // Azure names a time at which there is room for many reads again (recording arm-429-SubscriptionRequestsThrottled-2026: 10).
        public int SecondsToRefill => size / perSecond;

        public int? Take(DateTimeOffset now)
        {
            lock (_gate)
            {
                if (now > _filled)
                {
                    _tokens = Math.Min(size, _tokens + (now - _filled).TotalSeconds * perSecond);
                    _filled = now;
                }
                if (_tokens < 1)
                    return null;
                return (int)(_tokens -= 1);
            }
        }
    }
}
