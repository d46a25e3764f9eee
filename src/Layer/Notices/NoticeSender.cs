using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Notices;

/// <summary>
/// Tells each message once over each channel, whatever the number of nodes: it is an operation whose id follows from the message, so that of two nodes one stores
/// it. What did not arrive is tried again, less and less often, with the same id; a node that died while it sent may have told it, and it is told again.
/// </summary>
internal sealed class NoticeSender(LayerDatabase database, NoticeBoard board, IReadOnlyList<INoticeChannel> channels, TimeProvider clock, ILogger<NoticeSender> log)
{
    /// <summary>Kind of its operations.</summary>
    public const string Kind = "notice";

    /// <summary>Tries of one message over one channel: with the pauses between, about a day.</summary>
    public const int Tries = 11;

    private const string Actor = "schedule";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    // Longer than any channel's own deadline.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(5);

    /// <summary>Sends what is to be told of a workspace now.</summary>
    /// <returns>How many messages arrived.</returns>
    public async Task<int> RunAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var earlier = await EarlierAsync(workspace, cancellationToken);
        var arrived = 0;
        foreach (var notice in await board.ReadAsync(workspace, [.. earlier.Values.Select(ToldNotice.KeyOf).Distinct(StringComparer.Ordinal)], cancellationToken))
        {
            // A program collects checkpoints; people have them in every other message.
            foreach (var channel in channels.Where(channel => notice.Kind != NoticeKind.Checkpoint || channel is WebhookChannel))
            {
                var id = IdOf(workspace, notice, channel);
                if (await ClaimAsync(workspace, notice, channel, id, earlier.GetValueOrDefault(id), cancellationToken) is { } tries)
                    arrived += await SendAsync(notice, channel, id, tries, cancellationToken) ? 1 : 0;
            }
        }

        return arrived;
    }

    private async Task<Dictionary<Guid, Operation>> EarlierAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        return await db.Operations.AsNoTracking().Where(operation => operation.Workspace == workspace.Id && operation.Kind == Kind).ToDictionaryAsync(operation => operation.Id, cancellationToken);
    }

    private static Guid IdOf(Workspace workspace, Notice notice, INoticeChannel channel) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{workspace.Id}|{notice.Key}|{channel.Name}")).AsSpan(0, 16), bigEndian: true);

    // Null: it was told, another node tells it, or it is not yet time to try again.
    private async Task<int?> ClaimAsync(Workspace workspace, Notice notice, INoticeChannel channel, Guid id, Operation? earlier, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.CreateContext();
        if (earlier is null)
        {
            db.Operations.Add(new Operation
            {
                Id = id, Workspace = workspace.Id, Kind = Kind, Subject = $"{notice.Key}|{channel.Name}", Actor = Actor, State = OperationRunner.Running, StartedAt = now, Events = "[]",
            });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return 0;
            }
            catch (DbUpdateException)
            {
                return null;
            }
        }

        // A try whose end nobody stored is one too: the node died while it sent.
        var tries = ToldNotice.TriesOf(earlier) + (earlier.State == OperationRunner.Running ? 1 : 0);
        var due = (earlier.EndedAt ?? earlier.StartedAt + Abandoned) + (FirstPause * Math.Pow(2, Math.Min(tries - 1, 8)));
        if (earlier.State == OperationRunner.Succeeded || tries >= Tries || now < due)
            return null;
        var (state, started, ended) = (earlier.State, earlier.StartedAt, earlier.EndedAt);
        var json = new JsonObject { ["tries"] = tries }.ToJsonString();
        // The start moves with each try: of two nodes that both find the row of a dead one, only the first finds it as it was.
        var taken = await db.Operations.Where(operation => operation.Id == id && operation.State == state && operation.StartedAt == started && operation.EndedAt == ended)
            .ExecuteUpdateAsync(
                set => set.SetProperty(operation => operation.State, OperationRunner.Running).SetProperty(operation => operation.StartedAt, now)
                    .SetProperty(operation => operation.EndedAt, (DateTimeOffset?)null).SetProperty(operation => operation.Result, json),
                cancellationToken);
        return taken == 1 ? tries : null;
    }

    private async Task<bool> SendAsync(Notice notice, INoticeChannel channel, Guid id, int tries, CancellationToken cancellationToken)
    {
        var (state, result) = (OperationRunner.Succeeded, new JsonObject());
        try
        {
            await channel.SendAsync(notice, id, cancellationToken);
        }
        catch (RefusedException undelivered)
        {
            (state, result) = (OperationRunner.Failed, FailureJson.Describe(undelivered.Failure));
            log.LogWarning("Notice {Notice} over {Channel}: {Code}", id, channel.Name, undelivered.Failure.Code);
        }

        result["tries"] = tries + 1;
        var (ended, json) = ((DateTimeOffset?)clock.GetUtcNow(), result.ToJsonString());
        await using var db = database.CreateContext();
        await db.Operations.Where(operation => operation.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(operation => operation.State, state).SetProperty(operation => operation.EndedAt, ended).SetProperty(operation => operation.Result, json), CancellationToken.None);
        return state == OperationRunner.Succeeded;
    }
}
