using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;

namespace Layer.Evidence.Leaves;

/// <summary>Why a sync was started.</summary>
public static class ManifestTrigger
{
    /// <summary>After a missed time; its day counts as late.</summary>
    public const string CatchUp = "catch-up";

    /// <summary>All of them: <c>first</c> right after connecting, <c>scheduled</c>, <c>manual</c>, <c>catch-up</c> after a missed time, <c>retry</c> after a failure.</summary>
    public static IReadOnlyList<string> All { get; } = ["first", "scheduled", "manual", CatchUp, "retry"];
}

/// <summary>How a sync ended.</summary>
public static class ManifestStatus
{
    /// <summary>Everything was read to its end; the evidence records that name this manifest follow.</summary>
    public const string Complete = "complete";

    /// <summary>Nothing was sealed but this manifest.</summary>
    public const string Failed = "failed";

    /// <summary>Somebody stopped it; nothing was sealed but this manifest.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Complete, Failed, Cancelled];
}

/// <summary>One attempt to read a connection, and how it was read: the completeness certificate of docs/evidence-format.md §4.</summary>
public sealed record SyncManifest : LeafBody
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Sync;

    /// <summary>The connection.</summary>
    public required Guid Connection { get; init; }

    /// <summary>Gapless within the connection; the first is 1.</summary>
    public required long Seq { get; init; }

    /// <summary>Leaf index of the manifest before it, of this connection; null for the first.</summary>
    public long? Previous { get; init; }

    /// <summary>One of <see cref="ManifestTrigger"/>.</summary>
    public required string Trigger { get; init; }

    /// <summary>Who: <c>schedule</c>, <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The machine that read.</summary>
    public required string Node { get; init; }

    /// <summary>One of <see cref="ManifestStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Code in the error catalog (docs/errors.md); null unless failed.</summary>
    public string? Code { get; init; }

    /// <summary>By this machine's clock, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>By this machine's clock, UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>By the source's clock; null when no answer came.</summary>
    public ObservedInterval? Observed { get; init; }

    /// <summary>This machine's clock minus the source's; null when no answer came.</summary>
    public long? ClockSkewMilliseconds { get; init; }

    /// <summary>What was read.</summary>
    public required IReadOnlyList<ManifestList> Lists { get; init; }

    /// <summary>The page of built-in role definitions that was used again; null when none was.</summary>
    public ManifestCache? Cached { get; init; }

    /// <summary>GUIDs of role definitions in use that could not be read, ascending.</summary>
    public IReadOnlyList<string> UnknownDefinitions { get; init; } = [];

    /// <summary>What seldom changes; null when it is as in the manifest at <see cref="SettingAt"/>.</summary>
    public ManifestSetting? Setting { get; init; }

    /// <summary>Leaf index of the last manifest of this connection that carries its setting; null when this one does.</summary>
    public long? SettingAt { get; init; }

    /// <summary>Leaf index of the newest standing leaf before this one. Who appends it fills it in; see <see cref="LeafBody.After"/>.</summary>
    public long Standing { get; init; }

    /// <inheritdoc/>
    public override LeafBody After(long standing) => this with { Standing = standing };

    /// <summary>Makes the manifest of an attempt.</summary>
    /// <param name="attempt">Which attempt, by whom, with what.</param>
    /// <param name="reading">How it was read, or how far it came; null when nothing was sent.</param>
    /// <param name="status">One of <see cref="ManifestStatus"/>.</param>
    /// <param name="code">Why it failed.</param>
    /// <param name="cachedBy">Leaf index of the manifest that read the cached page, when it is known.</param>
    /// <param name="lastSetting">The last setting that a manifest of this connection carries, and the index of that leaf; null when there is none.</param>
    public static SyncManifest Of(
        SyncIdentity attempt, CollectionReading? reading, string status, string? code, long? cachedBy, (long Index, ManifestSetting Setting)? lastSetting)
    {
        var setting = ManifestSetting.Of(attempt.Product, attempt.Configuration, reading);
        var same = lastSetting is { } last && last.Setting.SameAs(setting);
        return new SyncManifest
        {
            Connection = attempt.Connection,
            Seq = attempt.Seq,
            Previous = attempt.Previous,
            Trigger = attempt.Trigger,
            Actor = attempt.Actor,
            Node = attempt.Node,
            Status = status,
            Code = code,
            StartedAt = attempt.StartedAt,
            EndedAt = attempt.EndedAt,
            Observed = reading?.Observed,
            ClockSkewMilliseconds = reading?.ClockSkewMilliseconds,
            Lists = [.. (reading?.Lists ?? []).Select(ManifestList.Of)],
            Cached = reading?.CachedDefinitions is { } page ? new ManifestCache(page.Sha256, page.ReadAt, cachedBy) : null,
            UnknownDefinitions = reading?.UnknownDefinitions ?? [],
            Setting = same ? null : setting,
            SettingAt = same ? lastSetting!.Value.Index : null, // same is false without one
        };
    }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Name("cached");
        if (Cached is null)
            writer.Null();
        else
            Cached.WriteTo(writer);
        writer.Property("clockSkew", ClockSkewMilliseconds);
        writer.Property("code", Code);
        writer.Property("connection", Connection);
        writer.Property("ended", EndedAt);
        writer.Name("lists");
        writer.StartArray();
        foreach (var list in Lists)
            list.WriteTo(writer, Observed?.From);
        writer.EndArray();
        writer.Property("node", Node);
        writer.Name("observed");
        if (Observed is null)
        {
            writer.Null();
        }
        else
        {
            writer.StartObject();
            writer.Property("from", Observed.From);
            writer.Property("to", Observed.To);
            writer.EndObject();
        }

        writer.Property("previous", Previous);
        writer.Property("seq", Seq);
        writer.Name("setting");
        if (Setting is not null)
            Setting.WriteTo(writer);
        else
            writer.Integer(SettingAt ?? throw new InvalidOperationException("A manifest carries its setting or names the leaf that does."));
        writer.Property("standing", Standing);
        writer.Property("started", StartedAt);
        writer.Property("status", Status);
        writer.Property("trigger", Trigger);
        writer.Name("unknownDefinitions");
        writer.StartArray();
        foreach (var id in UnknownDefinitions)
            writer.String(id);
        writer.EndArray();
    }

    internal static SyncManifest Read(Fields body)
    {
        var observed = body.IsNull("observed")
            ? null
            : new ObservedInterval(body.Object("observed").Instant("from"), body.Object("observed").Instant("to"));
        var manifest = new SyncManifest
        {
            Actor = body.Text("actor"),
            Cached = body.IsNull("cached") ? null : ManifestCache.Read(body.Object("cached")),
            ClockSkewMilliseconds = body.FindInteger("clockSkew"),
            Code = body.FindText("code"),
            Connection = body.Uuid("connection"),
            EndedAt = body.Instant("ended"),
            Lists = body.Each("lists", list => ManifestList.Read(list, observed?.From)),
            Node = body.Text("node"),
            Observed = observed,
            Previous = body.FindNatural("previous"),
            Seq = body.Natural("seq"),
            Setting = body.IsInteger("setting") ? null : ManifestSetting.Read(body.Object("setting")),
            SettingAt = body.IsInteger("setting") ? body.Natural("setting") : null,
            Standing = body.Natural("standing"),
            StartedAt = body.Instant("started"),
            Status = body.OneOf("status", ManifestStatus.All),
            Trigger = body.OneOf("trigger", ManifestTrigger.All),
            UnknownDefinitions = body.Texts("unknownDefinitions"),
        };
        manifest.RefuseContradictions(body);
        return manifest;
    }

    private static readonly string[] Needed = [UrlTemplate.Subscription, UrlTemplate.ResourceGroups, UrlTemplate.RoleAssignments];

    private void RefuseContradictions(Fields body)
    {
        if (Code is null == (Status == ManifestStatus.Failed))
            throw body.Wrong("code", $"{(Code is null ? "null" : $"'{Code}'")} in a sync that is {Status}");
        if (Status != ManifestStatus.Complete)
            return;
        if (Observed is null || Observed.From > Observed.To)
            throw body.Wrong("observed", "no interval, and the sync is complete");
        // Others may fail without harm: rights are then proven by definitions, a definition is then named as unknown.
        foreach (var needed in Needed)
        {
            if (!Lists.Any(list => list.Template == needed) || Lists.Any(list => list.Template == needed && !list.IsWhole))
                throw body.Wrong("lists", $"without {needed} read to its end with status 200, and the sync is complete");
        }

        if (Setting is { Reader: null } or { Right: null })
            throw body.Wrong("setting", "without a reader or its right to read, and the sync is complete");
    }
}

