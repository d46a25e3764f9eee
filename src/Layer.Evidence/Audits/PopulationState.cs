using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>One population as it changes from step to step: its digests in the order of their keys.</summary>
internal sealed class PopulationState
{
    private static readonly Comparer<(string Key, Digest Digest)> ByKey =
        Comparer<(string Key, Digest Digest)>.Create(static (x, y) => Population.CompareKeys(x.Key, y.Key));

    private List<(string Key, Digest Digest)> _now = [];

    /// <summary>In ascending order of key.</summary>
    public IEnumerable<Digest> Digests => _now.Select(each => each.Digest);

    public int Count => _now.Count;

    public Digest Root { get; private set; } = MerkleTree.EmptyRoot;

    /// <summary>Whether there is an observation of this key.</summary>
    public bool Has(string key) => _now.BinarySearch((key, default), ByKey) >= 0;

    /// <summary>Takes a step, and counts what changed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="keyOf">The key of an observation.</param>
    /// <exception cref="FormatException">It does not follow from what was there: the message says why.</exception>
    public (int Added, int Changed, int Removed) Take(PopulationStep step, Func<Digest, string> keyOf)
    {
        var remove = step.Remove.ToHashSet();
        var add = step.Add.Select(digest => (Key: keyOf(digest), Digest: digest)).ToArray();
        Array.Sort(add, ByKey);
        var next = new List<(string Key, Digest Digest)>(_now.Count + add.Length);
        var (changed, removed, at) = (0, 0, 0);
        foreach (var old in _now)
        {
            var order = 1;
            for (; at < add.Length && (order = Population.CompareKeys(add[at].Key, old.Key)) < 0; at++)
                Append(next, add[at]);
            var replaces = at < add.Length && order == 0;
            if (!remove.Remove(old.Digest))
            {
                if (replaces)
                    throw new FormatException($"Sync {step.Seq} adds an observation of {old.Key} and does not remove the one that is there.");
                next.Add(old);
                continue;
            }

            removed++;
            if (!replaces)
                continue;
            if (add[at].Digest == old.Digest)
                throw new FormatException($"Sync {step.Seq} adds and removes the same observation of {old.Key}.");
            changed++;
            Append(next, add[at++]);
        }

        for (; at < add.Length; at++)
            Append(next, add[at]);
        if (remove.Count > 0)
            throw new FormatException($"Sync {step.Seq} removes the observation {remove.First()}, which is not there.");
        _now = next;
        Root = MerkleTree.Root(_now.ConvertAll(each => each.Digest));
        return (add.Length - changed, changed, removed - changed);
    }

    private static void Append(List<(string Key, Digest Digest)> to, (string Key, Digest Digest) added)
    {
        if (to.Count > 0 && to[^1].Key == added.Key)
            throw new FormatException($"Two observations of {added.Key} are added.");
        to.Add(added);
    }
}
