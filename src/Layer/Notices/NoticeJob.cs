using System.Data.Common;
using Layer.Operations;
using Quartz;

namespace Layer.Notices;

/// <summary>Looks every minute at what is to be told; on one node at a time.</summary>
[DisallowConcurrentExecution]
internal sealed class NoticeJob(Installation layer, NoticeSender sender, ILogger<NoticeJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var workspace in (await layer.Workspaces.ListAsync(cancellationToken)).Where(workspace => !workspace.Sample))
                await sender.RunAsync(workspace, cancellationToken);
        }
        catch (Exception e) when (e is DbException or RefusedException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            log.LogError("Nobody was told: {Exception}", e is RefusedException refused ? refused.Failure.Code : e.GetType().Name);
        }
    }
}