/// <summary>Which attempt, by whom, with what: the ledger's part of a manifest.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Seq">Gapless within the connection; the first is 1.</param>
/// <param name="Previous">Leaf index of the manifest before it; null for the first.</param>
/// <param name="Trigger">One of <see cref="ManifestTrigger"/>.</param>
/// <param name="Actor">Who started it.</param>
/// <param name="Node">The machine.</param>
/// <param name="Product">Which program.</param>
/// <param name="Configuration">SHA-256 of what the connection is configured to read and as whom.</param>
/// <param name="StartedAt">By this machine's clock, UTC.</param>
/// <param name="EndedAt">By this machine's clock, UTC.</param>
public sealed record SyncIdentity(
    Guid Connection, long Seq, long? Previous, string Trigger, string Actor, string Node, ProductBuild Product, Digest Configuration,
    DateTimeOffset StartedAt, DateTimeOffset EndedAt);

/// <summary>A page of role definitions that was read earlier and used again.</summary>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="ReadAt">By the source's clock, UTC.</param>
/// <param name="Manifest">Leaf index of the manifest that read it; null when that manifest is of another log or not written yet.</param>
public sealed record ManifestCache(Digest Sha256, DateTimeOffset ReadAt, long? Manifest)
{
    internal void WriteTo(CanonicalWriter writer)
    {
        writer.StartObject();
        writer.Property("manifest", Manifest);
        writer.Property("readAt", ReadAt);
        writer.Property("sha256", Sha256);
        writer.EndObject();
    }

    internal static ManifestCache Read(Fields fields) => new(fields.Digest("sha256"), fields.Instant("readAt"), fields.FindNatural("manifest"));
}
