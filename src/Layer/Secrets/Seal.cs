namespace Layer.Secrets;

/// <summary>Turns secrets into what the database may hold, and back.</summary>
internal sealed class Seal(KeyRing ring, TimeProvider clock)
{
    /// <summary>
    /// Seals under a new data key. Call it inside the write transaction that stores the value: a rekey takes the same lock, so it either sees the
    /// value or has finished before the current key is asked for here.
    /// </summary>
    public byte[] Close(SealedPlace place, SecretText value) =>
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
