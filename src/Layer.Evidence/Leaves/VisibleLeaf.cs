using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;

namespace Layer.Evidence.Leaves;

/// <summary>Which subscriptions one app registration could see on a day, so that one that nobody connected shows.</summary>
public sealed record VisibleLeaf : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Visible;

    /// <summary>Application (client) id of the app registration.</summary>
    public required Guid Client { get; init; }

    /// <summary><c>public</c>, <c>usgov</c> or <c>china</c>.</summary>
    public required string Cloud { get; init; }

    /// <summary>The connection in whose sync it was read.</summary>
    public required Guid Connection { get; init; }

    /// <summary>Sequence number of that sync.</summary>
    public required long Seq { get; init; }

    /// <summary>The tenant it signed in to.</summary>
    public required Guid Tenant { get; init; }

    /// <summary>How many subscriptions it could see: the rows of <see cref="List"/> but for its duplicates.</summary>
    public required int Count { get; init; }

    /// <summary>Digest of the observation, of type <c>azure.visibleSubscriptions</c>.</summary>
    public required Digest Digest { get; init; }

    /// <summary>How it was read, to its end.</summary>
    public required ManifestList List { get; init; }

    /// <summary>The source's clock at the first and last answer.</summary>
    public required ObservedInterval Observed { get; init; }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("client", Client);
        writer.Property("cloud", Cloud);
        writer.Property("connection", Connection);
        writer.Property("count", Count);
        writer.Property("digest", Digest);
        writer.Name("list");
        List.WriteTo(writer, Observed.From);
        writer.Name("observed");
        writer.StartObject();
        writer.Property("from", Observed.From);
        writer.Property("to", Observed.To);
        writer.EndObject();
        writer.Property("seq", Seq);
        writer.Property("tenant", Tenant);
    }

    internal static VisibleLeaf Read(Fields body)
    {
        var observed = new ObservedInterval(body.Object("observed").Instant("from"), body.Object("observed").Instant("to"));
        var leaf = new VisibleLeaf
        {
            Client = body.Uuid("client"),
            Cloud = body.OneOf("cloud", ["public", "usgov", "china"]),
            Connection = body.Uuid("connection"),
            Count = body.Count("count"),
            Digest = body.Digest("digest"),
            List = ManifestList.Read(body.Object("list"), observed.From),
            Observed = observed,
            Seq = body.Natural("seq"),
            Tenant = body.Uuid("tenant"),
        };
        leaf.RefuseContradictions(body);
        return leaf;
    }

    private void RefuseContradictions(Fields body)
    {
        if (Observed.From > Observed.To)
            throw body.Wrong("observed", "an interval that ends before it begins");
        if (List.Template != UrlTemplate.Subscriptions || !List.IsWhole)
            throw body.Wrong("list", $"not {UrlTemplate.Subscriptions} read to its end with status 200");
        if (Count != List.Rows - List.Duplicates)
            throw body.Wrong("count", $"{Count}, and its list has {List.Rows} rows, {List.Duplicates} of them repeated");
    }
}
