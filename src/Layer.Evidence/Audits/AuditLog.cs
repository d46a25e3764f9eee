using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>The compact facts of leaves from which the derived tables of a bundle are made: of a whole log, or of the leaves that a bundle discloses.</summary>
/// <remarks>It keeps no leaf and no bytes. All lists are ascending by leaf index. Not safe for use by several threads at once.</remarks>
public sealed class AuditLog
{
    private readonly List<AuditReading> _readings = [];
    private readonly List<AuditRecord> _records = [];
    private readonly List<Placed<ConnectionLeaf>> _connections = [];
    private readonly List<Placed<ScopeLeaf>> _scopes = [];
    private readonly List<Placed<VisibleLeaf>> _visible = [];
    private readonly List<Placed<SampleLeaf>> _samples = [];
    private readonly List<Placed<KeyLeaf>> _keys = [];
    private readonly List<Placed<EpochLeaf>> _epochs = [];
    private readonly Dictionary<Guid, Rows> _ofConnection = [];
    private readonly Dictionary<long, bool> _settings = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The genesis leaf; null before it was added.</summary>
    public GenesisLeaf? Genesis { get; private set; }

    /// <summary>Index of the last leaf that was added; -1 before the first.</summary>
    public long LastIndex { get; private set; } = -1;

    /// <summary>When the last leaf that was added was recorded, UTC.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>The UTC day of the last leaf that was added: the end of the log.</summary>
    public DateOnly LastDay => DateOnly.FromDateTime(LastAt.UtcDateTime);

    /// <summary>Every sync manifest.</summary>
    public IReadOnlyList<AuditReading> Readings => _readings;

    /// <summary>Every evidence record.</summary>
    public IReadOnlyList<AuditRecord> Records => _records;

    /// <summary>Every connection leaf.</summary>
    public IReadOnlyList<Placed<ConnectionLeaf>> Connections => _connections;

    /// <summary>Every scope statement.</summary>
    public IReadOnlyList<Placed<ScopeLeaf>> Scopes => _scopes;

    /// <summary>Every list of visible subscriptions.</summary>
    public IReadOnlyList<Placed<VisibleLeaf>> Visible => _visible;

    /// <summary>Every draw.</summary>
    public IReadOnlyList<Placed<SampleLeaf>> Samples => _samples;

    /// <summary>Every leaf that added or retired a signing key; the first key stands in <see cref="Genesis"/>.</summary>
    public IReadOnlyList<Placed<KeyLeaf>> Keys => _keys;

    /// <summary>Every leaf by which an operator went on after leaves were lost.</summary>
    public IReadOnlyList<Placed<EpochLeaf>> Epochs => _epochs;

    /// <summary>Takes what is needed of a leaf.</summary>
    /// <exception cref="ArgumentException">It does not come after the leaf added before it.</exception>
    public void Add(long index, Leaf leaf)
    {
        if (index <= LastIndex)
            throw new ArgumentException($"Leaf {index} comes after leaf {LastIndex}.", nameof(index));
        (LastIndex, LastAt) = (index, leaf.At);
        switch (leaf.Body)
        {
            case GenesisLeaf genesis:
                Genesis = genesis;
                break;
            case SyncManifest manifest:
                Add(index, manifest);
                break;
            case EvidenceRecord record:
                Add(index, record);
                break;
            case ConnectionLeaf connection:
                _connections.Add(new(index, leaf.At, connection));
                break;
            case ScopeLeaf scope:
                _scopes.Add(new(index, leaf.At, scope));
                break;
            case VisibleLeaf visible:
                _visible.Add(new(index, leaf.At, visible));
                break;
            case SampleLeaf sample:
                _samples.Add(new(index, leaf.At, sample));
                break;
            case KeyLeaf key:
                _keys.Add(new(index, leaf.At, key));
                break;
            case EpochLeaf epoch:
                _epochs.Add(new(index, leaf.At, epoch));
                break;
            default:
                break;
        }
    }

