using System.Data.Common;

namespace Layer.Connections.Web;

/// <summary>Deletes drafts, and the sealed secrets in them, within a minute of their end: a page said that they are kept for 24 hours, and nobody may ever come back to it.</summary>
internal sealed class ExpiredDrafts(ConnectDrafts drafts, TimeProvider clock, ILogger<ExpiredDrafts> log) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var looks = new PeriodicTimer(BetweenLooks, clock);
        do
        {
            try
            {
                await drafts.DeleteExpiredAsync(stoppingToken);
            }
            catch (DbException e)
            {
                // Until it works again no page shows them: what is expired is not read.
                log.LogWarning("Drafts that expired: {Exception}", e.GetType().Name);
            }
        }
        while (await looks.WaitForNextTickAsync(stoppingToken));
    }
}
