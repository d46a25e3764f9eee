using System.Data.Common;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    private const string HalvedCode = "population-halved";

    /// <summary>Stores and seals a complete collection, in one transaction.</summary>
    /// <remarks>
    /// When the answer of the commit is lost, call it again with the same attempt: what was stored is returned, and stored once.
    /// </remarks>
    /// <exception cref="RefusedException">LEASE_LOST: another process took the connection over. LOG_ROLLED_BACK, CLOCK_BEHIND_LOG, LOG_BROKEN: see there. Nothing is stored.</exception>
    public Task<CommitOutcome> CommitAsync(SyncAttempt attempt, Collection collection, CancellationToken cancellationToken)
    {
        if (collection.Reading.Observed is null)
            throw new ArgumentException("A complete collection was answered by someone, at some time.", nameof(collection));
        return StoreAsync(attempt, collection.Reading, SyncStatus.Complete, null, collection, cancellationToken);
    }

    /// <summary>Records an attempt that failed or was cancelled: its leaf, its row, and nothing else of the evidence.</summary>
    /// <exception cref="RefusedException">As <see cref="CommitAsync"/>.</exception>
    public Task<CommitOutcome> RecordFailureAsync(SyncAttempt attempt, CollectionFailedException failure, CancellationToken cancellationToken)
    {
        var cancelled = failure.Failure.Code == CancelledCode;
        return StoreAsync(
            attempt, failure.Reading, cancelled ? SyncStatus.Cancelled : SyncStatus.Failed, cancelled ? null : failure.Failure.Code, null, cancellationToken);
    }

    private const string CancelledCode = "CANCELLED";

    private async Task<CommitOutcome> StoreAsync(
        SyncAttempt attempt, CollectionReading? reading, SyncStatus status, string? code, Collection? collection, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var log = await LogAppend.BeginAsync(Engine, connection, attempt.Workspace, clock, cancellationToken);
        await RefuseRollbackAsync(connection, attempt.Workspace, log, cancellationToken);
        if (await FindOutcomeAsync(connection, attempt, cancellationToken) is { } stored)
            return stored;
        // A crash anywhere before the commit leaves nothing: the database rolls back, and the attempt is a missed one.
        await ReachAsync(CommitStep.HeadLocked);

        var run = await SyncContext.ReadAsync(Engine, connection, attempt, log.At, cancellationToken);
        var diffs = new List<PopulationDiff>();
        foreach (var population in collection?.Populations ?? [])
            diffs.Add(await PopulationDiff.ReadAsync(Engine, connection, attempt.Connection, population, cancellationToken));

        var manifestIndex = log.Size;
        var anomalies = Anomalies(collection, diffs);
        var evidence = new List<long>();
        var writer = new SyncWriter(Engine, connection, attempt, run.Seq, cancellationToken);
        // Asked again here, under the lock: of two connections that read at once, one seals what their app registration can see.
        var visible = collection?.Visible is { } list
            ? await new VisibleDays(Engine, connection, attempt.Workspace, run.Cloud, run.Tenant).DecideAsync(list, collection.Reading, attempt, run.Seq, cancellationToken)
            : null;
        if (collection is not null)
        {
            await writer.WriteObservationsAsync(diffs, reading!.Observed!); // CommitAsync refuses a collection without it
            await writer.WritePagesAsync(collection, diffs, visible, manifestIndex);
            await ReachAsync(CommitStep.ObservationsWritten);
        }

        // A page that this sync keeps for the first time was read by no manifest that is known, least of all by its own.
        var cachedBy = reading?.CachedDefinitions is { } cached && await writer.FindPageReaderAsync(cached.Sha256) is { } reader && reader < manifestIndex ? reader : (long?)null;
        var identity = new SyncIdentity(
            attempt.Connection, run.Seq, run.PreviousManifest, KebabCaseText.Of(attempt.Trigger), attempt.Actor, attempt.Node, Product, run.Configuration,
            Instant.Truncate(attempt.StartedAt), Instant.Truncate(reading?.EndedAt ?? clock.GetUtcNow()));
        var manifest = SyncManifest.Of(identity, reading, KebabCaseText.Of(status), code, cachedBy, run.LastSetting);
        log.Add(manifest);

        if (collection is not null)
        {
            foreach (var type in EvidenceType.All)
                evidence.Add(await AddEvidenceAsync(type, writer, log, collection, diffs, anomalies, manifestIndex, run));
            await AddSecondThoughtsAsync(writer, log, diffs, run);
            if (visible is { Leaf: { } leaf, Observation: { } observation })
                await writer.WriteVisibleAsync(leaf, log.Add(leaf).Index, visible.IsNew ? observation : null);
        }

        var sync = new Sync
        {
            Id = attempt.Id, Workspace = attempt.Workspace, Connection = attempt.Connection, Seq = run.Seq, Trigger = attempt.Trigger, Actor = attempt.Actor,
            Node = attempt.Node, Status = status, Code = code, StartedAt = identity.StartedAt, EndedAt = identity.EndedAt,
            ObservedFrom = reading?.Observed?.From, ObservedTo = reading?.Observed?.To,
            Day = DateOnly.FromDateTime((reading?.Observed?.From ?? attempt.StartedAt).UtcDateTime), Leaf = manifestIndex,
            Setting = manifest.SettingAt ?? manifestIndex,
            Added = diffs.Sum(d => d.Change.Added), Changed = diffs.Sum(d => d.Change.Changed), Removed = diffs.Sum(d => d.Change.Removed),
            Anomalies = anomalies.Count,
        };
        await writer.WriteSyncAsync(sync);
        await ReachAsync(CommitStep.RowsWritten);
        await log.WriteLeavesAsync(cancellationToken);
        await ReachAsync(CommitStep.LeavesWritten);
        await log.MoveHeadAsync(cancellationToken);
        await ReachAsync(CommitStep.HeadMoved);
        await transaction.CommitAsync(cancellationToken);
        // A crash here, or a connection that breaks while COMMIT is under way: the sync is stored and its caller does not know. Asked again with the
        // same id, it is found above. No checkpoint covers it yet; the next signature does.
        await ReachAsync(CommitStep.Committed);
        LedgerMeter.Ended(sync);
        return new CommitOutcome(sync, Counts(collection), evidence) { VisibleFailure = visible?.Failure };
    }

    private static async Task<long> AddEvidenceAsync(
        EvidenceType type, SyncWriter writer, LogAppend log, Collection collection, List<PopulationDiff> diffs,
        List<Anomaly> anomalies, long manifestIndex, SyncContext run)
    {
        PopulationDiff[] with = [.. type.With.Select(of => diffs.Single(d => d.Now.Type == of))];
        PopulationDiff[] all = [diffs.Single(d => d.Now.Type == type.Population), .. with];
        // An anomaly named by an observation type belongs to the records that seal it, any other to all.
        Anomaly[] mine = [.. anomalies.Where(a => !diffs.Exists(d => d.Now.Type == a.Subject) || all.Any(d => d.Now.Type == a.Subject))];
        var record = new EvidenceRecord
        {
            Type = type.Id, Connection = writer.Attempt.Connection, Subscription = run.Subscription, Seq = run.Seq, Manifest = manifestIndex,
            Previous = await writer.FindLastEvidenceAsync(type.Id), ObservedAt = collection.Reading.Observed!, // CommitAsync refuses a collection without it
            Population = SealedPopulation.Of(all[0].Now), With = [.. with.Select(d => SealedPopulation.Of(d.Now))],
            Changes = [.. all.Select(d => d.Change).OrderBy(change => change.Type, StringComparer.Ordinal)],
            Anomalies = mine, Limits = Limits.Compose(collection.Limits), Mapping = Mapping.CurrentVersion,
        };
        var (leaf, index) = log.Add(record);
        await writer.WriteEvidenceAsync(record, index, leaf.Hash);
        return index;
    }

    private static async Task AddSecondThoughtsAsync(SyncWriter writer, LogAppend log, List<PopulationDiff> diffs, SyncContext run)
    {
        var assignments = diffs.Single(d => d.Now.Type == ObservationType.RoleAssignment);
        if (assignments.Before is null)
            return;
        foreach (var thought in await SecondThoughts.FindAsync(writer, assignments.NewKeys))
        {
            var leaf = new ExceptionLeaf(
                writer.Attempt.Connection, run.Seq, thought.Code, thought.Observation.Key, thought.Observation.Type, thought.Observation.Digest, thought.Record);
            var (_, index) = log.Add(leaf);
            await writer.WriteExceptionAsync(leaf, index);
        }
    }

    private static List<Anomaly> Anomalies(Collection? collection, List<PopulationDiff> diffs) =>
        [.. collection?.Anomalies ?? [], .. diffs.Where(d => d.IsHalved).Select(d => new Anomaly(HalvedCode, d.Now.Type))];

    private static Dictionary<string, int> Counts(Collection? collection) =>
        (collection?.Populations ?? []).ToDictionary(p => p.Type, p => p.Count, StringComparer.Ordinal);

    private async Task<CommitOutcome?> FindOutcomeAsync(DbConnection connection, SyncAttempt attempt, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync("SELECT 1 FROM sync WHERE id = @id", cancellationToken, ("@id", Engine.Id(attempt.Id))) is null)
            return null;
        var sync = await SyncWriter.GetSyncAsync(Engine, connection, attempt.Id, cancellationToken);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var evidence = new List<long>();
        if (sync.Status == SyncStatus.Complete)
        {
            var populations = connection.QueryAsync(
                "SELECT type, count FROM population WHERE connection = @connection AND seq <= @seq ORDER BY seq", cancellationToken,
                ("@connection", Engine.Id(sync.Connection)), ("@seq", sync.Seq));
            await foreach (var row in populations)
                counts[row.GetString(0)] = row.GetInt32(1);
            var records = connection.QueryAsync(
                "SELECT idx FROM evidence WHERE connection = @connection AND seq = @seq ORDER BY idx", cancellationToken,
                ("@connection", Engine.Id(sync.Connection)), ("@seq", sync.Seq));
            await foreach (var row in records)
                evidence.Add(row.GetInt64(0));
        }

        return new CommitOutcome(sync, counts, evidence);
    }
}
