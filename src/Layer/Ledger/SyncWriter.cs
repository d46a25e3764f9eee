using System.Data.Common;
using System.IO.Compression;
using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>The rows of one sync, written inside its transaction.</summary>
internal sealed class SyncWriter(StorageEngine engine, DbConnection connection, SyncAttempt attempt, long seq, CancellationToken cancellationToken)
{
    private const int DigestsPerStatement = 500;

    private static readonly string[] ObservationColumns = ["workspace", "digest", "type", "key", "bytes", "name", "scope", "role_guid", "principal_id"];

    private readonly object _workspace = engine.Id(attempt.Workspace);
    private readonly object _connection = engine.Id(attempt.Connection);

    public SyncAttempt Attempt => attempt;

    public async Task WriteObservationsAsync(IReadOnlyList<PopulationDiff> diffs, ObservedInterval observed)
    {
        var opened = diffs.SelectMany(d => d.Opened).ToArray();
        var known = opened.Length == 0
            ? []
            : await engine.FindObservationsAsync(connection, attempt.Workspace, [.. opened.Select(o => o.Digest)], cancellationToken);
        if (opened.Any(o => !known.Contains(o.Digest)))
        {
            await engine.InsertAsync(
                connection, "observation", ObservationColumns,
                opened.Where(o => !known.Contains(o.Digest)).Select(ObservationRow), cancellationToken);
        }

        foreach (var closed in diffs.SelectMany(d => d.Closed).Chunk(DigestsPerStatement))
            await CloseAsync(closed, observed.From);
        if (opened.Length > 0)
        {
            await engine.InsertAsync(
                connection, "observation_version", ["workspace", "connection", "type", "digest", "from_seq", "from_at", "source_id"],
                opened.Select(o => new object?[] { _workspace, _connection, o.Type, o.Digest.ToArray(), seq, observed.From.UtcTicks, o.SourceId }), cancellationToken);
        }

        var changed = diffs.Where(d => !d.IsUnchanged).ToArray();
        if (changed.Length > 0)
        {
            await engine.InsertAsync(
                connection, "population", ["workspace", "connection", "type", "seq", "count", "root"],
                changed.Select(d => new object?[] { _workspace, _connection, d.Now.Type, seq, d.Now.Count, d.Now.Root.ToArray() }), cancellationToken);
        }
    }

    /// <summary>Keeps the pages behind what changed; those of an unchanged type can be asked for again and say the same.</summary>
    public async Task WritePagesAsync(Collection collection, IReadOnlyList<PopulationDiff> diffs, VisibleSealing? visible, long manifest)
    {
        var changed = diffs.Where(d => !d.IsUnchanged).Select(d => d.Now.Type).ToHashSet(StringComparer.Ordinal);
        if (visible is { IsNew: true })
            changed.Add(ObservationType.VisibleSubscriptions);
        var pages = collection.Pages.Where(page => changed.Contains(page.Type)).Select(page => (page.Sha256, page.Bytes)).ToList();
        if (collection.Reading.CachedDefinitions is { } cached && changed.Contains(ObservationType.RoleDefinition))
            pages.Add((cached.Sha256, cached.Bytes));
        var missing = new List<(Digest Sha256, ReadOnlyMemory<byte> Bytes)>();
        foreach (var page in pages.DistinctBy(page => page.Sha256))
        {
            var sql = "SELECT 1 FROM page WHERE workspace = @workspace AND sha256 = @sha256";
            if (await connection.ScalarAsync(sql, cancellationToken, ("@workspace", _workspace), ("@sha256", page.Sha256.ToArray())) is null)
                missing.Add(page);
        }

        if (missing.Count > 0)
        {
            await engine.InsertAsync(
                connection, "page", ["workspace", "sha256", "manifest", "gzip"],
                missing.Select(page => new object?[] { _workspace, page.Sha256.ToArray(), manifest, Gzip(page.Bytes) }), cancellationToken);
        }
    }

