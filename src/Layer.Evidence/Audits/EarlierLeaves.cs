using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Whether the range begins where it should and the earlier leaves are those of docs/evidence-format.md §8.2, no more and no less.</summary>
/// <remarks>That none is missing, the chains show; here it is seen from the disclosed leaves which of them have a reason to be disclosed.</remarks>
internal sealed class EarlierLeaves(BundleHead head)
{
    private static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    // In ticks: the first day of the calendar has no hour before it.
    private readonly long _begins = head.From.ToDateTime(TimeOnly.MinValue).Ticks - Lead.Ticks;
    private readonly HashSet<long> _expected = [];
    private readonly HashSet<long> _names = [];
    private readonly Dictionary<Guid, long> _newestManifests = [];
    private readonly Dictionary<(Guid Connection, string Type), (long Record, long Manifest)> _newestRecords = [];
    private string? _misplaced;

    /// <summary>Earlier leaves of commitments to names. Each of them must be named by a row of principals.csv, but the one right before the range.</summary>
    public IEnumerable<long> Names => _names.Where(index => index != head.First - 1);

    /// <summary>Takes the next disclosed leaf.</summary>
    public void Add(long index, Leaf leaf)
    {
        if (index >= head.First)
        {
            if (index == head.First && leaf.At.UtcTicks < _begins)
                _misplaced = $"The range begins with leaf {index}, which is more than an hour older than the window.";
            if (leaf.Body is SyncManifest { SettingAt: { } carried })
                Expect(carried);
            return;
        }

        if (index == head.First - 1 && leaf.At.UtcTicks >= _begins)
            _misplaced = $"The range does not begin with leaf {index}, which is not more than an hour older than the window.";
        switch (leaf.Body)
        {
            case GenesisLeaf or StandingLeaf:
                Expect(index);
                break;
            case SyncManifest manifest:
                _newestManifests[manifest.Connection] = index;
                if (manifest.SettingAt is { } setting)
                    Expect(setting);
                break;
            case EvidenceRecord record:
                _newestRecords[(record.Connection, record.Type)] = (index, record.Manifest);
                break;
            case NamesLeaf when head.Names:
                _names.Add(index);
                break;
        }
    }

    /// <summary>What is not as it should be, after the last leaf; null when all is.</summary>
    /// <param name="log">All disclosed leaves.</param>
    /// <param name="scope">The subscriptions in scope.</param>
    public string? FindProblem(AuditLog log, AuditScope scope)
    {
        if (_misplaced is not null)
            return _misplaced;
        if (head.First > 0)
        {
            Expect(0);
            Expect(head.First - 1);
        }

        foreach (var manifest in _newestManifests.Values)
            Expect(manifest);
        foreach (var (record, manifest) in _newestRecords.Values)
        {
            Expect(record);
            Expect(manifest);
        }

        if (head.Raw && FindProblemOfPages(log, scope) is { } problem)
            return problem;
        var earlier = head.Earlier.ToHashSet();
        if (_expected.Except(earlier).Order().FirstOrDefault(-1) is >= 0 and var missing)
            return $"Leaf {missing} is not among the earlier leaves, and should be.";
        var needless = earlier.Except(_expected).Except(_names).Order().FirstOrDefault(-1);
        return needless >= 0 ? $"Leaf {needless} is among the earlier leaves, and has no reason to be." : null;
    }

    // With pages, the record that last changed something at or before each base, so that its pages are at hand.
    private string? FindProblemOfPages(AuditLog log, AuditScope scope)
    {
        foreach (var bundled in BundleRecords.Of(log, head, scope))
        {
            if (bundled.Window.Base is not { HasChanges: false } start)
                continue;
            if (bundled.FindLastChanged(log) is not { } changed)
            {
                if (start.Previous is not null)
                    return $"The record before leaf {start.Index} that last changed something is not among the earlier leaves.";
                continue;
            }

            if (!changed.Populations.Select(p => (p.Type, p.Count, p.Root)).SequenceEqual(start.Populations.Select(p => (p.Type, p.Count, p.Root))))
                return $"Leaf {changed.Index} is not the last record that changed something before leaf {start.Index}.";
            Expect(changed.Index);
            Expect(changed.Manifest);
        }

        return null;
    }

    private void Expect(long index)
    {
        if (index < head.First)
            _expected.Add(index);
    }
}
