using Layer.Audits.Documents;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary>Everything a bundle says, but for what streams past while it is written: leaves, populations, observations, changes and pages.</summary>
internal sealed class BundleContents
{
    private readonly Lazy<IReadOnlyList<LastReading>> _lastReadings;
    private readonly Lazy<PointNumbers> _numbers;

    private BundleContents()
    {
        _lastReadings = new(() => LastReading.Of(Log!, Scope!, Plan!.Window, Plan.Size, Source!)); // all of them are required
        _numbers = new(() => new PointNumbers(this));
    }

    public required Workspace Workspace { get; init; }

    public required BundlePlan Plan { get; init; }

    public required BundleRequest Request { get; init; }

    /// <summary>Of the disclosed leaves; those that only names and pages need are not among them, and no table looks for them.</summary>
    public required AuditLog Log { get; init; }

    public required AuditSource Source { get; init; }

    public required AuditScope Scope { get; init; }

    /// <summary>Connections of the subscriptions in scope, ascending.</summary>
    public required IReadOnlyList<Guid> Connections { get; init; }

    public required WindowNotes Notes { get; init; }

    public required CoverageTable Coverage { get; init; }

    public required SubscriptionTable Subscriptions { get; init; }

    public required SampleTable Samples { get; init; }

    /// <summary>Filled while <c>changes.csv</c> is written.</summary>
    public ChangeTally Changes { get; } = new();

    /// <summary>Names of principals; null unless they were asked for.</summary>
    public required BundlePrincipals? Principals { get; init; }

    /// <summary>What a time-stamp authority said about the checkpoint; null when none was asked about exactly this one.</summary>
    public required CheckpointStamp? Stamp { get; init; }

    /// <summary>The kept pages that go with the bundle, ascending; none unless they were asked for.</summary>
    public required IReadOnlyList<Digest> Pages { get; init; }

    /// <summary>The hashes of what is not disclosed, from left to right.</summary>
    public required IReadOnlyList<(int Level, long Index, Digest Hash)> Tiles { get; init; }

    /// <summary>The days of the window for people, e.g. <c>1 January 2026 to 31 December 2026</c>.</summary>
    public string Period => Documents.Period.Of(Plan.Window);

    public IReadOnlyList<LastReading> LastReadings => _lastReadings.Value;

    /// <summary>To be asked for once the changes are counted.</summary>
    public PointNumbers Numbers => _numbers.Value;

    /// <summary>Reads it, and adds to the plan what only names and pages need.</summary>
    /// <exception cref="Operations.RefusedException">WINDOW_EMPTY, LOG_BROKEN.</exception>
    public static BundleContents Read(AuditDatabase database, Workspace workspace, BundlePlan plan, BundleRequest request)
    {
        var (window, size) = (plan.Window, plan.Size);
        var scope = AuditScope.Of(plan.Standing, window, size);
        if (scope.Subscriptions.Count == 0)
            throw new Operations.RefusedException("WINDOW_EMPTY", ("window", $"{window}"));
        var bySubscription = plan.Standing.ConnectionsBySubscription(size);
        var connections = scope.Subscriptions.SelectMany(subscription => bySubscription[subscription]).OrderBy(id => id.ToString("D"), StringComparer.Ordinal).ToList();

        var log = new AuditLog();
        var notes = new WindowNotes(window);
        foreach (var (index, leaf) in database.Leaves(plan.Disclosed))
        {
            log.Add(index, leaf);
            if (leaf.Body is SyncManifest { Setting: { } setting } manifest && connections.Contains(manifest.Connection))
                notes.Add(setting);
            if (index >= plan.First)
                notes.Add(index, leaf, connections.Contains);
        }

        var source = new AuditSource(database, log, window, size);
        var principals = request.WithNames ? BundlePrincipals.Of(database, plan, source, connections) : null;
        var pages = request.Raw ? BundlePages.Of(database, plan, log, connections) : [];
        return new BundleContents
        {
            Workspace = workspace,
            Plan = plan,
            Request = request,
            Log = log,
            Source = source,
            Scope = scope,
            Connections = connections,
            Notes = notes,
            Coverage = CoverageTable.Of(log, window, size, log.LastDay, source),
            Subscriptions = SubscriptionTable.Of(log, window, size, source),
            Samples = SampleTable.Of(log, window, plan.First, size),
            Principals = principals,
            Stamp = database.FindStamp(plan.Checkpoint),
            Pages = pages,
            Tiles = [.. TileCut.Of(plan.Disclosed, size).Select(tile => (tile.Level, tile.Index, database.Node(tile.Level, tile.Index)))],
        };
    }
}
