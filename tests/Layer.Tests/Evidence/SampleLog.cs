using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Tests.Evidence;

/// <summary>A log as the ledger would write it, leaf by leaf, and the ways to spoil it.</summary>
internal sealed class SampleLog
{
    private readonly Dictionary<string, long> _lastRecords = [];
    private long? _lastManifest;
    private (long, ManifestSetting)? _lastSetting;
    private long _seq;
    private long _standing;

    public List<Leaf> Leaves { get; } = [];

    /// <summary>Genesis, a connection, two complete syncs, a failed one, a complete one: 12 leaves.</summary>
    public static SampleLog Usual()
    {
        var log = new SampleLog();
        log.Add(Samples.Bodies["genesis"]);
        log.Add(((ConnectionLeaf)Samples.Bodies["connection"]) with { Change = ConnectionChange.Created, Reason = null });
        log.AddSync(Samples.Reading);
        log.AddSync(Samples.Reading);
        log.AddFailure();
        log.AddSync(Samples.Reading);
        return log;
    }

    public void Add(LeafBody body)
    {
        var leaf = Leaf.Create(Samples.At.AddDays(Leaves.Count), Samples.Origin, body.After(_standing));
        if (LeafKind.Standing.Contains(body.Kind))
            _standing = Leaves.Count;
        Leaves.Add(leaf);
    }

    public void AddSync(CollectionReading reading, string limits = "v1")
    {
        AddManifest(reading, ManifestStatus.Complete, null);
        var manifest = Leaves.Count - 1;
        foreach (var sample in new[] { Samples.RoleAssignments, Samples.ResourceGroups })
        {
            var previous = _lastRecords.TryGetValue(sample.Type, out var last) ? last : (long?)null;
            _lastRecords[sample.Type] = Leaves.Count;
            Add(sample with { Seq = _seq, Manifest = manifest, Previous = previous, Limits = limits });
        }
    }

    public void AddFailure() => AddManifest(null, ManifestStatus.Failed, "SECRET_EXPIRED");

    public void Replace(int index, Func<LeafBody, LeafBody> change)
    {
        var old = Leaves[index];
        Leaves[index] = Leaf.Create(old.At, old.Log, change(old.Body));
    }

    public Checkpoint CheckpointAt(int size) => new(Samples.Origin, size, MerkleTree.Root([.. Leaves.Take(size).Select(l => l.Hash)]));

    public LogReplay Replay(params Checkpoint[] expected)
    {
        var replay = new LogReplay(Samples.Origin);
        foreach (var checkpoint in expected)
            replay.Expect(checkpoint);
        for (var i = 0; i < Leaves.Count && replay.Feed(i, Leaves[i].Bytes, Leaves[i].Hash); i++)
        {
        }

        replay.Finish();
        return replay;
    }

    private void AddManifest(CollectionReading? reading, string status, string? code)
    {
        _seq++;
        var attempt = Samples.Attempt with { Seq = _seq, Previous = _lastManifest };
        var manifest = SyncManifest.Of(attempt, reading, status, code, null, _lastSetting);
        _lastManifest = Leaves.Count;
        if (manifest.Setting is not null)
            _lastSetting = (Leaves.Count, manifest.Setting);
        Add(manifest);
    }
}
