using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>The subscriptions that the audit of a window covers (docs/evidence-format.md §7).</summary>
/// <param name="Statement">The scope statement in force; null when nobody stated anything, and then every connected subscription is covered.</param>
/// <param name="Subscriptions">Ascending.</param>
public sealed record AuditScope(ScopeLeaf? Statement, IReadOnlyList<Guid> Subscriptions)
{
    /// <summary>The scope of a window, as the leaves with an index less than <paramref name="below"/> say.</summary>
    public static AuditScope Of(AuditLog log, AuditWindow window, long below)
    {
        var statement = log.Scopes.LastOrDefault(scope => scope.Index < below && scope.Leaf.Window == window).Leaf;
        return new AuditScope(statement, statement?.Included ?? [.. Stood(log, window, below).Order()]);
    }

    /// <summary>The subscriptions with a connection that stood in the window: made before its end, and not ended before its beginning.</summary>
    internal static HashSet<Guid> Stood(AuditLog log, AuditWindow window, long below)
    {
        var ended = new HashSet<Guid>();
        var connections = new Dictionary<Guid, Guid>();
        foreach (var leaf in log.Connections.TakeWhile(leaf => leaf.Index < below && leaf.Day < window.To))
        {
            connections[leaf.Leaf.Connection] = leaf.Leaf.Subscription;
            if (leaf.Day < window.From && leaf.Leaf.Change is ConnectionChange.Disconnected or ConnectionChange.SubscriptionGone)
                ended.Add(leaf.Leaf.Connection);
        }

        return [.. connections.Where(connection => !ended.Contains(connection.Key)).Select(connection => connection.Value)];
    }
}
