using System.Buffers.Binary;
using System.IO.Compression;

namespace Layer.Azure.Http;

/// <summary>Reads a body to its end, decodes gzip, and refuses one that was cut short or is larger than any list of Azure.</summary>
internal static class BodyReader
{
    /// <summary>4,000 role assignments, Azure's limit for a subscription, are some 3.5 MB.</summary>
    public const int LargestBody = 64 * 1024 * 1024;

    public static async Task<byte[]> ReadAsync(Stream content, long? length, string? encoding, CancellationToken cancellationToken)
    {
        var raw = await ReadToEndAsync(content, length, cancellationToken);
        return encoding switch
        {
            null or "" or "identity" => raw,
            "gzip" or "x-gzip" => Decode(raw),
            _ => throw new InvalidDataException($"The body is encoded as {encoding}, which was not asked for."),
        };
    }

    private static async Task<byte[]> ReadToEndAsync(Stream content, long? length, CancellationToken cancellationToken)
    {
        if (length > LargestBody)
            throw new BodyTooLargeException();
        var body = new byte[length ?? 16 * 1024];
        var filled = 0;
        while (true)
        {
            if (filled == body.Length)
            {
                // One byte more tells a body of exactly the promised length from a longer one.
                if (length is not null)
                    break;
                if (body.Length >= LargestBody)
                    throw new BodyTooLargeException();
                Array.Resize(ref body, Math.Min(body.Length * 2, LargestBody));
            }

            var read = await content.ReadAsync(body.AsMemory(filled), cancellationToken);
            if (read == 0)
                break;
            filled += read;
        }

        if (filled < length)
            throw new InvalidDataException("The body ended early.");
        if (filled != body.Length)
            Array.Resize(ref body, filled);
        return body;
    }

    private static byte[] Decode(byte[] raw)
    {
        // .NET's GZipStream takes the end of its input for the end of the data; the length in the trailer tells a cut body.
        const int LeastGzip = 18, MostExpansion = 64;
        if (raw.Length < LeastGzip)
            throw new InvalidDataException("The gzip body ended early.");
        var promised = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(raw.Length - sizeof(uint)));
        using var gzip = new GZipStream(new MemoryStream(raw), CompressionMode.Decompress);
        var body = new byte[Math.Min(promised, (long)raw.Length * MostExpansion) + 1];
        var filled = 0;
        for (int read; (read = gzip.Read(body, filled, body.Length - filled)) > 0;)
        {
            filled += read;
            if (filled > LargestBody)
                throw new BodyTooLargeException();
            if (filled == body.Length)
                Array.Resize(ref body, body.Length * 2);
        }

        if (filled != promised)
            throw new InvalidDataException("The gzip body does not have the length its trailer names.");
        Array.Resize(ref body, filled);
        return body;
    }
}

/// <summary>A body beyond <see cref="BodyReader.LargestBody"/>.</summary>
internal sealed class BodyTooLargeException : Exception;
