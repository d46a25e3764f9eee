using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;
using Layer.Operations;

namespace Layer.Connections;

/// <summary>Waits for a right to spread through Azure, which takes minutes after it was granted, sometimes half an hour.</summary>
internal sealed class PropagationWait(TimeProvider clock, TimeSpan limit)
{
    /// <summary>Beyond this the role was not granted, whatever Azure says meanwhile.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset _end = clock.GetUtcNow() + (limit < Longest ? limit : Longest);
    private TimeSpan _delay = TimeSpan.FromSeconds(5);

    /// <summary>Waits a while when the failure is one that time may heal.</summary>
    /// <returns>False at once when it is not, or when the time is up: the failure is then the verdict.</returns>
    public async Task<bool> AgainAsync(Failure failure, Action<TimeSpan> told, CancellationToken cancellationToken)
    {
        var left = _end - clock.GetUtcNow();
        if (left <= TimeSpan.Zero || ErrorCatalog.Get(failure.Code).Persistence != Persistence.Spreading)
            return false;
        told(left);
        // The last attempt is made exactly at the end.
        await Task.Delay(_delay < left ? _delay : left, clock, cancellationToken);
        _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
        return true;
    }
}
