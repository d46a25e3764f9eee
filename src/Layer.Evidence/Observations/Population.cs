using System.Text;
using Layer.Evidence.Log;

namespace Layer.Evidence.Observations;

/// <summary>All observations of one type that one sync saw, complete, in ascending order of key (ordinal, UTF-8).</summary>
/// <remarks>It exists only if every page was read to its end; there is no partial population.</remarks>
public sealed class Population
{
    /// <summary>Orders and seals the observations.</summary>
    /// <exception cref="ArgumentException">One has another type, or two have the same key.</exception>
    public Population(string type, IEnumerable<Observation> observations)
    {
        Type = type;
        var ordered = observations.ToArray();
        Array.Sort(ordered, static (x, y) => CompareKeys(x.Key, y.Key));
        for (var i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Type != type)
                throw new ArgumentException($"An observation of {ordered[i].Type} is in a population of {type}.", nameof(observations));
            if (i > 0 && ordered[i].Key == ordered[i - 1].Key)
                throw new ArgumentException($"The key {ordered[i].Key} is there twice.", nameof(observations));
        }

        Observations = ordered;
        Root = MerkleTree.Root(Array.ConvertAll(ordered, o => o.Digest));
    }

    /// <summary>One of <see cref="ObservationType"/>.</summary>
    public string Type { get; }

    /// <summary>In ascending order of key.</summary>
    public IReadOnlyList<Observation> Observations { get; }

    /// <summary>How many.</summary>
    public int Count => Observations.Count;

    /// <summary>The RFC 6962 root over the digests in order; <see cref="MerkleTree.EmptyRoot"/> of none.</summary>
    public Digest Root { get; }

    /// <summary>Compares as UTF-8 bytes would: like UTF-16 units, but for characters beyond U+FFFF, which come last.</summary>
    public static int CompareKeys(string x, string y)
    {
        if (Ascii.IsValid(x) && Ascii.IsValid(y))
            return string.CompareOrdinal(x, y);
        return Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));
    }
}
