using System.Text.Json.Nodes;
using Layer.Serving;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Notices;

/// <summary>What became of one message over one channel.</summary>
/// <param name="Kind">One of <see cref="NoticeKind"/>.</param>
/// <param name="About">The rest of its key: the code, the credential, the day.</param>
/// <param name="Channel">Over which.</param>
/// <param name="LastTriedAt">When the newest try began.</param>
/// <param name="DeliveredAt">When it was taken; null when it was not.</param>
/// <param name="Tries">How often it was tried, with the try that runs.</param>
/// <param name="Status"><c>delivered</c>, <c>sending</c>, <c>waiting</c> for its next try, or <c>given-up</c>.</param>
/// <param name="Code">Why the newest try failed; null unless it did.</param>
/// <param name="Reason">The same in words.</param>
internal sealed record ToldNotice(
    string Kind, string About, string Channel, DateTimeOffset LastTriedAt, DateTimeOffset? DeliveredAt, int Tries, string Status, string? Code, string? Reason)
{
    /// <summary>All that are still kept of a workspace, newest first.</summary>
    public static async Task<IReadOnlyList<ToldNotice>> ListAsync(LayerDatabase database, Guid workspace, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        var operations = await db.Operations.AsNoTracking().Where(operation => operation.Workspace == workspace && operation.Kind == NoticeSender.Kind)
            .OrderByDescending(operation => operation.StartedAt).ThenBy(operation => operation.Subject).ToListAsync(cancellationToken);
        return [.. operations.Select(Of)];
    }

    /// <summary>The key of the message; the subject is it and the channel, with a bar between.</summary>
    public static string KeyOf(Operation operation) => operation.Subject[..operation.Subject.LastIndexOf('|')];

    /// <summary>Tries whose end was stored.</summary>
    public static int TriesOf(Operation operation) => operation.Result is { } result && JsonNode.Parse(result)?["tries"] is { } tries ? tries.GetValue<int>() : 0;

    private static ToldNotice Of(Operation operation)
    {
        var key = KeyOf(operation);
        var bar = key.IndexOf('|');
        var running = operation.State == OperationRunner.Running;
        var tries = TriesOf(operation) + (running ? 1 : 0);
        var delivered = operation.State == OperationRunner.Succeeded;
        var failure = OperationRunner.FailureOf(operation);
        return new ToldNotice(
            key[..bar], key[(bar + 1)..].Replace('|', ' '), operation.Subject[(key.Length + 1)..], operation.StartedAt, delivered ? operation.EndedAt : null, tries,
            delivered ? "delivered" : running ? "sending" : tries >= NoticeSender.Tries ? "given-up" : "waiting", failure?.Code, failure?.Facts.GetValueOrDefault("reason"));
    }
}
