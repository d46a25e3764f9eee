using System.Data.Common;
using System.IO.Compression;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;
using Layer.Evidence.Verification;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Ledger;

/// <summary>
/// Checks a local log without taking any stored hash on trust: every leaf, node, checkpoint, chain, row, population, observation and page. It only reads, in
/// one snapshot, so it may run beside a sync.
/// </summary>
internal sealed partial class LogVerification
{
    private readonly LayerDatabase _database;
    private readonly DataFolder _folder;
    private readonly Workspace _workspace;
    private readonly DbConnection _connection;
    private readonly CancellationToken _cancellationToken;
    private readonly LogReplay _replay;
    private readonly List<string> _remarks = [];
    private readonly SortedDictionary<long, (Digest Hash, EvidenceRecord Record)> _records = [];
    private readonly SortedDictionary<long, SyncManifest> _manifests = [];
    private readonly Dictionary<long, ExceptionLeaf> _exceptions = [];
    private readonly Dictionary<long, VisibleLeaf> _visible = [];
    private readonly AuditLog _days = new();
    private DateOnly _lastDay;
    private readonly NameRecordCheck _names;
    private SignedCheckpoint? _lastCheckpoint;
    private int _observations, _pages;
    private LogAnchor? _anchor;

    private LogVerification(LayerDatabase database, DataFolder folder, Workspace workspace, DbConnection connection, CancellationToken cancellationToken)
    {
        _database = database;
        _folder = folder;
        _workspace = workspace;
        _connection = connection;
        _cancellationToken = cancellationToken;
        _replay = new LogReplay(workspace.Origin);
        _names = new NameRecordCheck(database.Engine, connection, workspace.Id, cancellationToken);
    }

    private StorageEngine Engine => _database.Engine;

    private object WorkspaceId => Engine.Id(_workspace.Id);

    /// <summary>Checks the log of a workspace.</summary>
    /// <param name="database">The open database.</param>
    /// <param name="folder">Where checkpoints.log is.</param>
    /// <param name="workspace">Whose log.</param>
    /// <param name="pinned">The key that an auditor trusts; null to take the log's own word, which is a remark.</param>
    /// <param name="cancellationToken">Stops it; nothing was changed.</param>
    public static Task<LogVerdict> RunAsync(
        LayerDatabase database, DataFolder folder, Workspace workspace, VerificationKey? pinned, CancellationToken cancellationToken) =>
        RunAsync(database, folder, workspace, pinned, since: null, cancellationToken);

    /// <summary>As above, and the log must extend a checkpoint from elsewhere.</summary>
    /// <param name="database">The open database.</param>
    /// <param name="folder">Where checkpoints.log is.</param>
    /// <param name="workspace">Whose log.</param>
    /// <param name="pinned">The key that an auditor trusts; null to take the log's own word, which is a remark.</param>
    /// <param name="since">A signed checkpoint that somebody else kept, as it is in its file; null when there is none, which is a remark.</param>
    /// <param name="cancellationToken">Stops it; nothing was changed.</param>
    public static async Task<LogVerdict> RunAsync(
        LayerDatabase database, DataFolder folder, Workspace workspace, VerificationKey? pinned, byte[]? since, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var snapshot = await database.Engine.BeginReadAsync(connection, cancellationToken);
        return await new LogVerification(database, folder, workspace, connection, cancellationToken).RunAsync(pinned, since);
    }

    /// <summary>Checks the log of a workspace over a connection whose open transaction decides what is seen, uncommitted rows included.</summary>
    public static Task<LogVerdict> RunAsync(LayerDatabase database, DbConnection connection, DataFolder folder, Workspace workspace, CancellationToken cancellationToken) =>
        new LogVerification(database, folder, workspace, connection, cancellationToken).RunAsync(pinned: null, since: null);

