using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Ledger;

/// <summary>Rebuilds the populations of one type of one connection from its intervals, sync by sync, and compares them with what was sealed.</summary>
internal sealed class PopulationReplay
{
    private readonly SortedDictionary<long, (List<(string Key, Digest Digest)> Opened, List<(string Key, Digest Digest)> Closed)> _steps = [];
    private readonly SortedDictionary<string, Digest> _now = new(Comparer<string>.Create(Population.CompareKeys));
    private Digest _root = MerkleTree.EmptyRoot;

    /// <summary>Whether there are intervals that begin or end later than the last record.</summary>
    public bool HasRest => _steps.Count > 0;

    public void Add(string key, Digest digest, long fromSeq, long? toSeq)
    {
        At(fromSeq).Opened.Add((key, digest));
        if (toSeq is { } closed)
            At(closed).Closed.Add((key, digest));
    }

    /// <summary>Goes on to a sync; records are asked for in order of seq.</summary>
    /// <exception cref="BrokenLogException">The population is not the one that was sealed.</exception>
    public void Check(long leaf, long seq, SealedPopulation population, PopulationChange change)
    {
        var (added, changed, removed) = (0, 0, 0);
        if (_steps.Count > 0 && _steps.Keys.First() is var next && next <= seq)
        {
            if (next < seq)
                throw new BrokenLogException($"Leaf {leaf}: intervals of {population.Type} begin or end at sync {next} before it, which sealed no record.");
            var (opened, closed) = _steps[seq];
            _steps.Remove(seq);
            var closedKeys = closed.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var (key, digest) in closed)
            {
                if (!_now.Remove(key, out var open) || open != digest)
                    throw new BrokenLogException($"Leaf {leaf}: an interval of {key} ends at sync {seq} and was not open.");
            }

            foreach (var (key, digest) in opened)
            {
                if (!_now.TryAdd(key, digest))
                    throw new BrokenLogException($"Leaf {leaf}: two observations of {key} hold at sync {seq}.");
            }

            changed = opened.Count(o => closedKeys.Contains(o.Key));
            added = opened.Count - changed;
            removed = closed.Count - changed;
            _root = MerkleTree.Root([.. _now.Values]);
        }

        if (_now.Count != population.Count || _root != population.Root)
            throw new BrokenLogException($"Leaf {leaf}: it sealed {population.Count} of {population.Type}, and the stored observations of sync {seq} are others.");
        if (change != new PopulationChange(population.Type, added, changed, removed))
            throw new BrokenLogException($"Leaf {leaf}: it counts other changes of {population.Type} than the observations show.");
    }

    private (List<(string Key, Digest Digest)> Opened, List<(string Key, Digest Digest)> Closed) At(long seq)
    {
        if (!_steps.TryGetValue(seq, out var step))
            _steps.Add(seq, step = ([], []));
        return step;
    }
}
