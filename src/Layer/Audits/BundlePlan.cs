using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Operations;

namespace Layer.Audits;

/// <summary>What a bundle discloses of a log (docs/evidence-format.md §8.2), decided before anything is written.</summary>
internal sealed class BundlePlan
{
    private readonly SortedSet<long> _earlier = [];

    private BundlePlan(AuditWindow window, SignedCheckpoint checkpoint, long first, AuditLog standing)
    {
        Window = window;
        Checkpoint = checkpoint;
        First = first;
        Standing = standing;
        ActiveKeys = [.. standing.KeysAt(checkpoint.Checkpoint.Size).Select(VerificationKey.Parse)];
        Keys = SignersOf(checkpoint, ActiveKeys);
    }

    public AuditWindow Window { get; }

    /// <summary>The signed checkpoint that everything leads to; its size is N.</summary>
    public SignedCheckpoint Checkpoint { get; }

    /// <summary>N.</summary>
    public long Size => Checkpoint.Checkpoint.Size;

    /// <summary>A: the first leaf of the range, of which nothing is left out.</summary>
    public long First { get; }

    /// <summary>The standing leaves below N, and nothing else.</summary>
    public AuditLog Standing { get; }

    /// <summary>The log's keys at that size.</summary>
    public IReadOnlyList<VerificationKey> ActiveKeys { get; }

    /// <summary>Those of them that signed the checkpoint, in the order of its signature lines.</summary>
    public IReadOnlyList<VerificationKey> Keys { get; }

    /// <summary>The disclosed leaves below A, ascending.</summary>
    public IReadOnlyCollection<long> Earlier => _earlier;

    /// <summary>Indices of all disclosed leaves, ascending.</summary>
    public IEnumerable<long> Disclosed
    {
        get
        {
            foreach (var index in _earlier)
                yield return index;
            for (var index = First; index < Size; index++)
                yield return index;
        }
    }

    /// <summary>Decides checkpoint, range and earlier leaves; those that only names or kept pages need are added afterwards with <see cref="Disclose"/>.</summary>
    /// <param name="database">The snapshot.</param>
    /// <param name="window">The window.</param>
    /// <param name="size">The checkpoint asked for; null for the smallest one that holds the window.</param>
    /// <exception cref="RefusedException">WINDOW_NOT_SIGNED, CHECKPOINT_UNUSABLE, LOG_BROKEN.</exception>
    public static BundlePlan Of(AuditDatabase database, AuditWindow window, long? size)
    {
        var outline = BundleOutline.Of(database, window);
        var checkpoint = Choose(database, outline.LastOwn + 1, size);
        var n = checkpoint.Checkpoint.Size;
        // The tree is what its stored nodes say; only then a signature over it means the leaves that are read below.
        if (database.Root(n) != checkpoint.Checkpoint.Root)
            throw AuditDatabase.Broken($"the checkpoint of size {n}");
        var plan = new BundlePlan(window, checkpoint, Math.Min(outline.Begin ?? n, n), StandingOf(database, outline, n));
        plan.AddEarlier(database, outline);
        return plan;
    }

    /// <summary>Adds leaves below A; those of the range are disclosed anyway.</summary>
    public void Disclose(IEnumerable<long> indices) => _earlier.UnionWith(indices.Where(index => index < First));

    /// <summary>Adds a record below A with its manifest.</summary>
    public void DiscloseRecord(AuditDatabase database, long index)
    {
        Disclose([index]);
        DiscloseManifest(database, database.Record(index).Manifest);
    }

    private static SignedCheckpoint Choose(AuditDatabase database, long needed, long? size)
    {
        var signed = database.Checkpoints();
        if (size is not { } asked)
        {
            return signed.FirstOrDefault(checkpoint => checkpoint.Checkpoint.Size >= Math.Max(needed, 1)) ?? throw new RefusedException(
                "WINDOW_NOT_SIGNED", ("needed", $"{needed}"), ("signedSize", $"{signed.LastOrDefault()?.Checkpoint.Size ?? 0}"));
        }

        var usable = signed.Where(checkpoint => checkpoint.Checkpoint.Size >= Math.Max(needed, 1)).ToList();
        return usable.Find(checkpoint => checkpoint.Checkpoint.Size == asked) ?? throw new RefusedException(
            "CHECKPOINT_UNUSABLE", ("size", $"{asked}"), ("needed", $"{needed}"), ("known", usable.Count == 0 ? "none" : string.Join(", ", usable.Take(8).Select(each => each.Checkpoint.Size))));
    }

    private static AuditLog StandingOf(AuditDatabase database, BundleOutline outline, long size)
    {
        var log = new AuditLog();
        foreach (var index in outline.Standing.TakeWhile(index => index < size))
            log.Add(index, database.Leaf(index));
        return log;
    }

    // A signature of a key that the log does not know says nothing about the log.
    private static List<VerificationKey> SignersOf(SignedCheckpoint checkpoint, IReadOnlyList<VerificationKey> active)
    {
        var signers = checkpoint.Note.Signatures
            .Select(line => active.FirstOrDefault(key => key.Name == line.Name && key.KeyId == line.KeyId)).OfType<VerificationKey>().Distinct().ToList();
        return signers.Count > 0 && signers.TrueForAll(key => checkpoint.Check(key) == SignatureState.Valid)
            ? signers
            : throw AuditDatabase.Broken($"the signature of the checkpoint of size {checkpoint.Checkpoint.Size}");
    }

    private void AddEarlier(AuditDatabase database, BundleOutline outline)
    {
        Disclose([0, First - 1, .. outline.Standing]);
        _earlier.Remove(-1);
        var manifests = database.NewestManifests(First).ToList();
        foreach (var record in database.NewestRecords(First))
        {
            Disclose([record]);
            manifests.Add(database.Record(record).Manifest);
        }

        foreach (var manifest in manifests)
            DiscloseManifest(database, manifest);
    }

    /// <summary>Adds a manifest below A and the one that carries its setting.</summary>
    private void DiscloseManifest(AuditDatabase database, long index)
    {
        Disclose([index]);
        if (database.Manifest(index).SettingAt is { } setting)
            Disclose([setting]);
    }
}
