using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Evidence.Verification;

/// <summary>
/// The rules of docs/evidence-format.md §6 from leaf to leaf: over a whole log, or over a part of it as a bundle discloses it, some earlier leaves and then a
/// range without a hole (§9.1 step 5).
/// </summary>
/// <param name="first">
/// Of a bundle: where the range without a hole begins. Below it a leaf may rest on one that is not shown. Null of a whole log.
/// </param>
internal sealed class LeafChains(long? first = null)
{
    private readonly long _first = first ?? 0;
    private readonly Dictionary<Guid, Chain> _chains = [];
    private readonly Dictionary<long, Guid> _records = [];
    private readonly List<LogKey> _keys = [];
    private DateTimeOffset _lastAt = DateTimeOffset.MinValue;
    private string? _mapping;

    /// <summary>The genesis leaf; null before it was followed.</summary>
    public GenesisLeaf? Genesis { get; private set; }

    /// <summary>Index of the newest standing leaf.</summary>
    public long Standing { get; private set; }

    /// <summary>The vkeys that the leaves name, retired ones included.</summary>
    public IReadOnlyList<LogKey> Keys => _keys;

    /// <summary>How many records were read from servers whose trust anchor is not public.</summary>
    public long RecordsWithoutPublicTrust { get; private set; }

    /// <summary>Follows the next leaf. Null when it fits what came before it, else a sentence that says what does not; then nothing more may be followed.</summary>
    public string? Follow(long index, Leaf leaf)
    {
        if (leaf.At < _lastAt)
            return "it is earlier than the leaf before it.";
        _lastAt = leaf.At;
        if (index == 0 != leaf.Body is GenesisLeaf)
            return index == 0 ? $"a log begins with a genesis leaf, not with {leaf.Kind}." : "a second genesis leaf.";
        long? named = leaf.Body switch { StandingLeaf body => body.Standing, SyncManifest body => body.Standing, _ => null };
        if (named is not null && named != Standing)
            return $"it names {Name(named)} as the newest standing leaf, which is {Name(Standing)}.";
        if (leaf.Body is StandingLeaf)
            Standing = index;
        if (first is not null && ConnectionOf(leaf.Body) is { } reads && ChainOf(reads).Subscription is null)
            return $"nothing says which subscription its connection {reads} reads.";
        switch (leaf.Body)
        {
            case GenesisLeaf genesis:
                Genesis = genesis;
                _mapping = genesis.Mapping;
                _keys.Add(new LogKey(genesis.Key, index, RetiredAt: null));
                return null;
            case SyncManifest manifest:
                return Follow(index, manifest);
            case EvidenceRecord record:
                return Follow(index, record);
            case ConnectionLeaf connection:
                return Follow(connection);
            case ExceptionLeaf exception:
                return _records.TryGetValue(exception.Record, out var owner) ? Stray(owner != exception.Connection) : Stray(exception.Record >= _first);

                string? Stray(bool isStray) => !isStray
                    ? null
                    : $"it is about the record {exception.Record}, which is none of its connection.";
            case VisibleLeaf visible:
                return ChainOf(visible.Connection).Open?.Seq == visible.Seq
                    ? null
                    : $"it was read in sync {visible.Seq}, which is not the last sync of its connection, or not complete.";
            case MappingLeaf mapping when mapping.Previous != _mapping:
                return $"it replaces the mapping {mapping.Previous}, and {_mapping} holds.";
            case MappingLeaf mapping:
                _mapping = mapping.Mapping;
                return null;
            case KeyLeaf key:
                return Follow(index, leaf.Log, key);
            case TimestampLeaf timestamp when timestamp.Size > index:
                return $"it stamps a checkpoint of {timestamp.Size} leaves, and only {index} are before it.";
            default:
                return null;
        }
    }

    /// <summary>After the last leaf: a complete sync that lacks a record, with the leaf of its manifest; null when there is none.</summary>
    public (long Manifest, string Sentence)? FindUnfinished()
    {
        foreach (var chain in _chains.Values.OrderBy(chain => chain.Manifest))
        {
            if (chain.Manifest >= _first && MissingRecord(chain) is { } sentence)
                return (chain.Manifest, sentence);
        }

        return null;
    }

    private string? Follow(long index, string origin, KeyLeaf leaf)
    {
        if (VerificationKey.Parse(leaf.Key).Name != origin)
            return "it names a key of another log.";
        var place = _keys.FindIndex(key => key.Key == leaf.Key);
        if (leaf.Change == KeyLeaf.Added)
        {
            if (place >= 0)
                return "it adds a key that the log has or had already.";
            _keys.Add(new LogKey(leaf.Key, index, RetiredAt: null));
            return null;
        }

        if (place < 0 || _keys[place].RetiredAt is not null)
            return "it retires a key that does not sign.";
        _keys[place] = _keys[place] with { RetiredAt = index };
        return _keys.Exists(key => key.RetiredAt is null) ? null : "it retires the last key, and nobody could sign the log any more.";
    }

    private string? Follow(ConnectionLeaf leaf)
    {
        var chain = ChainOf(leaf.Connection);
        if (chain.Subscription is { } subscription && subscription != leaf.Subscription || chain.Tenant is { } tenant && tenant != leaf.Tenant)
            return "a connection changed its subscription or tenant.";
        (chain.Subscription, chain.Tenant) = (leaf.Subscription, leaf.Tenant);
        return null;
    }

