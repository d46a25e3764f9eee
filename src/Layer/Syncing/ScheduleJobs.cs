using System.Data.Common;
using Layer.Connections;
using Layer.Notices;
using Layer.Operations;
using Layer.Storage;
using Quartz;

namespace Layer.Syncing;

/// <summary>
/// The timers of the schedule: one trigger per connection, kept by Quartz; on PostgreSQL in its tables, so that nodes share the work and take over from each
/// other. What is due is decided by <see cref="DueSyncs"/> from our own rows alone: a lost timer is set again by the next sweep.
/// </summary>
internal static class ScheduleJobs
{
    // More than run at once: whoever waits for a place must not keep another workspace's from being chosen.
    private const int Threads = 64;

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    public static IServiceCollection AddSchedule(this IServiceCollection services, Installation layer)
    {
        services.AddSingleton(new PlannedConnections(layer.Database)).AddSingleton<ScheduledSyncs>();
        if (layer.Database.Address is DatabaseAddress.Postgres address)
            services.AddSingleton(address).AddHostedService<FrozenSessions>();
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(layer.Clock);
            quartz.UseDefaultThreadPool(Threads);
            if (layer.Database.Address is DatabaseAddress.Postgres postgres)
            {
                quartz.UsePersistentStore(store =>
                {
                    store.ProvisionSchema();
                    store.UsePostgres(Npgsql.NpgsqlFactory.Instance, PostgresEngine.Named(postgres.ConnectionString));
                    store.UseClustering();
                });
            }
            else
            {
                quartz.UseInMemoryStore();
            }

            quartz.ScheduleJob<SweepJob>(
                trigger => trigger.WithIdentity("sweep").WithSimpleSchedule(simple => simple.WithInterval(BetweenSweeps).RepeatForever()),
                job => job.WithIdentity("sweep"));
        });
        if (layer.Settings.Notices.Any)
        {
            services.AddSingleton(new NoticeBoard(layer)).AddSingleton(NoticeChannels.Of(layer.Settings, layer.Clock)).AddSingleton<NoticeSender>();
            services.AddQuartz(quartz => quartz.ScheduleJob<NoticeJob>(
                trigger => trigger.WithIdentity("notices").WithSimpleSchedule(simple => simple.WithInterval(BetweenSweeps).RepeatForever()), job => job.WithIdentity("notices")));
        }

        // Whoever reads is told to stop and records that it was; waiting for a reading to end would take minutes.
        services.Configure<QuartzSchedulerOptions>(options => options.ShutdownJobInterruption = ShutdownJobInterruption.Always);
        return services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }

    public static ITrigger TriggerOf(Guid connection, DateTimeOffset at) => TriggerBuilder.Create()
        .WithIdentity(connection.ToString(), SyncJob.Group).ForJob(connection.ToString(), SyncJob.Group).StartAt(at).Build();
}

/// <summary>What the timers run.</summary>
internal sealed class ScheduledSyncs
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMinutes(5);

    private readonly Installation _layer;
    private readonly Connections.Web.AfterSync _after;
    private readonly ILogger<ScheduledSyncs> _log;
    private readonly DueSyncs _due;

    public ScheduledSyncs(Installation layer, PlannedConnections planned, Connections.Web.AfterSync after, ILogger<ScheduledSyncs> log)
    {
        (_layer, _after, _log) = (layer, after, log);
        _due = new DueSyncs(planned, () => layer.Syncs, AfterAsync, layer.Clock);
    }

    /// <inheritdoc cref="DueSyncs.LookAsync"/>
    public async Task<DateTimeOffset?> LookAsync(Guid connection, CancellationToken cancellationToken)
    {
        try
        {
            return await _due.LookAsync(connection, cancellationToken);
        }
        catch (Exception e) when (e is RefusedException or DbException or IOException)
        {
            _log.LogError("The schedule, connection {Connection}: {Code}", connection, e is RefusedException refused ? refused.Failure.Code : e.GetType().Name);
            return _layer.Clock.GetUtcNow() + AfterTrouble;
        }
    }

    private async Task AfterAsync(Connection connection, SyncResult result, CancellationToken cancellationToken)
    {
        if (result.Failure is { } failure)
            _log.LogWarning("The schedule, connection {Connection}: {Code}", connection.Id, failure.Code);
        else if (await _layer.Workspaces.FindAsync(connection.Workspace, cancellationToken) is { } workspace)
            await _after.RunAsync(workspace, [connection], cancellationToken);
    }
}

/// <summary>The alarm of one connection.</summary>
[DisallowConcurrentExecution]
internal sealed class SyncJob(ScheduledSyncs syncs) : IJob
{
    public const string Group = "connection";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var connection = Guid.ParseExact(context.JobDetail.Key.Name, "D"); // named by the sweep
        if (await syncs.LookAsync(connection, cancellationToken) is { } next && !cancellationToken.IsCancellationRequested)
            await context.Scheduler.ScheduleTrigger(ScheduleJobs.TriggerOf(connection, next), TriggerConflict.Replace, cancellationToken);
    }
}

/// <summary>Sets the alarms that are missing or too late: of new connections, of resumed ones, after a start, after a lost timer.</summary>
[DisallowConcurrentExecution]
internal sealed class SweepJob(PlannedConnections planned, TimeProvider clock, ILogger<SweepJob> log) : IJob
{
    private static readonly TimeSpan Close = TimeSpan.FromSeconds(1);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await SweepAsync(context.Scheduler, cancellationToken);
        }
        catch (DbException e)
        {
            log.LogError("The schedule was not looked over: {Exception}", e.GetType().Name);
        }
        catch (SchedulerException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; the next one looks over it at its start.
        }
    }

    private async Task SweepAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var set = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
        var query = new TriggerQuery { Group = GroupMatcher<TriggerKey>.GroupEquals(SyncJob.Group), Take = PagedQuery.All };
        foreach (var trigger in (await scheduler.QueryTriggers(query, cancellationToken)).Items)
            set[trigger.Key.Name] = trigger.NextFireTimeUtc;
        foreach (var connection in await planned.ListAsync(cancellationToken))
        {
            if (DailySchedule.Next(connection) is not { } next)
                continue;
            var id = connection.Connection.Id;
            var now = clock.GetUtcNow();
            var at = next > now ? next : now;
            if (set.TryGetValue(id.ToString(), out var alarm) && alarm <= at + Close)
                continue;
            var job = JobBuilder.Create<SyncJob>().WithIdentity(id.ToString(), SyncJob.Group).StoreDurably().RequestRecovery().Build();
            await scheduler.AddJob(job, AddJobOptions.Replacing, cancellationToken);
            await scheduler.ScheduleTrigger(ScheduleJobs.TriggerOf(id, at), TriggerConflict.KeepEarlier, cancellationToken);
        }
    }
}
