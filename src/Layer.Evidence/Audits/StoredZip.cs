using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Layer.Evidence.Audits;

/// <summary>Reads a zip file in the one layout of docs/evidence-format.md §8.1 and refuses every other, so that no two programs can see different files in it.</summary>
/// <remarks>Nothing is unpacked into memory. Not safe for use by several threads at once: all entries share the position of one stream.</remarks>
public sealed class StoredZip
{
    private const int ChunkSize = 1 << 16;
    private readonly Stream _zip;
    private readonly Dictionary<string, StoredZipEntry> _byName;

    private StoredZip(Stream zip, List<StoredZipEntry> entries)
    {
        _zip = zip;
        Entries = entries;
        _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<StoredZipEntry> Entries { get; }

    /// <summary>Reads the directory and compares it with every local header. The contents are not read yet: see <see cref="ReadSums"/>.</summary>
    /// <param name="zip">Readable and seekable; it stays open and must not be moved by others.</param>
    /// <exception cref="FormatException">It is not such a zip file; the message says what is wrong.</exception>
    public static StoredZip Open(Stream zip)
    {
        if (!zip.CanSeek || !zip.CanRead)
            throw new ArgumentException("The stream must be readable and seekable.", nameof(zip));
        var (count, start, size) = ReadEnd(zip);
        var directory = new byte[size];
        ReadAt(zip, start, directory);
        var entries = new List<StoredZipEntry>(count);
        var (at, next) = (0, 0L);
        for (var i = 0; i < count; i++)
        {
            var entry = ReadEntry(zip, directory.AsSpan(at), i == 0 ? null : entries[i - 1].Name, next, start);
            entries.Add(entry);
            at += StoredZipLayout.CentralHeaderSize + entry.Name.Length;
            next = entry.Offset + entry.Length;
        }

        if (at != size || next != start)
            throw new FormatException("The zip file holds bytes that belong to no entry.");
        if (count < 2 || entries[^1].Name != StoredZipLayout.SumsSignature)
            throw new FormatException($"The last two entries are not {StoredZipLayout.Sums} and {StoredZipLayout.SumsSignature}.");
        return new StoredZip(zip, entries);
    }

    /// <summary>The entry of a name, or null.</summary>
    public StoredZipEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The content of an entry from its beginning. Several may be open at the same time.</summary>
    /// <exception cref="KeyNotFoundException">There is no entry of this name.</exception>
    public Stream OpenEntry(string name) => new EntryStream(this, Get(name));

    /// <summary>The whole content of an entry that is known to be small.</summary>
    /// <exception cref="KeyNotFoundException">There is no entry of this name.</exception>
    /// <exception cref="FormatException">It is larger than <paramref name="most"/>.</exception>
    public byte[] ReadEntry(string name, int most)
    {
        var entry = Get(name);
        if (entry.Length > most)
            throw new FormatException($"It has {entry.Length} bytes; at most {most} are allowed.");
        var bytes = new byte[entry.Length];
        ReadAt(_zip, entry.Offset, bytes);
        return bytes;
    }

    /// <summary>A part of an entry's content.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="offset">From the beginning of the entry.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the entry.</exception>
    public byte[] ReadPart(StoredZipEntry entry, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, entry.Length);
        var bytes = new byte[length];
        ReadAt(_zip, entry.Offset + offset, bytes);
        return bytes;
    }