    private async Task<LogVerdict> RunAsync(VerificationKey? pinned, byte[]? since)
    {
        VerificationVerdict? verdict = null;
        VerificationKey? key = null;
        _anchor = since is null ? null : LogAnchor.Read(since, _workspace.Origin, out verdict);
        if (verdict is not null)
            return Conclude(verdict, key);
        try
        {
            var history = await ReadHistoryAsync();
            await CheckLeavesAsync(history);
            key = ChooseKey(pinned);
            if (pinned is not null && !pinned.Equals(key))
                return Conclude(VerificationVerdict.Invalid(VerificationOutcome.WrongKey, $"The log is signed with {key}, not with the key given."), key);
            CheckSignatures();
            if (pinned is not null && !CheckPinned(pinned))
                return Conclude(VerificationVerdict.Invalid(VerificationOutcome.WrongKey, "No checkpoint of this log is signed with the key given."), key);
            if (_anchor?.Refuse(_replay.Keys, pinned) is { } refused)
                return Conclude(refused, key);
            await CheckEvidenceRowsAsync();
            await CheckExceptionRowsAsync();
            await CheckSyncRowsAsync();
            var observations = await CheckObservationsAsync();
            await CheckVisibleRowsAsync(observations);
            await CheckPopulationsAsync(observations);
            await CheckPopulationRowsAsync();
            await CheckPagesAsync();
            await CheckTimestampsAsync();
            await CheckKeyRowsAsync();
            await _names.RunAsync();
            verdict = VerificationVerdict.Of(_replay, Gaps(), Remarks(pinned));
        }
        catch (BrokenLogException broken)
        {
            verdict = VerificationVerdict.Invalid(VerificationOutcome.IntegrityFailure, broken.Message);
        }

        return Conclude(verdict, key);
    }

    private LogVerdict Conclude(VerificationVerdict verdict, VerificationKey? key) =>
        new(verdict, _replay.Size, _records.Count, _observations, _pages, key, _lastCheckpoint?.Checkpoint);

    private List<string> Remarks(VerificationKey? pinned)
    {
        if (_database.RestoredGuards.Count > 0)
            _remarks.Add($"Guards of the database were missing and have been put back: {string.Join(", ", _database.RestoredGuards)}.");
        if (_replay.Size - (_lastCheckpoint?.Checkpoint.Size ?? 0) is > 0 and var unsigned)
            _remarks.Add($"The newest {unsigned} leaves are not signed yet.");
        if (pinned is null)
            _remarks.Add("No key was given to compare with: the log's own was used.");
        if (_lastTimestamp is not null)
            _remarks.Add(_lastTimestamp);
        if (_anchor is null && _lastTimestamp is null)
            _remarks.Add("Not anchored: Layer knows of nobody else who holds a checkpoint of this log.");
        if (_anchor?.FindRemark() is { } anchored)
            _remarks.Add(anchored);
        return _remarks;
    }

    private async Task CheckLeavesAsync(SignedHistory history)
    {
        history.ExpectIn(_replay);
        if (_anchor is not null)
            _replay.Expect(_anchor.Signed.Checkpoint);
        var nodes = await ReadNodesAsync();
        var frontier = new Frontier();
        var rows = _connection.QueryAsync(
            "SELECT idx, kind, at, hash, bytes FROM log_leaf WHERE workspace = @workspace ORDER BY idx", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var index = row.GetInt64(0);
            if (!_replay.Feed(index, Unpack(index, row.GetFieldValue<byte[]>(4)), new Digest(row.GetFieldValue<byte[]>(3))))
                throw new BrokenLogException(Problem());
            var leaf = _replay.Last ?? throw new InvalidOperationException("A leaf was read and is not there.");
            if (leaf.Kind != row.GetString(1) || leaf.At.UtcTicks != row.GetInt64(2))
                throw new BrokenLogException($"Leaf {index}: its columns do not say what its bytes say.");
            Keep(index, leaf);
            TakeNodes(index, leaf.Hash, frontier, nodes);
        }

        if (!_replay.Finish())
            throw new BrokenLogException(Problem());
        CheckLost(history);
        if (nodes.Count > 0)
            throw new BrokenLogException($"Node {nodes.Keys.First().Level}/{nodes.Keys.First().Index} covers leaves that are not there.");
        if (_replay.Genesis is not { } genesis || genesis.Workspace != _workspace.Id || genesis.Sample != _workspace.Sample)
            throw new BrokenLogException("Leaf 0: it is missing, or of another workspace, or the workspace denies that it is a sample.");
        await CheckHeadAsync();
    }

