using Layer.Evidence.Leaves;
using Layer.Ledger;

namespace Layer.Access;

/// <summary>Seals what people did: sign-ins, refusals, changes of access, exports. What is not sealed did not happen: an entry that cannot be written stops the act.</summary>
internal sealed class AuditTrail(EvidenceLedger ledger, ServedWorkspace served)
{
    /// <param name="actor">Who, e.g. <c>user:0192…</c> or <c>stranger</c>.</param>
    /// <param name="action">What, e.g. <c>access.signed-in</c>.</param>
    /// <param name="subject">To what: an id; null when to the workspace as a whole.</param>
    /// <param name="reason">Why, in a person's words or as a code; null when none.</param>
    /// <param name="cancellationToken">Cancelled before the commit: nothing is stored.</param>
    public Task WriteAsync(string actor, string action, string? subject, string? reason, CancellationToken cancellationToken) =>
        ledger.AppendAsync(served.Workspace.Id, (log, _) =>
        {
            log.Add(new AuditLeaf(actor, action, subject, reason));
            return Task.CompletedTask;
        }, cancellationToken);
}
