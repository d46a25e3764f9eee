using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>A subscription that a person keeps out of an audit, and why.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Reason">Why, in that person's words; not empty.</param>
public sealed record ExcludedSubscription(Guid Subscription, string Reason);

/// <summary>A named person states which subscriptions the audit of a window covers. A later one of the same window replaces it.</summary>
public sealed record ScopeLeaf : StandingLeaf
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Scope;

    /// <summary>Who sealed it: <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The name of the person who answers for it, as it was given; not empty.</summary>
    public required string By { get; init; }

    /// <summary>The window.</summary>
    public required AuditWindow Window { get; init; }

    /// <summary>The subscriptions it covers, ascending.</summary>
    public required IReadOnlyList<Guid> Included { get; init; }

    /// <summary>The subscriptions it does not cover, ascending; none of them is included.</summary>
    public required IReadOnlyList<ExcludedSubscription> Excluded { get; init; }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("by", By);
        writer.Name("excluded");
        writer.StartArray();
        foreach (var excluded in Excluded)
        {
            writer.StartObject();
            writer.Property("reason", excluded.Reason);
            writer.Property("subscription", excluded.Subscription);
            writer.EndObject();
        }

        writer.EndArray();
        writer.Name("included");
        writer.StartArray();
        foreach (var subscription in Included)
            writer.String(Text(subscription));
        writer.EndArray();
        WriteStanding(writer);
        WindowField.Write(writer, Window);
    }

    internal static ScopeLeaf Read(Fields body)
    {
        var leaf = new ScopeLeaf
        {
            Actor = body.Text("actor"),
            By = body.Words("by"),
            Excluded = body.Each("excluded", excluded => new ExcludedSubscription(excluded.Uuid("subscription"), excluded.Words("reason"))),
            Included = [.. body.Texts("included").Select(text => Guid.TryParseExact(text, "D", out var id) ? id : throw body.Wrong("included", "not a list of UUIDs"))],
            Standing = ReadStanding(body),
            Window = WindowField.Get(body),
        };
        leaf.RefuseContradictions(body);
        return leaf;
    }

    private void RefuseContradictions(Fields body)
    {
        if (!Included.Select(Text).IsAscending())
            throw body.Wrong("included", "not ascending, or names a subscription twice");
        if (!Excluded.Select(e => Text(e.Subscription)).IsAscending())
            throw body.Wrong("excluded", "not ascending, or names a subscription twice");
        if (Excluded.FirstOrDefault(e => Included.Contains(e.Subscription)) is { } both)
            throw body.Wrong("excluded", $"a list with {both.Subscription}, which is included");
        if (Included.Count + Excluded.Count == 0)
            throw body.Wrong("included", "empty, and nothing is excluded");
    }

    private static string Text(Guid subscription) => subscription.ToString("D");
}
