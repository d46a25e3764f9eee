using Layer.Storage;

namespace Layer.Operations;

/// <summary>
/// Keeps the tables of the program's own bookkeeping small, by age and by number of rows: what pages showed of work that ended, and invitations that ran
/// out. Nothing that is evidence, or that an entry of the log speaks of, is in them.
/// </summary>
internal sealed class Housekeeping(LayerDatabase database, TimeProvider clock)
{
    /// <summary>For so long somebody may still look at what became of a check or a bundle.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>So many ended operations are kept at most, the newest of them.</summary>
    public const int KeptRows = 10_000;

    /// <returns>How many rows were deleted.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var old = (clock.GetUtcNow() - KeptFor).UtcTicks;
        await using var connection = await database.ConnectAsync(cancellationToken);
        // Each by itself: a short lock is worth more than one moment for all.
        var deleted = await connection.ExecuteAsync("DELETE FROM operation WHERE ended_at < @old", cancellationToken, ("@old", old));
        deleted += await connection.ExecuteAsync(
            $"DELETE FROM operation WHERE ended_at IS NOT NULL AND id NOT IN (SELECT id FROM operation WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT {KeptRows})", cancellationToken);
        return deleted + await connection.ExecuteAsync("DELETE FROM invitation WHERE expires_at < @old", cancellationToken, ("@old", old));
    }
}

/// <summary>Runs <see cref="Housekeeping"/> at the start of a server and once a day from then on.</summary>
internal sealed class DailyHousekeeping(LayerDatabase database, TimeProvider clock, ILogger<DailyHousekeeping> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var daily = new PeriodicTimer(TimeSpan.FromDays(1), clock);
        do
        {
            try
            {
                await new Housekeeping(database, clock).RunAsync(stoppingToken);
            }
            catch (System.Data.Common.DbException e)
            {
                // Tomorrow is another day; what a server is for goes on.
                log.LogWarning("Housekeeping: {Exception}", e.GetType().Name);
            }
        }
        while (await daily.WaitForNextTickAsync(stoppingToken));
    }
}
