using Layer.Evidence.Collecting;

namespace Layer.Ledger;

/// <summary>What a commit stored, or had stored already when the attempt came a second time.</summary>
/// <param name="Sync">The attempt's row.</param>
/// <param name="Counts">Observations by type; empty when the sync failed.</param>
/// <param name="Evidence">Leaf indexes of the evidence records, ascending; none when it failed.</param>
internal sealed record CommitOutcome(Sync Sync, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<long> Evidence)
{
    /// <summary>Why it is not known what the app registration can see; null when it is, or was not asked. The sync is complete all the same.</summary>
    public Failure? VisibleFailure { get; init; }
}