    private string? Follow(long index, SyncManifest manifest)
    {
        var chain = ChainOf(manifest.Connection);
        // Between two earlier leaves others may be left out; but those next to each other are linked as everywhere.
        var follows = index >= _first || manifest.Seq <= chain.Seq + 1;
        if (follows && manifest.Seq != chain.Seq + 1)
            return $"sync {manifest.Seq} of its connection follows sync {chain.Seq}.";
        if (follows ? manifest.Previous != chain.LastManifest : !IsBetween(chain.LastManifest, manifest.Previous, index))
            return $"it names {Name(manifest.Previous)} as the manifest before it, which is {Name(chain.LastManifest)}.";
        if (index >= _first && MissingRecord(chain) is { } missing)
            return $"before it, {missing}";
        if (manifest.Setting is null && manifest.SettingAt != chain.SettingAt)
            return $"it names {Name(manifest.SettingAt)} as the manifest that carries its setting, which is {Name(chain.SettingAt)}.";

        if (manifest.Setting is not null)
        {
            chain.SettingAt = index;
            chain.IsReaderProven = manifest.Setting is { Reader: not null, Right: not null };
            chain.IsPublic = manifest.Setting.Hosts.All(host => host.PublicTrust);
            chain.ReaderTenant = manifest.Setting.Reader?.TenantId;
        }

        (chain.Seq, chain.LastManifest, chain.Manifest) = (manifest.Seq, index, index);
        chain.Open = manifest.Status == ManifestStatus.Complete ? manifest : null;
        chain.Sealed.Clear();
        if (chain.Open is null)
            return null;
        if (!chain.IsReaderProven)
            return "it is complete, and its setting has no reader with the right to read.";
        return chain.Tenant is { } tenant && chain.ReaderTenant != tenant ? "its reader belongs to another tenant than its connection." : null;
    }

    private string? Follow(long index, EvidenceRecord record)
    {
        var chain = ChainOf(record.Connection);
        if (chain.Open is not { } manifest || record.Manifest != chain.Manifest || record.Seq != manifest.Seq)
            return $"it rests on the manifest {record.Manifest}, sync {record.Seq}, which is not the last sync of its connection, or not complete.";
        if (record.ObservedAt != manifest.Observed)
            return "it was observed at another time than its manifest says.";
        if (!chain.Sealed.Add(record.Type))
            return $"a second record of {record.Type} for the same sync.";
        var previous = chain.LastRecords.TryGetValue(record.Type, out var last) ? last : (long?)null;
        if (index >= _first ? record.Previous != previous : record.Previous != previous && !IsBetween(previous, record.Previous, record.Manifest))
            return $"it names {Name(record.Previous)} as the record before it, which is {Name(previous)}.";
        if (chain.Subscription is { } subscription && record.Subscription != subscription)
            return $"it is about the subscription {record.Subscription}, and its connection reads {subscription}.";
        if (record.Mapping != _mapping)
            return $"it names the mapping {record.Mapping}, and {_mapping} holds.";
        if (MissingLimit(record, manifest, chain.IsPublic) is { } limit)
            return $"it lacks the limit {limit}, which its manifest demands.";

        if (!chain.IsPublic)
            RecordsWithoutPublicTrust++;
        chain.LastRecords[record.Type] = index;
        _records.Add(index, record.Connection);
        return null;
    }

    // An earlier leaf may name one that is not shown: it lies between the last one shown and itself.
    private static bool IsBetween(long? shown, long? named, long index) => named is { } leaf && leaf > (shown ?? 0) && leaf < index;

    private static string? MissingLimit(EvidenceRecord record, SyncManifest manifest, bool isPublic)
    {
        _ = Limits.TryParse(record.Limits, out var run); // a leaf with other limits is not parsed
        if (!isPublic && !run.Contains(Limits.TrustAnchorNotPublic))
            return Limits.TrustAnchorNotPublic;
        var unknown = record.Type == EvidenceType.RoleAssignments && manifest.UnknownDefinitions.Count > 0;
        return unknown && !run.Contains(Limits.DefinitionUnknown) ? Limits.DefinitionUnknown : null;
    }

    private static Guid? ConnectionOf(LeafBody body) => body switch
    {
        SyncManifest manifest => manifest.Connection,
        EvidenceRecord record => record.Connection,
        VisibleLeaf visible => visible.Connection,
        ExceptionLeaf exception => exception.Connection,
        _ => null,
    };

    private static string? MissingRecord(Chain chain)
    {
        if (chain.Open is null)
            return null;
        var missing = EvidenceType.All.FirstOrDefault(type => !chain.Sealed.Contains(type.Id));
        return missing is null ? null : $"sync {chain.Seq} is complete and has no record of {missing.Id}.";
    }

    private Chain ChainOf(Guid connection)
    {
        if (!_chains.TryGetValue(connection, out var chain))
            _chains.Add(connection, chain = new Chain());
        return chain;
    }

    private static string Name(long? index) => index is { } leaf ? $"leaf {leaf}" : "none";

    private sealed class Chain
    {
        public long Seq { get; set; }

        public long? LastManifest { get; set; }

        public long Manifest { get; set; }

        /// <summary>The last manifest, when it is complete.</summary>
        public SyncManifest? Open { get; set; }

        public HashSet<string> Sealed { get; } = [];

        public Dictionary<string, long> LastRecords { get; } = [];

        public long? SettingAt { get; set; }

        public bool IsReaderProven { get; set; }

        public bool IsPublic { get; set; }

        public Guid? ReaderTenant { get; set; }

        public Guid? Subscription { get; set; }

        public Guid? Tenant { get; set; }
    }
}
