using System.Security.Cryptography;
using Layer.Operations;

namespace Layer.Secrets;

/// <summary>A sealed value as it is stored, carrying its own wrapped data key.</summary>
/// <remarks>
/// <code>
///  1  format, 1
/// 16  id of the key-encryption key        rewritten by a rekey
/// 12  nonce, 32 wrapped data key, 16 tag  rewritten by a rekey
/// 16  id of the data key                  never rewritten
/// 12  nonce, n ciphertext, 16 tag         never rewritten
/// </code>
/// Ids are big-endian. The data key is wrapped with format and both ids as associated data; the value is bound to format, data key and
/// <see cref="SealedPlace"/>, and not to the key-encryption key, so a rekey need not touch it.
/// </remarks>
internal readonly ref struct SealedBlob
{
    public const byte Format = 1;

    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int DataKeySize = 32;
    private const int WrapStart = 1 + 16;
    private const int DataKeyIdStart = WrapStart + NonceSize + DataKeySize + TagSize;
    private const int ValueStart = DataKeyIdStart + 16;
    private const int Overhead = ValueStart + NonceSize + TagSize;

    private readonly ReadOnlySpan<byte> _bytes;

    private SealedBlob(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <exception cref="RefusedException">SEAL_BROKEN: it is not a sealed value of a form this version knows.</exception>
    public static SealedBlob Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Overhead && bytes[0] == Format ? new SealedBlob(bytes) : throw new RefusedException("SEAL_BROKEN");

    public Guid KeyEncryptionKeyId => new(_bytes.Slice(1, 16), bigEndian: true);

    public Guid DataKeyId => new(_bytes.Slice(DataKeyIdStart, 16), bigEndian: true);

    public static byte[] Write(KeyEncryptionKey kek, Guid dataKeyId, SealedPlace place, ReadOnlySpan<byte> value)
    {
        Span<byte> dataKey = stackalloc byte[DataKeySize];
        RandomNumberGenerator.Fill(dataKey);
        var bytes = new byte[Overhead + value.Length];
        dataKeyId.TryWriteBytes(bytes.AsSpan(DataKeyIdStart), bigEndian: true, out _);
        Wrap(kek, dataKey, bytes);
        Encrypt(dataKey, value, bytes.AsSpan(ValueStart), place.Bind(ValueHeader(bytes)));
        CryptographicOperations.ZeroMemory(dataKey);
        return bytes;
    }

    /// <exception cref="RefusedException">KEYRING_LOST, KEYRING_WRONG, or SEAL_BROKEN: it was sealed for another place, or altered.</exception>
    public SecretText Open(KeyRing ring, SealedPlace place)
    {
        Span<byte> dataKey = stackalloc byte[DataKeySize];
        Unwrap(ring, dataKey);
        var value = new byte[_bytes.Length - Overhead];
        try
        {
            Decrypt(dataKey, _bytes[ValueStart..], value, place.Bind(ValueHeader(_bytes)));
            return SecretText.FromUtf8(value);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new RefusedException("SEAL_BROKEN", ("row", place.Row), ("field", place.Field));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
            CryptographicOperations.ZeroMemory(value);
        }
    }

    /// <exception cref="RefusedException">KEYRING_LOST, KEYRING_WRONG.</exception>
    public void CheckKey(KeyRing ring)
    {
        Span<byte> dataKey = stackalloc byte[DataKeySize];
        Unwrap(ring, dataKey);
        CryptographicOperations.ZeroMemory(dataKey);
    }

    /// <summary>The same value and data key under another key-encryption key.</summary>
    public byte[] Rewrap(KeyRing ring, KeyEncryptionKey kek)
    {
        Span<byte> dataKey = stackalloc byte[DataKeySize];
        Unwrap(ring, dataKey);
        var bytes = _bytes.ToArray();
        Wrap(kek, dataKey, bytes);
        CryptographicOperations.ZeroMemory(dataKey);
        return bytes;
    }

    private void Unwrap(KeyRing ring, Span<byte> dataKey)
    {
        try
        {
            Decrypt(ring.Get(KeyEncryptionKeyId).Bytes, _bytes[WrapStart..DataKeyIdStart], dataKey, WrapHeader(_bytes));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new RefusedException("KEYRING_WRONG", ("keyId", KeyEncryptionKeyId.ToString()));
        }
    }

    private static void Wrap(KeyEncryptionKey kek, ReadOnlySpan<byte> dataKey, byte[] bytes)
    {
        bytes[0] = Format;
        kek.Id.TryWriteBytes(bytes.AsSpan(1), bigEndian: true, out _);
        Encrypt(kek.Bytes, dataKey, bytes.AsSpan(WrapStart, DataKeyIdStart - WrapStart), WrapHeader(bytes));
    }

    private static byte[] WrapHeader(ReadOnlySpan<byte> bytes) => [.. bytes[..WrapStart], .. bytes.Slice(DataKeyIdStart, 16)];

    private static byte[] ValueHeader(ReadOnlySpan<byte> bytes) => [Format, .. bytes.Slice(DataKeyIdStart, 16)];

    private static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, Span<byte> box, byte[] associated)
    {
        RandomNumberGenerator.Fill(box[..NonceSize]);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(box[..NonceSize], plain, box[NonceSize..^TagSize], box[^TagSize..], associated);
    }

    private static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, Span<byte> plain, byte[] associated)
    {
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[NonceSize..^TagSize], box[^TagSize..], plain, associated);
    }
}