    private string Problem() => $"{_replay.Problem}";

    private static byte[] Unpack(long index, byte[] packed)
    {
        try
        {
            return PackedBytes.Unpack(packed);
        }
        catch (InvalidDataException damaged)
        {
            throw new BrokenLogException($"Leaf {index}: its bytes cannot be unpacked.", damaged);
        }
    }

    private void Keep(long index, Leaf leaf)
    {
        switch (leaf.Body)
        {
            case SyncManifest manifest:
                _manifests.Add(index, manifest);
                break;
            case EvidenceRecord record:
                _records.Add(index, (leaf.Hash, record));
                break;
            case ExceptionLeaf exception:
                _exceptions.Add(index, exception);
                break;
            case VisibleLeaf visible:
                _visible.Add(index, visible);
                break;
            case TimestampLeaf timestamp:
                _timestamps.Add(timestamp);
                break;
        }

        _names.Add(index, leaf.Body);
        // Without scope statements: a log is verified with every subscription that was ever connected.
        if (leaf.Body is SyncManifest or ConnectionLeaf)
            _days.Add(index, leaf);
        _lastDay = DateOnly.FromDateTime(leaf.At.UtcDateTime);
        _anchor?.Add(index, leaf);
    }

    // From the first connection's first day to the day before the last leaf: as far as the log knows, that one is not over.
    private List<string> Gaps()
    {
        if (_days.Connections is not [var first, ..] || first.Day >= _lastDay)
            return [];
        var coverage = CoverageTable.Of(_days, new AuditWindow(first.Day, _lastDay), _replay.Size, _lastDay, new LeavesAlone());
        return [.. coverage.Gaps.Select(gap => gap.Sentence)];
    }

    private static void TakeNodes(long index, Digest leaf, Frontier frontier, Dictionary<(int Level, long Index), Digest> nodes)
    {
        var completed = new List<TreeNode>();
        frontier.Append(leaf, completed);
        foreach (var node in completed.Where(node => node.Level > 0))
        {
            if (!nodes.Remove((node.Level, node.Index), out var stored) || stored != node.Hash)
                throw new BrokenLogException($"Leaf {index}: it completes node {node.Level}/{node.Index}, which is missing or has another hash.");
        }
    }

    private async Task CheckHeadAsync()
    {
        var heads = _connection.QueryAsync("SELECT size, root, standing FROM log_head WHERE workspace = @workspace", _cancellationToken, ("@workspace", WorkspaceId));
        (long Size, Digest Root, long Standing)? head = null;
        await foreach (var row in heads)
            head = (row.GetInt64(0), new Digest(row.GetFieldValue<byte[]>(1)), row.GetInt64(2));
        if (head is not { } found)
            throw new BrokenLogException($"The head is missing: the log has {_replay.Size} leaves, and nothing says so.");
        if (found.Size != _replay.Size)
            throw new BrokenLogException($"The head says that the log has {found.Size} leaves, and it has {_replay.Size}.");
        if (found.Root != _replay.Root)
            throw new BrokenLogException("The head has another root than the tree.");
        if (found.Standing != _replay.Standing)
            throw new BrokenLogException($"The head names leaf {found.Standing} as the newest standing leaf, which is leaf {_replay.Standing}.");
    }