    /// <summary>Leaf index of the manifest whose sync kept the page first; null when it is not kept.</summary>
    public async Task<long?> FindPageReaderAsync(Digest sha256) => (long?)await connection.ScalarAsync(
        "SELECT manifest FROM page WHERE workspace = @workspace AND sha256 = @sha256", cancellationToken,
        ("@workspace", _workspace), ("@sha256", sha256.ToArray()));

    public async Task<long?> FindLastEvidenceAsync(string type) => (long?)await connection.ScalarAsync(
        "SELECT idx FROM evidence WHERE connection = @connection AND type = @type ORDER BY seq DESC LIMIT 1", cancellationToken,
        ("@connection", _connection), ("@type", type));

    /// <summary>The sync that closed the last interval of an assignment with this key and creation time; null when there was none.</summary>
    public async Task<long?> FindLastIntervalAsync(string key, DateTimeOffset created)
    {
        long? closed = null;
        var rows = connection.QueryAsync(
            """
            SELECT v.to_seq, o.bytes FROM observation o JOIN observation_version v ON v.connection = @connection AND v.digest = o.digest
            WHERE o.workspace = @workspace AND o.key = @key AND v.to_seq IS NOT NULL ORDER BY v.to_seq DESC
            """,
            cancellationToken, ("@connection", _connection), ("@workspace", _workspace), ("@key", key));
        await foreach (var row in rows)
        {
            if (closed is null && Observed.CreatedOn(row.GetFieldValue<byte[]>(1)) == created)
                closed = row.GetInt64(0);
        }

        return closed;
    }

    public async Task<long?> FindEvidenceFromSeqAsync(long fromSeq) => (long?)await connection.ScalarAsync(
        "SELECT idx FROM evidence WHERE connection = @connection AND type = @type AND seq >= @seq ORDER BY seq LIMIT 1", cancellationToken,
        ("@connection", _connection), ("@type", EvidenceType.RoleAssignments), ("@seq", fromSeq));

    public async Task<long?> FindEvidenceObservedAfterAsync(DateTimeOffset time) => (long?)await connection.ScalarAsync(
        "SELECT idx FROM evidence WHERE connection = @connection AND type = @type AND seq < @seq AND observed_from > @time ORDER BY seq LIMIT 1", cancellationToken,
        ("@connection", _connection), ("@type", EvidenceType.RoleAssignments), ("@seq", seq), ("@time", time.UtcTicks));

    public Task WriteEvidenceAsync(EvidenceRecord record, long index, Digest id) => engine.InsertAsync(
        connection, "evidence",
        ["workspace", "idx", "id", "connection", "type", "seq", "manifest", "previous", "root", "count", "observed_from", "observed_to", "anomalies"],
        [[_workspace, index, id.ToArray(), _connection, record.Type, seq, record.Manifest, record.Previous, record.Population.Root.ToArray(),
            record.Population.Count, record.ObservedAt.From.UtcTicks, record.ObservedAt.To.UtcTicks, record.Anomalies.Count]],
        cancellationToken);

    public Task WriteExceptionAsync(ExceptionLeaf exception, long index) => engine.InsertAsync(
        connection, "exception", ["workspace", "idx", "connection", "code", "key", "record", "seq"],
        [[_workspace, index, _connection, exception.Code, exception.Key, exception.Record, exception.Seq]], cancellationToken);

    /// <summary>Writes the row of a <c>visible</c> leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="index">Its index.</param>
    /// <param name="observation">Its observation, when it is stored nowhere yet.</param>
    public async Task WriteVisibleAsync(VisibleLeaf leaf, long index, Observation? observation)
    {
        if (observation is not null)
            await engine.InsertAsync(connection, "observation", ObservationColumns, [ObservationRow(observation)], cancellationToken);
        await engine.InsertAsync(
            connection, "visible", ["workspace", "client", "cloud", "tenant", "day", "leaf", "digest", "count"],
            [[_workspace, engine.Id(leaf.Client), leaf.Cloud, engine.Id(leaf.Tenant), VisibleDays.DayOf(leaf.Observed).DayNumber, index, leaf.Digest.ToArray(), leaf.Count]],
            cancellationToken);
    }