    /// <summary>Reads everything once: compares each CRC-32 and gives each SHA-256, in the order of the file.</summary>
    /// <param name="progress">Told how many bytes of how many were read; null when nobody waits.</param>
    /// <exception cref="FormatException">A content has another CRC-32 than its header says.</exception>
    public IReadOnlyList<StoredZipSum> ReadSums(Action<long, long>? progress = null)
    {
        var sums = new List<StoredZipSum>(Entries.Count);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkSize];
        foreach (var entry in Entries)
        {
            var crc = default(Crc32);
            for (long at = 0; at < entry.Length;)
            {
                var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.Length - at));
                ReadAt(_zip, entry.Offset + at, part);
                crc.Append(part);
                sha256.AppendData(part);
                at += part.Length;
                progress?.Invoke(entry.Offset + at, _zip.Length);
            }

            if (crc.Value != entry.Crc32)
                throw new FormatException($"The content of '{entry.Name}' is damaged: it has another CRC-32 than its header says.");
            sums.Add(new StoredZipSum(entry.Name, new Digest(sha256.GetHashAndReset())));
        }

        return sums;
    }

    private static (int Count, long Start, int Size) ReadEnd(Stream zip)
    {
        if (zip.Length < StoredZipLayout.EndRecordSize)
            throw new FormatException("It is too short for a zip file.");
        if (zip.Length >= StoredZipLayout.SizeLimit)
            throw new FormatException("It has 4 GiB or more.");
        Span<byte> end = stackalloc byte[StoredZipLayout.EndRecordSize];
        ReadAt(zip, zip.Length - end.Length, end);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(end[8..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        Span<byte> expected = stackalloc byte[StoredZipLayout.EndRecordSize];
        StoredZipLayout.WriteEndRecord(expected, count, size, start);
        if (!end.SequenceEqual(expected) || count > StoredZipLayout.MostEntries)
            throw new FormatException("It does not end in the one end record that a bundle has.");
        var longest = (long)count * (StoredZipLayout.CentralHeaderSize + StoredZipLayout.LongestName);
        if ((long)start + size + StoredZipLayout.EndRecordSize != zip.Length || size > longest)
            throw new FormatException("Its directory does not lie right before its end record.");
        return (count, start, (int)size);
    }

    // Each header is written again from what it says and compared: whatever is not as in the specification differs.
    private static StoredZipEntry ReadEntry(Stream zip, ReadOnlySpan<byte> directory, string? before, long offset, long end)
    {
        var nameLength = directory.Length < StoredZipLayout.CentralHeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        var length = StoredZipLayout.CentralHeaderSize + nameLength;
        if (nameLength is 0 or > StoredZipLayout.LongestName || directory.Length < length)
            throw new FormatException("Its directory ends early, or has a name that is empty or too long.");
        var bytes = directory[StoredZipLayout.CentralHeaderSize..length];
        var name = Ascii.IsValid(bytes) ? Encoding.ASCII.GetString(bytes) : "";
        if ((StoredZipLayout.RefuseName(name) ?? StoredZipLayout.RefuseOrder(before, name)) is { } refused)
            throw new FormatException($"'{name}' cannot be an entry here: {refused}.");

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(directory[16..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]);
        Span<byte> expected = stackalloc byte[StoredZipLayout.CentralHeaderSize + StoredZipLayout.LongestName];
        StoredZipLayout.WriteCentralHeader(expected, name, crc, size, (uint)offset);
        if (!directory[..length].SequenceEqual(expected[..length]))
            throw new FormatException($"The directory describes '{name}' otherwise than a bundle's does.");

        var content = offset + StoredZipLayout.LocalHeaderSize + name.Length;
        if (content + size > end)
            throw new FormatException($"'{name}' reaches into the directory.");
        StoredZipLayout.WriteLocalHeader(expected, name, crc, size);
        Span<byte> local = stackalloc byte[StoredZipLayout.LocalHeaderSize + StoredZipLayout.LongestName];
        local = local[..(StoredZipLayout.LocalHeaderSize + name.Length)];
        ReadAt(zip, offset, local);
        return local.SequenceEqual(expected[..local.Length])
            ? new StoredZipEntry(name, size, content, crc)
            : throw new FormatException($"The header before '{name}' is not what the directory says.");
    }

    private StoredZipEntry Get(string name) => Find(name) ?? throw new KeyNotFoundException($"The zip file has no entry '{name}'.");

    private static void ReadAt(Stream zip, long offset, Span<byte> bytes)
    {
        zip.Position = offset;
        if (zip.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new EndOfStreamException("The zip file became shorter while it was read.");
    }

    private sealed class EntryStream(StoredZip zip, StoredZipEntry entry) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => entry.Length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, entry.Length - _position)];
            ReadAt(zip._zip, entry.Offset + _position, part);
            _position += part.Length;
            return part.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>One file of a bundle.</summary>
/// <param name="Name">ASCII, parts joined by <c>/</c>.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Offset">Where its content begins in the zip file.</param>
/// <param name="Crc32">As its headers say; compared by <see cref="StoredZip.ReadSums"/>.</param>
public sealed record StoredZipEntry(string Name, long Length, long Offset, uint Crc32);