    private async Task<Dictionary<(int Level, long Index), Digest>> ReadNodesAsync()
    {
        var nodes = new Dictionary<(int, long), Digest>();
        var rows = _connection.QueryAsync("SELECT level, idx, hash FROM log_node WHERE workspace = @workspace", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
            nodes.Add((row.GetInt32(0), row.GetInt64(1)), new Digest(row.GetFieldValue<byte[]>(2)));
        return nodes;
    }

    private async Task<Dictionary<Digest, (string Type, string Key)>> CheckObservationsAsync()
    {
        var keys = new Dictionary<Digest, (string, string)>();
        var rows = _connection.QueryAsync(
            "SELECT digest, type, key, bytes, name, scope, role_guid, principal_id FROM observation WHERE workspace = @workspace", _cancellationToken,
            ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var observation = Observation.FromStored(row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3));
            var digest = new Digest(row.GetFieldValue<byte[]>(0));
            if (observation.Digest != digest)
                throw new BrokenLogException($"The observation {digest} ({observation.Key}) does not hash to its digest.");
            var columns = new Observed(Text(row, 4), Text(row, 5), Text(row, 6), Text(row, 7));
            if (!Observed.Names(observation) || columns != Observed.In(observation))
                throw new BrokenLogException($"The columns of the observation {digest} ({observation.Key}) do not say what its bytes say.");
            keys.Add(digest, (observation.Type, observation.Key));
            _observations++;
        }

        return keys;

        static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }

    private async Task CheckPopulationsAsync(Dictionary<Digest, (string Type, string Key)> keys)
    {
        var replays = new Dictionary<(Guid, string), PopulationReplay>();
        var observed = _manifests.Values.Where(manifest => manifest.Status == ManifestStatus.Complete)
            .ToDictionary(manifest => (manifest.Connection, manifest.Seq), manifest => manifest.Observed?.From.UtcTicks);
        Digest? misdated = null;
        var rows = _connection.QueryAsync(
            "SELECT connection, type, digest, from_seq, to_seq, from_at, to_at FROM observation_version WHERE workspace = @workspace", _cancellationToken,
            ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var digest = new Digest(row.GetFieldValue<byte[]>(2));
            var type = row.GetString(1);
            if (!keys.TryGetValue(digest, out var observation) || observation.Type != type)
                throw new BrokenLogException($"An interval names the observation {digest}, which is not there.");
            var place = (Connection: Engine.ReadId(row, 0), type);
            if (!IsDated(place.Connection, row.GetInt64(3), row.GetInt64(5)) || (!row.IsDBNull(4) && (row.IsDBNull(6) || !IsDated(place.Connection, row.GetInt64(4), row.GetInt64(6)))))
                misdated ??= digest;
            if (!replays.TryGetValue(place, out var replay))
                replays.Add(place, replay = new PopulationReplay());
            replay.Add(observation.Key, digest, row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4));
        }

        foreach (var (index, (_, record)) in _records.OrderBy(entry => entry.Key))
        {
            foreach (var population in record.With.Prepend(record.Population))
            {
                var place = (record.Connection, population.Type);
                if (!replays.TryGetValue(place, out var replay))
                    replays.Add(place, replay = new PopulationReplay());
                replay.Check(index, record.Seq, population, record.Changes.Single(change => change.Type == population.Type));
            }
        }

        foreach (var ((connection, type), replay) in replays)
        {
            if (replay.HasRest)
                throw new BrokenLogException($"Intervals of {type} of the connection {connection} begin or end where no record was sealed.");
        }

        if (misdated is not null)
            throw new BrokenLogException($"An interval of the observation {misdated} is dated otherwise than its readings.");

        bool IsDated(Guid connection, long seq, long at) => !observed.TryGetValue((connection, seq), out var from) || from == at;
    }

    private async Task CheckPagesAsync()
    {
        var rows = _connection.QueryAsync("SELECT sha256, gzip FROM page WHERE workspace = @workspace", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var sha256 = new Digest(row.GetFieldValue<byte[]>(0));
            using var hash = System.Security.Cryptography.SHA256.Create();
            try
            {
                await using var gzip = new GZipStream(new MemoryStream(row.GetFieldValue<byte[]>(1)), CompressionMode.Decompress);
                if (new Digest(await hash.ComputeHashAsync(gzip, _cancellationToken)) != sha256)
                    throw new BrokenLogException($"The page {sha256} does not hash to its name.");
            }
            catch (InvalidDataException damaged)
            {
                throw new BrokenLogException($"The page {sha256} cannot be unpacked.", damaged);
            }

            _pages++;
        }
    }
}

/// <summary>The first bad item of a log, in a sentence.</summary>
internal sealed class BrokenLogException(string sentence, Exception? cause = null) : Exception(sentence, cause);
