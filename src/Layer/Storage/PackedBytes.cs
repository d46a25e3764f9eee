using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Layer.Storage;

/// <summary>
/// Leaves are stored compressed (raw deflate): they are half of what a sync without changes costs, and are kept for good. What is hashed and shown is always
/// the unpacked bytes. Before them stand four bytes of their SHA-256: deflate ignores what follows its end, and a changed row must be noticed whatever was
/// changed in it.
/// </summary>
internal sealed class PackedBytes() : ValueConverter<byte[], byte[]>(plain => Pack(plain), packed => Unpack(packed))
{
    // A leaf is a few kilobytes. Bytes that unpack to more were not written by us, and must not fill the memory of whoever verifies them.
    private const int Limit = 64 * 1024 * 1024;

    private const int CheckSize = 4;

    public static byte[] Pack(ReadOnlySpan<byte> plain)
    {
        using var packed = new MemoryStream();
        packed.Write(stackalloc byte[CheckSize]);
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(plain);
        var bytes = packed.ToArray();
        SHA256.HashData(bytes.AsSpan(CheckSize)).AsSpan(0, CheckSize).CopyTo(bytes);
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are not packed bytes.</exception>
    public static byte[] Unpack(byte[] packed)
    {
        if (packed.Length < CheckSize || !SHA256.HashData(packed.AsSpan(CheckSize)).AsSpan(0, CheckSize).SequenceEqual(packed.AsSpan(0, CheckSize)))
            throw new InvalidDataException("The stored bytes were changed.");
        using var deflate = new DeflateStream(new MemoryStream(packed, CheckSize, packed.Length - CheckSize), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var block = new byte[8192];
        while (deflate.Read(block) is > 0 and var read)
        {
            plain.Write(block, 0, read);
            if (plain.Length > Limit)
                throw new InvalidDataException("The bytes unpack to more than any leaf.");
        }

        return plain.ToArray();
    }
}
