using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Audits;

/// <summary>For which syncs an observation held: from the first until just before the last; until now when that is null.</summary>
internal readonly record struct Interval(string Key, Digest Digest, long FromSeq, long? ToSeq)
{
    public bool HoldsAt(long seq) => FromSeq <= seq && (ToSeq is not { } end || end > seq);
}

/// <summary>Makes the steps of one population out of stored intervals, and compares each with the root that was sealed.</summary>
internal static class PopulationReading
{
    /// <summary>One step for the first record, and one for each whose population has another root than the step before it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="type">The observation type.</param>
    /// <param name="records">Ascending; each seals a population of the type.</param>
    /// <param name="intervals">All that overlap the records.</param>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: the intervals do not give what a record sealed.</exception>
    public static IEnumerable<PopulationStep> Steps(Guid connection, string type, IReadOnlyList<AuditRecord> records, IReadOnlyList<Interval> intervals)
    {
        var now = new SortedDictionary<string, Digest>(Comparer<string>.Create(Population.CompareKeys));
        var opening = new Queue<Interval>(intervals.OrderBy(interval => interval.FromSeq));
        var closing = new Queue<Interval>(intervals.Where(interval => interval.ToSeq is not null).OrderBy(interval => interval.ToSeq));
        PopulationStep? last = null;
        foreach (var record in records)
        {
            var population = record.Populations.First(each => each.Type == type); // each record of an evidence type seals all of its populations
            if (last?.Root == population.Root)
                continue;
            var (add, remove) = Advance(now, opening, closing, last?.Seq, record.Seq);
            if (now.Count != population.Count || MerkleTree.Root([.. now.Values]) != population.Root)
                throw AuditDatabase.Broken($"the {type} of sync {record.Seq} of the connection {connection}");
            last = new PopulationStep(connection, type, record.Seq, population.Root, population.Count, last?.Root, add, remove);
            yield return last;
        }
    }

    // What opened and ended again in between was never part of a population that differs: both are left out.
    private static (Digest[] Add, Digest[] Remove) Advance(
        SortedDictionary<string, Digest> now, Queue<Interval> opening, Queue<Interval> closing, long? before, long seq)
    {
        var remove = new List<Digest>();
        while (closing.TryPeek(out var interval) && interval.ToSeq <= seq)
        {
            closing.Dequeue();
            if (before is { } last && interval.HoldsAt(last))
            {
                now.Remove(interval.Key);
                remove.Add(interval.Digest);
            }
        }

        var add = new List<Digest>();
        while (opening.TryPeek(out var interval) && interval.FromSeq <= seq)
        {
            opening.Dequeue();
            if (interval.HoldsAt(seq))
            {
                now[interval.Key] = interval.Digest;
                add.Add(interval.Digest);
            }
        }

        return ([.. add.Order()], [.. remove.Order()]);
    }
}
