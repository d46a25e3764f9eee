using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Name and tenant of subscriptions: of the newest connection leaf, else of the newest list of visible ones (docs/evidence-format.md §7).</summary>
internal sealed class SubscriptionNames
{
    private readonly Dictionary<Guid, ConnectionLeaf> _connected = [];
    private readonly Lazy<Dictionary<Guid, VisibleSubscription>> _visible;

    private SubscriptionNames(VisibleLists lists) => _visible = new(() =>
    {
        var newest = new Dictionary<Guid, VisibleSubscription>();
        foreach (var visible in lists.Leaves.SelectMany(leaf => lists.Of(leaf.Leaf)))
            newest[visible.Subscription] = visible;
        return newest;
    });

    public static SubscriptionNames Of(AuditLog log, long below, VisibleLists lists)
    {
        var names = new SubscriptionNames(lists);
        foreach (var leaf in log.Connections.TakeWhile(leaf => leaf.Index < below))
            names._connected[leaf.Leaf.Subscription] = leaf.Leaf;
        return names;
    }

    /// <summary>Empty when nothing at hand tells it.</summary>
    public string NameOf(Guid subscription) =>
        _connected.TryGetValue(subscription, out var connection) ? connection.Name : _visible.Value.GetValueOrDefault(subscription).Name ?? "";

    /// <summary>Empty when nothing at hand tells it.</summary>
    public string TenantOf(Guid subscription) => _connected.TryGetValue(subscription, out var connection)
        ? connection.Tenant.ToString("D")
        : _visible.Value.GetValueOrDefault(subscription).Tenant ?? "";
}
