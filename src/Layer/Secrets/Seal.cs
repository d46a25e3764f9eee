using System.Data.Common;
using Layer.Storage;

namespace Layer.Secrets;

/// <summary>Turns secrets into what the database may hold, and back.</summary>
internal sealed class Seal(KeyRing ring, TimeProvider clock)
{
    /// <summary>
    /// Seals under a new data key, for a value that is stored in the connection's open write transaction. A rekey waits for that transaction, or
    /// has finished before the current key is asked for here.
    /// </summary>
    public async Task<byte[]> CloseAsync(
        StorageEngine engine, DbConnection connection, SealedPlace place, SecretText value, CancellationToken cancellationToken)
    {
        await engine.LockKeysAsync(connection, alone: false, cancellationToken);
        return Close(place, value);
    }

    internal byte[] Close(SealedPlace place, SecretText value) =>
        SealedBlob.Write(ring.GetCurrent(), Guid.CreateVersion7(clock.GetUtcNow()), place, value.Utf8);

    /// <exception cref="Operations.RefusedException">KEYRING_LOST, KEYRING_WRONG, or SEAL_BROKEN: it was sealed for another place, or altered.</exception>
    public SecretText Open(SealedPlace place, byte[] value) => SealedBlob.Read(value).Open(ring, place);

    /// <summary>The value under the current key; null when it already is.</summary>
    public byte[]? Rewrap(byte[] value)
    {
        var blob = SealedBlob.Read(value);
        var current = ring.GetCurrent();
        return blob.KeyEncryptionKeyId == current.Id ? null : blob.Rewrap(ring, current);
    }
}
