using Layer.Evidence.Frameworks;

namespace Layer.Evidence.Audits;

/// <summary>The records of one connection and evidence type that a bundle is about.</summary>
/// <param name="Connection">The connection; its subscription is in scope.</param>
/// <param name="Subscription">Its subscription.</param>
/// <param name="Type">The evidence type.</param>
/// <param name="Window">Base and window's records.</param>
internal sealed record BundleRecords(Guid Connection, Guid Subscription, EvidenceType Type, WindowRecords Window)
{
    /// <summary>Base, if there is one, and window's records: ascending.</summary>
    public IEnumerable<AuditRecord> All => Window.Base is { } before ? Window.Records.Prepend(before) : Window.Records;

    /// <summary>Of each connection in scope and evidence type; ascending by connection.</summary>
    public static IEnumerable<BundleRecords> Of(AuditLog log, BundleHead head, AuditScope scope)
    {
        var connections = log.ConnectionsBySubscription(head.Checkpoint);
        return scope.Subscriptions
            .SelectMany(subscription => connections[subscription].Select(connection => (Connection: connection, Subscription: subscription)))
            .OrderBy(each => each.Connection.ToString("D"), StringComparer.Ordinal)
            .SelectMany(each => EvidenceType.All.Select(type => new BundleRecords(
                each.Connection, each.Subscription, type, WindowRecords.Of(log, each.Connection, type.Id, head.Window, head.Checkpoint))));
    }

    /// <summary>The newest record at hand with changes, at or before the base; null when there is none.</summary>
    public AuditRecord? FindLastChanged(AuditLog log) => Window.Base is { } start
        ? log.RecordsOf(Connection, Type.Id, start.Index + 1).Where(record => record.HasChanges).Select(record => (AuditRecord?)record).LastOrDefault()
        : null;
}
