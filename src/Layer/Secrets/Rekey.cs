using Layer.Storage;

namespace Layer.Secrets;

/// <summary>Puts a new key-encryption key in the place of the old one. Secrets themselves are neither opened nor changed.</summary>
/// <remarks>
/// Three steps, each of which may be the last before a crash; running it again goes on from there:
/// 1. a new key is added: both are in the ring, the new one wraps nothing yet;
/// 2. every data key is wrapped anew, in one transaction: none or all;
/// 3. keys that wrap nothing are deleted.
/// A ring with more than one key is therefore a rekey that has not finished.
/// </remarks>
internal sealed class Rekey(LayerDatabase database, KeyRing ring, Seal seal)
{
    public async Task<RekeyOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var resumed = AddKey();
        var wrapped = await WrapAsync(cancellationToken);
        var deleted = await DeleteOldKeysAsync(cancellationToken);
        return new RekeyOutcome(ring.KeyIds[^1], wrapped, deleted, resumed);
    }

    /// <summary>True when an earlier rekey is being finished and no key was added.</summary>
    internal bool AddKey()
    {
        if (ring.KeyIds.Count > 1)
            return true;
        ring.Add();
        return false;
    }

    internal async Task<int> WrapAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await database.Engine.BeginWriteAsync(connection, cancellationToken);
        await database.Engine.LockKeysAsync(connection, alone: true, cancellationToken);
        var wrapped = 0;
        foreach (var column in SealedColumn.All)
        {
            var values = await column.ReadAsync(database.Engine, connection, cancellationToken).ToListAsync(cancellationToken);
            foreach (var (id, value) in values)
            {
                if (seal.Rewrap(value) is { } rewrapped)
                    wrapped += await column.UpdateAsync(database.Engine, connection, id, rewrapped, cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return wrapped;
    }

    internal async Task<int> DeleteOldKeysAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await database.Engine.BeginWriteAsync(connection, cancellationToken);
        await database.Engine.LockKeysAsync(connection, alone: true, cancellationToken);
        var inUse = new HashSet<Guid>();
        foreach (var column in SealedColumn.All)
        {
            await foreach (var (_, value) in column.ReadAsync(database.Engine, connection, cancellationToken))
                inUse.Add(SealedBlob.Read(value).KeyEncryptionKeyId);
        }

        var deleted = 0;
        foreach (var id in ring.KeyIds.SkipLast(1).Where(id => !inUse.Contains(id)))
        {
            ring.Delete(id);
            deleted++;
        }

        return deleted;
    }
}

/// <summary>What a rekey did: the key that is current now, how many values it wraps anew, how many old keys are gone.</summary>
internal sealed record RekeyOutcome(Guid KeyId, int Wrapped, int Deleted, bool Resumed);
