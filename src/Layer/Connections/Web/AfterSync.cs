using System.Data.Common;
using Layer.Operations;
using Layer.Workspaces;

namespace Layer.Connections.Web;

/// <summary>What is done after a sync when it is set up: names are looked up, the checkpoint is stamped. Whatever becomes of it, the sync stands.</summary>
internal sealed class AfterSync(Installation layer, ILogger<AfterSync> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public async Task RunAsync(Workspace workspace, IReadOnlyList<Connection> connections, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, layer.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (layer.Timestamps is { } timestamps)
                await timestamps.StampOnceADayAsync(workspace.Id, either.Token);
            if (layer.LooksUpNames || workspace.Sample)
                await layer.NamesOf(workspace, layer.Connector).RefreshAsync(connections, all: false, either.Token);
        }
        catch (Exception e) when (e is RefusedException or DbException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("After the sync: {Code}", e is RefusedException refused ? refused.Failure.Code : e.GetType().Name);
        }
    }
}
