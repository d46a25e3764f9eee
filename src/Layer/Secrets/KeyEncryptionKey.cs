using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Layer.Secrets;

/// <summary>A 256-bit key that wraps data keys. It lives in a file of the key ring, never in the database.</summary>
internal sealed class KeyEncryptionKey : IDisposable
{
    public const int Size = 32;

    private const string FileForm = "layer-kek-1";

    private readonly byte[] _bytes;

    private KeyEncryptionKey(Guid id, byte[] bytes)
    {
        Id = id;
        _bytes = bytes;
    }

    /// <summary>UUIDv7: the newest of a ring is its current key.</summary>
    public Guid Id { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static KeyEncryptionKey Create(Guid id)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
        RandomNumberGenerator.Fill(bytes);
        return new KeyEncryptionKey(id, bytes);
    }

    /// <summary>One line: form, id, key, and the start of the key's SHA-256, so that a cut or mistyped file is told apart from a wrong key.</summary>
    public string ToFileText() => $"{FileForm} {Id} {Convert.ToBase64String(_bytes)} {Check(_bytes)}\n";

    public static bool TryParse(string fileText, Guid id, [NotNullWhen(true)] out KeyEncryptionKey? key)
    {
        key = null;
        if (fileText.Trim().Split(' ') is not [FileForm, var idText, var base64, var check] || idText != id.ToString())
            return false;
        var bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || length != Size || check != Check(bytes))
            return false;
        key = new KeyEncryptionKey(id, bytes);
        return true;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private static string Check(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 4));
}
