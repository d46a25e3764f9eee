using System.Data.Common;
using Npgsql;

namespace Layer.Storage;

/// <summary>
/// A node that froze inside a transaction (a stopped process, a paused virtual machine) keeps its row locks for as long as its connections stand, and with them
/// every other node. When one of its sessions blocks somebody and has waited for its own client too long, all of its sessions are ended; when it wakes up, what
/// it had begun fails and is tried again.
/// </summary>
/// <remarks>
/// All of them: others of the frozen node wait in the same queue, and each would be given the lock in turn. PostgreSQL's own limit for idle transactions ends
/// them one by one, and does not count while a COPY waits for its data.
/// </remarks>
internal sealed class FrozenSessions(DatabaseAddress.Postgres address, TimeProvider clock, ILogger<FrozenSessions> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    // Only sessions of our own role in our own database can be seen and ended; a node's have its name (PostgresEngine.Named).
    private const string End =
        """
        SELECT pg_terminate_backend(s.pid) FROM pg_stat_activity s
        WHERE s.datname = current_database() AND s.usename = current_user AND s.application_name <> @own AND s.application_name IN (
          SELECT f.application_name FROM pg_stat_activity f
          WHERE f.datname = current_database() AND f.usename = current_user AND f.application_name LIKE 'layer %'
            AND f.wait_event = 'ClientRead' AND f.state IN ('idle in transaction', 'idle in transaction (aborted)', 'active')
            AND f.state_change < clock_timestamp() - interval '10 seconds'
            AND f.pid IN (SELECT unnest(pg_blocking_pids(w.pid)) FROM pg_stat_activity w WHERE w.wait_event_type = 'Lock'))
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A pool of its own: the other one is empty exactly when everybody waits.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgresEngine.Named(address.ConnectionString)) { MaxPoolSize = 1, MinPoolSize = 0 });
        using var timer = new PeriodicTimer(Between, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stoppingToken);
                var ended = 0;
                await foreach (var _ in connection.QueryAsync(End, stoppingToken, ("@own", PostgresEngine.NodeName)))
                    ended++;
                if (ended > 0)
                    log.LogWarning("Ended {Count} database sessions of a node that kept others waiting and did not go on itself.", ended);
            }
            catch (DbException unreachable)
            {
                log.LogWarning("Sessions that keep others waiting were not looked for: {Exception}", unreachable.GetType().Name);
            }
        }
    }
}
