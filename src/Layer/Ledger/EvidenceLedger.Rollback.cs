using System.Data.Common;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    /// <summary>Compares every log of the database with the last checkpoint that was signed for it, as each append and each signature does too.</summary>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK: a log does not extend it, as when an old database was restored. LOG_BROKEN.</exception>
    public async Task RefuseRollbackAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        var logs = new List<(Guid Workspace, string Origin)>();
        await foreach (var row in connection.QueryAsync("SELECT id, origin FROM workspace ORDER BY id", cancellationToken))
            logs.Add((Engine.ReadId(row, 0), row.GetString(1)));
        foreach (var (workspace, origin) in logs)
        {
            // The file first: what it names was committed before it was written, so a log that grows meanwhile only looks longer.
            if (await FindLastSignedAsync(origin, cancellationToken) is not { } last)
                continue;
            if (await connection.ScalarAsync("SELECT size FROM log_head WHERE workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace))) is not long size)
                throw new RefusedException("LOG_BROKEN", ("item", "the head"));
            await RefuseRollbackAsync(connection, workspace, size, last, cancellationToken);
        }
    }

    /// <summary>Goes on with a log that lost what was signed: seals an epoch that names the last lost checkpoint. The caller signs next.</summary>
    /// <exception cref="RefusedException">LOG_NOT_ROLLED_BACK: nothing was lost, or an epoch says so already. CLOCK_BEHIND_LOG, LOG_BROKEN.</exception>
    public async Task<EpochLeaf> BeginEpochAsync(Guid workspace, string actor, string reason, CancellationToken cancellationToken)
    {
        EpochLeaf? epoch = null;
        await AppendAnywayAsync(workspace, async (log, connection) =>
        {
            var last = await FindLastSignedAsync(log.Origin, cancellationToken);
            if (last is null || !await IsLostAsync(connection, workspace, log.Size, last, cancellationToken))
                throw new RefusedException("LOG_NOT_ROLLED_BACK", ("size", $"{log.Size}"));
            epoch = new EpochLeaf(actor, reason, last.Root, last.Size);
            log.Add(epoch);
        }, cancellationToken);
        return epoch!; // AppendAnywayAsync returns only after it was made
    }

    // Under the lock of the head: nobody can sign meanwhile.
    private async Task RefuseRollbackAsync(DbConnection connection, Guid workspace, LogAppend log, CancellationToken cancellationToken)
    {
        if (await FindLastSignedAsync(log.Origin, cancellationToken) is { } last)
            await RefuseRollbackAsync(connection, workspace, log.Size, last, cancellationToken);
    }

    private async Task RefuseRollbackAsync(DbConnection connection, Guid workspace, long size, Checkpoint last, CancellationToken cancellationToken)
    {
        if (await IsLostAsync(connection, workspace, size, last, cancellationToken))
            throw new RefusedException("LOG_ROLLED_BACK", ("signedSize", $"{last.Size}"), ("size", $"{size}"), ("file", new CheckpointsLog(folder.Keys).Path));
    }

    private async Task<bool> IsLostAsync(DbConnection connection, Guid workspace, long size, Checkpoint last, CancellationToken cancellationToken)
    {
        if (last.Size <= size && (await LogAppend.ReadFrontierAsync(Engine, connection, workspace, last.Size, cancellationToken)).Root == last.Root)
            return false;
        // Only between an epoch and the signature that follows it are leaves searched.
        var epochs = connection.QueryAsync(
            "SELECT idx, bytes FROM log_leaf WHERE workspace = @workspace AND kind = @kind ORDER BY idx DESC", cancellationToken,
            ("@workspace", Engine.Id(workspace)), ("@kind", LeafKind.Epoch));
        await foreach (var row in epochs)
        {
            if (Epoch(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) is { } epoch && epoch.LostSize == last.Size && epoch.LostRoot == last.Root)
                return false;
        }

        return true;
    }

    private static EpochLeaf? Epoch(long index, byte[] packed)
    {
        try
        {
            return Leaf.Parse(PackedBytes.Unpack(packed)).Body as EpochLeaf;
        }
        catch (Exception changed) when (changed is InvalidDataException or FormatException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }
    }

    private async Task<Checkpoint?> FindLastSignedAsync(string origin, CancellationToken cancellationToken) =>
        (await FindLastLineAsync(origin, cancellationToken))?.Checkpoint;

    private async Task<SignedCheckpoint?> FindLastLineAsync(string origin, CancellationToken cancellationToken)
    {
        var file = new CheckpointsLog(folder.Keys);
        try
        {
            return await file.FindLastAsync(origin, cancellationToken);
        }
        catch (FormatException unreadable)
        {
            throw new RefusedException(new Evidence.Collecting.Failure("LOG_BROKEN", new Dictionary<string, string> { ["item"] = "A line of checkpoints.log" }), unreadable);
        }
    }
}
