using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    /// <summary>Signs the log as it stands with every key that is not retired; when it stands where the last signature left it, gives that one.</summary>
    /// <remarks>To be called after a commit, and whenever the program starts: one signature may cover several commits.</remarks>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK: the tree does not extend what was signed before. LOG_BROKEN; KEYRING_LOST, KEYRING_WRONG.</exception>
    public async Task<SignedCheckpoint> SignCheckpointAsync(Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var head = await ReadHeadAsync(connection, workspace, cancellationToken);
        var log = new CheckpointsLog(folder.Keys);
        var last = await FindLastLineAsync(head.Origin, cancellationToken);
        if (last is not null)
            await RefuseRollbackAsync(connection, workspace, head.Size, last.Checkpoint, cancellationToken);

        var stored = await connection.ScalarAsync(
            "SELECT text FROM checkpoint WHERE workspace = @workspace AND size = @size", cancellationToken,
            ("@workspace", Engine.Id(workspace)), ("@size", head.Size));
        var signed = last?.Checkpoint == head ? last : null;
        if (signed is null)
        {
            signed = head.Sign(await SigningKeys.OpenAsync(Engine, connection, seal, workspace, head.Origin, cancellationToken));
            // A crash here leaves nothing: the signature was given to nobody. Signing the same head again gives the same bytes.
            await ReachAsync(CommitStep.Signed);
            await log.AppendAsync(signed, cancellationToken);
            // A crash here leaves a line whose leaves are all committed. The next call finds it, and stores it.
            await ReachAsync(CommitStep.Appended);
        }

        if (stored is null)
        {
            await Engine.InsertAsync(
                connection, "checkpoint", ["workspace", "size", "text", "signed_at"],
                [[Engine.Id(workspace), head.Size, signed.ToString(), clock.GetUtcNow().UtcTicks]], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        await ReachAsync(CommitStep.Stored);
        return signed;
    }

    private async Task<Checkpoint> ReadHeadAsync(DbConnection connection, Guid workspace, CancellationToken cancellationToken)
    {
        (long Size, Digest Root)? head = null;
        var rows = connection.QueryAsync(
            $"SELECT size, root FROM log_head WHERE workspace = @workspace{Engine.ForUpdate}", cancellationToken, ("@workspace", Engine.Id(workspace)));
        await foreach (var row in rows)
            head = (row.GetInt64(0), new Digest(row.GetFieldValue<byte[]>(1)));
        var origin = await connection.ScalarAsync("SELECT origin FROM workspace WHERE id = @id", cancellationToken, ("@id", Engine.Id(workspace)));
        if (origin is not string name)
            throw new InvalidOperationException($"There is no workspace {workspace}.");
        if (head is not { } found)
            throw new RefusedException("LOG_BROKEN", ("item", "the head"));
        // The head's root is not taken on trust: it is what the nodes say, or nothing is signed.
        var frontier = await LogAppend.ReadFrontierAsync(Engine, connection, workspace, found.Size, cancellationToken);
        return frontier.Root == found.Root
            ? new Checkpoint(name, found.Size, found.Root)
            : throw new RefusedException("LOG_BROKEN", ("item", "the head"));
    }
}