    public async Task WriteSyncAsync(Sync sync)
    {
        await engine.InsertAsync(
            connection, "sync",
            ["id", "workspace", "connection", "seq", "trigger", "actor", "node", "status", "code", "started_at", "ended_at", "observed_from", "observed_to",
                "day", "leaf", "setting", "added", "changed", "removed", "anomalies"],
            [[engine.Id(sync.Id), _workspace, _connection, sync.Seq, KebabCaseText.Of(sync.Trigger), sync.Actor, sync.Node, KebabCaseText.Of(sync.Status),
                sync.Code, sync.StartedAt.UtcTicks, sync.EndedAt.UtcTicks, sync.ObservedFrom?.UtcTicks, sync.ObservedTo?.UtcTicks,
                sync.Day.DayNumber, sync.Leaf, sync.Setting, sync.Added, sync.Changed, sync.Removed, sync.Anomalies]],
            cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE connection SET next_seq = @next WHERE id = @connection", cancellationToken, ("@next", seq + 1), ("@connection", _connection));
    }

    public static async Task<Sync> GetSyncAsync(StorageEngine engine, DbConnection connection, Guid id, CancellationToken cancellationToken)
    {
        Sync? found = null;
        var rows = connection.QueryAsync(
            """
            SELECT id, workspace, connection, seq, trigger, actor, node, status, code, started_at, ended_at, observed_from, observed_to,
                   day, leaf, setting, added, changed, removed, anomalies
            FROM sync WHERE id = @id
            """,
            cancellationToken, ("@id", engine.Id(id)));
        await foreach (var row in rows)
        {
            found = new Sync
            {
                Id = engine.ReadId(row, 0), Workspace = engine.ReadId(row, 1), Connection = engine.ReadId(row, 2), Seq = row.GetInt64(3),
                Trigger = KebabCaseText.Parse<SyncTrigger>(row.GetString(4)), Actor = row.GetString(5), Node = row.GetString(6),
                Status = KebabCaseText.Parse<SyncStatus>(row.GetString(7)), Code = row.IsDBNull(8) ? null : row.GetString(8),
                StartedAt = Time(row, 9) ?? default, EndedAt = Time(row, 10) ?? default, ObservedFrom = Time(row, 11), ObservedTo = Time(row, 12),
                Day = DateOnly.FromDayNumber(row.GetInt32(13)), Leaf = row.GetInt64(14), Setting = row.GetInt64(15),
                Added = row.GetInt32(16), Changed = row.GetInt32(17), Removed = row.GetInt32(18), Anomalies = row.GetInt32(19),
            };
        }

        return found ?? throw new InvalidOperationException($"There is no sync {id}.");
    }

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(row.GetInt64(column), TimeSpan.Zero);

    private async Task CloseAsync(Digest[] digests, DateTimeOffset at)
    {
        await using var close = connection.Command(
            $"""
            UPDATE observation_version SET to_seq = @seq, to_at = @at
            WHERE connection = @connection AND to_seq IS NULL AND digest IN ({string.Join(", ", digests.Select((_, i) => $"@d{i}"))})
            """,
            ("@seq", seq), ("@at", at.UtcTicks), ("@connection", _connection));
        for (var i = 0; i < digests.Length; i++)
            close.Bind($"@d{i}", digests[i].ToArray());
        var closed = await close.ExecuteNonQueryAsync(cancellationToken);
        if (closed != digests.Length)
            throw new InvalidOperationException($"{closed} of {digests.Length} intervals were open.");
    }

    private object?[] ObservationRow(Observation observation)
    {
        var columns = Observed.In(observation);
        return
        [
            _workspace, observation.Digest.ToArray(), observation.Type, observation.Key, observation.Bytes.ToArray(),
            columns.Name, columns.Scope, columns.RoleGuid, columns.PrincipalId,
        ];
    }

    private static byte[] Gzip(ReadOnlyMemory<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes.Span);
        return packed.ToArray();
    }
}
