using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Evidence.Verification;

/// <summary>Every checkpoint of a log in the order in which they were signed, and how much of that the epoch leaves of the log excuse.</summary>
/// <remarks>
/// A checkpoint that the tree does not extend is excused only up to one that an epoch leaf names as the last lost. Of those signed between two such ends the
/// lost ones come last: whatever was signed before the fork must still be extended.
/// </remarks>
public sealed class SignedHistory
{
    private readonly IReadOnlyList<Checkpoint> _signed;
    private readonly List<(long Index, EpochLeaf Leaf, int Start, int End)> _epochs = [];
    private readonly int _excused;

    /// <param name="signed">In the order in which they were signed.</param>
    /// <param name="epochs">The epoch leaves of the log with their indexes, ascending.</param>
    public SignedHistory(IReadOnlyList<Checkpoint> signed, IEnumerable<(long Index, EpochLeaf Leaf)> epochs)
    {
        _signed = signed;
        foreach (var (index, leaf) in epochs)
        {
            var end = _excused;
            for (var i = signed.Count; i > end; i--)
            {
                if (signed[i - 1].Size == leaf.LostSize && signed[i - 1].Root == leaf.LostRoot)
                    end = i;
            }

            _epochs.Add((index, leaf, _excused, end));
            _excused = end;
        }
    }

    /// <summary>Makes the replay compare all of them; before its first leaf.</summary>
    public void ExpectIn(LogReplay replay)
    {
        for (var i = 0; i < _signed.Count; i++)
        {
            if (i < _excused)
                replay.ExpectUnlessLost(_signed[i]);
            else
                replay.Expect(_signed[i]);
        }
    }

    /// <summary>A checkpoint that is lost although one that was signed after it, before the same epoch, is not; null when there is none. After the replay's end.</summary>
    public Checkpoint? FindUnexcused(LogReplay replay)
    {
        foreach (var (_, _, start, end) in _epochs)
        {
            Checkpoint? lost = null;
            for (var i = start; i < end; i++)
            {
                if (replay.Lost.Contains(_signed[i]))
                    lost ??= _signed[i];
                else if (lost is not null)
                    return lost;
            }
        }

        return null;
    }

    /// <summary>What each epoch cost, in the order of the log. After the replay's end.</summary>
    public IReadOnlyList<LostEpoch> LostIn(LogReplay replay) =>
    [
        .. _epochs.Select(epoch => new LostEpoch(
            epoch.Index, epoch.Leaf, _signed.Skip(epoch.Start).Take(epoch.End - epoch.Start).Count(replay.Lost.Contains),
            _signed.Take(epoch.End).Where(checkpoint => !replay.Lost.Contains(checkpoint)).Select(checkpoint => checkpoint.Size).DefaultIfEmpty().Max())),
    ];
}

/// <summary>Where an operator went on, and what was gone.</summary>
/// <param name="Index">Index of the epoch leaf.</param>
/// <param name="Leaf">The leaf.</param>
/// <param name="Checkpoints">How many signed checkpoints the log no longer extends.</param>
/// <param name="KeptSize">The largest one signed before it that the log still extends; 0 when there is none.</param>
public sealed record LostEpoch(long Index, EpochLeaf Leaf, int Checkpoints, long KeptSize)
{
    /// <summary>For people.</summary>
    public string Sentence => Checkpoints == 0
        ? $"Leaf {Index} goes on after a checkpoint of {Leaf.LostSize} leaves was lost, which is not among the checkpoints that were kept here."
        : $"Leaf {Index} goes on after {Checkpoints} signed {(Checkpoints == 1 ? "checkpoint" : "checkpoints")}, up to {Leaf.LostSize} leaves, "
            + (KeptSize == 0 ? "had been lost: none before them is left." : $"had been lost: the last one before them has {KeptSize} leaves.");
}
