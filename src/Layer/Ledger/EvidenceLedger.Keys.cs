using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    /// <summary>Makes another signing key and says so in the log. From the next checkpoint on it signs beside the others.</summary>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK, CLOCK_BEHIND_LOG, KEYRING_LOST: see there. Nothing is stored.</exception>
    public async Task<VerificationKey> AddKeyAsync(Guid workspace, string actor, string reason, CancellationToken cancellationToken)
    {
        VerificationKey? added = null;
        await AppendAsync(workspace, async (log, connection) =>
        {
            var key = SigningKey.Create(log.Origin);
            await SigningKeys.InsertAsync(Engine, connection, seal, workspace, key, log.At, cancellationToken);
            log.Add(new KeyLeaf(actor, KeyLeaf.Added, key.Public.ToString(), reason));
            added = key.Public;
        }, cancellationToken);
        await SignCheckpointAsync(workspace, cancellationToken);
        return added!; // AppendAsync returns only after it was made
    }

    /// <summary>Lets a key sign the log as it stands for the last time, and says in the log that it signs no more.</summary>
    /// <param name="workspace">Whose log.</param>
    /// <param name="named">The vkey, or the key id in eight hexadecimal digits.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancelled before the commit: nothing is stored.</param>
    /// <exception cref="RefusedException">SIGNING_KEY_NOT_FOUND, SIGNING_KEY_LAST; and as <see cref="AddKeyAsync"/>.</exception>
    public async Task<VerificationKey> RetireKeyAsync(Guid workspace, string named, string actor, string reason, CancellationToken cancellationToken)
    {
        await RefuseToRetireAsync(workspace, named, cancellationToken);
        // Whoever pinned this key can then verify everything up to its end.
        await SignCheckpointAsync(workspace, cancellationToken);
        VerificationKey? retired = null;
        await AppendAsync(workspace, async (log, connection) =>
        {
            var key = Choose(await SigningKeys.ListAsync(Engine, connection, workspace, cancellationToken), named);
            await connection.ExecuteAsync(
                "UPDATE signing_key SET retired_at = @at WHERE id = @id", cancellationToken, ("@at", log.At.UtcTicks), ("@id", Engine.Id(key.Id)));
            log.Add(new KeyLeaf(actor, KeyLeaf.Retired, key.Key.ToString(), reason));
            retired = key.Key;
        }, cancellationToken);
        await SignCheckpointAsync(workspace, cancellationToken);
        return retired!; // AppendAsync returns only after it was found
    }

    /// <summary>The log's signing keys, retired ones included, oldest first, to sign something else than a checkpoint with.</summary>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK: the tree does not extend what was signed before, and then nothing is signed. LOG_BROKEN; KEYRING_LOST, KEYRING_WRONG.</exception>
    public async Task<IReadOnlyList<SigningKey>> OpenSigningKeysAsync(Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        // The head is read under its lock, as for a signature: checkpoints.log is appended to before the database says so.
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var head = await ReadHeadAsync(connection, workspace, cancellationToken);
        if (await FindLastLineAsync(head.Origin, cancellationToken) is { } last)
            await RefuseRollbackAsync(connection, workspace, head.Size, last.Checkpoint, cancellationToken);
        return await SigningKeys.OpenAsync(Engine, connection, seal, workspace, head.Origin, cancellationToken, retiredToo: true);
    }

    private async Task RefuseToRetireAsync(Guid workspace, string named, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        Choose(await SigningKeys.ListAsync(Engine, connection, workspace, cancellationToken), named);
    }

    private static KnownKey Choose(List<KnownKey> keys, string named)
    {
        keys.RemoveAll(key => key.RetiredAt is not null);
        var found = keys.FindAll(key => key.IsNamed(named));
        if (found is not [var key])
            throw new RefusedException("SIGNING_KEY_NOT_FOUND", ("key", named), ("known", string.Join(", ", keys.Select(each => found.Count > 1 ? each.Key.ToString() : each.ShortId))));
        return keys.Count > 1 ? key : throw new RefusedException("SIGNING_KEY_LAST", ("key", key.ShortId));
    }
}
