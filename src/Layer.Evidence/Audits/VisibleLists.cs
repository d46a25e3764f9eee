using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>One subscription of a list of visible ones.</summary>
internal readonly record struct VisibleSubscription(Guid Subscription, string? Name, string? Tenant);

/// <summary>The lists of visible subscriptions that were read in a window.</summary>
internal sealed class VisibleLists(AuditLog log, AuditWindow window, long below, IAuditSource source)
{
    // An app registration sees the same from day to day: one observation for many leaves.
    private readonly Dictionary<Digest, VisibleSubscription[]> _lists = [];

    /// <summary>Each leaf that was observed in the window, ascending.</summary>
    public IEnumerable<Placed<VisibleLeaf>> Leaves =>
        log.Visible.TakeWhile(leaf => leaf.Index < below).Where(leaf => window.Contains(leaf.Leaf.Observed.From));

    /// <summary>What a leaf lists.</summary>
    /// <exception cref="FormatException">The observation is of another type, or not of its form.</exception>
    public IReadOnlyList<VisibleSubscription> Of(VisibleLeaf leaf)
    {
        if (!_lists.TryGetValue(leaf.Digest, out var list))
            _lists.Add(leaf.Digest, list = Read(source.Observation(leaf.Digest)));
        return list;
    }

    private static VisibleSubscription[] Read(ReadOnlyMemory<byte> observation)
    {
        using var document = CanonicalJson.Parse(observation);
        var fields = Fields.Of(document.RootElement, "observation");
        if (fields.Text("type") != ObservationType.VisibleSubscriptions)
            throw fields.Wrong("type", $"'{fields.Text("type")}', and a visible leaf names it");
        return [.. fields.Object("facts").Each("subscriptions", each => new VisibleSubscription(
            each.Uuid("subscriptionId"), each.FindText("displayName"), each.FindText("tenantId")))];
    }
}
