using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Ledger;

/// <summary>An assignment that an earlier reading should have shown.</summary>
/// <param name="Code">One of <see cref="SecondThought"/>.</param>
/// <param name="Observation">As it is now.</param>
/// <param name="Record">Leaf index of the first evidence record that lacks it.</param>
internal sealed record MissedEarlier(string Code, Observation Observation, long Record);

/// <summary>Finds assignments whose arrival says that an earlier reading was not whole (docs/evidence-format.md §4).</summary>
internal static class SecondThoughts
{
    /// <summary>Azure's lists may lag behind a new assignment by some minutes; what is older than this should have been there.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromMinutes(15);

    public static async Task<List<MissedEarlier>> FindAsync(SyncWriter writer, IReadOnlyList<Observation> newKeys)
    {
        var found = new List<MissedEarlier>();
        foreach (var assignment in newKeys)
        {
            if (Observed.CreatedOn(assignment.Bytes) is not { } created)
                continue;
            if (await writer.FindLastIntervalAsync(assignment.Key, created) is { } closedAt)
            {
                // Back with the same id and creation time: it was there all the while, and the records from closedAt on lack it.
                if (await writer.FindEvidenceFromSeqAsync(closedAt) is { } record)
                    found.Add(new MissedEarlier(SecondThought.Reappeared, assignment, record));
            }
            else if (await writer.FindEvidenceObservedAfterAsync(created + Lag) is { } record)
            {
                found.Add(new MissedEarlier(SecondThought.SeenLate, assignment, record));
            }
        }

        return found;
    }
}