    /// <summary>The vkeys that are active in the tree of <paramref name="size"/> leaves, in the order in which they became so.</summary>
    public IReadOnlyList<string> KeysAt(long size)
    {
        var active = new List<string>();
        if (Genesis is { } genesis && size > 0)
            active.Add(genesis.Key);
        foreach (var key in _keys.TakeWhile(key => key.Index < size).Select(key => key.Leaf))
        {
            active.Remove(key.Key);
            if (key.Change == "added")
                active.Add(key.Key);
        }

        return active;
    }

    /// <summary>The manifests of a connection with an index less than <paramref name="below"/>.</summary>
    public IEnumerable<AuditReading> ReadingsOf(Guid connection, long below) =>
        _ofConnection.TryGetValue(connection, out var rows) ? rows.Readings.Select(i => _readings[i]).TakeWhile(r => r.Index < below) : [];

    /// <summary>The records of a connection and evidence type with an index less than <paramref name="below"/>.</summary>
    public IEnumerable<AuditRecord> RecordsOf(Guid connection, string type, long below) =>
        _ofConnection.TryGetValue(connection, out var rows) && rows.Records.TryGetValue(type, out var records)
            ? records.Select(i => _records[i]).TakeWhile(r => r.Index < below)
            : [];

    /// <summary>The connections of each subscription, as the connection leaves with an index less than <paramref name="below"/> say; in the order in which they were made.</summary>
    public ILookup<Guid, Guid> ConnectionsBySubscription(long below) => _connections.TakeWhile(c => c.Index < below)
        .Select(c => (c.Leaf.Subscription, c.Leaf.Connection)).Distinct().ToLookup(pair => pair.Subscription, pair => pair.Connection);

    /// <summary>The connection leaves of each subscription with an index less than <paramref name="below"/>.</summary>
    public ILookup<Guid, Placed<ConnectionLeaf>> HistoryBySubscription(long below) =>
        _connections.TakeWhile(c => c.Index < below).ToLookup(c => c.Leaf.Subscription);

    private void Add(long index, SyncManifest manifest)
    {
        var rows = RowsOf(manifest.Connection);
        if (manifest.Setting is { } setting)
            _settings[index] = setting.Hosts.All(host => host.PublicTrust);
        rows.LastManifest = index;
        rows.PublicTrust = _settings.TryGetValue(manifest.SettingAt ?? index, out var isPublic) ? isPublic : null;
        rows.Readings.Add(_readings.Count);
        _readings.Add(new AuditReading(
            index, manifest.Connection, manifest.Seq, Once(manifest.Status), manifest.Code is { } code ? Once(code) : null, Once(manifest.Trigger),
            manifest.Observed?.From, manifest.StartedAt));
    }

    private void Add(long index, EvidenceRecord record)
    {
        var rows = RowsOf(record.Connection);
        var type = EvidenceType.Get(record.Type);
        if (!rows.Records.TryGetValue(type.Id, out var records))
            rows.Records.Add(type.Id, records = []);
        var populations = AuditRecord.PopulationsOf(record);
        // Most days nothing changes, and then the same list serves for all of them.
        if (records.Count > 0 && _records[records[^1]].Populations is var last && last.SequenceEqual(populations))
            populations = last;
        records.Add(_records.Count);
        _records.Add(new AuditRecord(
            index, record.Connection, record.Subscription, record.Seq, type, record.Manifest, record.Previous, record.ObservedAt.From, populations,
            record.Manifest == rows.LastManifest ? rows.PublicTrust : null));
    }

    private Rows RowsOf(Guid connection)
    {
        if (!_ofConnection.TryGetValue(connection, out var rows))
            _ofConnection.Add(connection, rows = new Rows());
        return rows;
    }

    // The few distinct texts of hundreds of thousands of leaves, each once.
    private string Once(string text)
    {
        if (_texts.TryGetValue(text, out var kept))
            return kept;
        _texts.Add(text, text);
        return text;
    }

    private sealed class Rows
    {
        public List<int> Readings { get; } = [];

        public Dictionary<string, List<int>> Records { get; } = new(StringComparer.Ordinal);

        public long LastManifest { get; set; } = -1;

        public bool? PublicTrust { get; set; }
    }
}
