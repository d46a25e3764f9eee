using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    /// <summary>The workspace's signing keys, oldest first, to sign something else than a checkpoint with.</summary>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK: the tree does not extend what was signed before, and then nothing is signed. LOG_BROKEN; KEYRING_LOST, KEYRING_WRONG.</exception>
    public async Task<IReadOnlyList<SigningKey>> OpenSigningKeysAsync(Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        // The head is read under its lock, as for a signature: checkpoints.log is appended to before the database says so.
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var head = await ReadHeadAsync(connection, workspace, cancellationToken);
        if (await new CheckpointsLog(folder.Keys).FindLastAsync(head.Origin, cancellationToken) is { } last)
            await RefuseRollbackAsync(connection, workspace, head, last.Checkpoint, cancellationToken);
        var keys = new List<(Guid Id, byte[] Sealed)>();
        var rows = connection.QueryAsync(
            "SELECT id, private_key FROM signing_key WHERE workspace = @workspace ORDER BY created_at, id", cancellationToken, ("@workspace", Engine.Id(workspace)));
        await foreach (var row in rows)
            keys.Add((Engine.ReadId(row, 0), row.GetFieldValue<byte[]>(1)));
        return [.. keys.Select(key => Open(workspace, head.Origin, key.Id, key.Sealed))];
    }

    private SigningKey Open(Guid workspace, string origin, Guid id, byte[] sealedSeed)
    {
        using var seed = seal.Open(SigningKeyRow.Place(workspace, id), sealedSeed);
        return SigningKey.FromSeed(origin, seed.Utf8);
    }
}
