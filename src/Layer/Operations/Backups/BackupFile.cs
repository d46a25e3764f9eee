using System.IO.Compression;
using System.Security.Cryptography;
using Layer.Evidence;

namespace Layer.Operations.Backups;

/// <summary>A backup, open for reading. Anybody may have written it: nothing in it is believed before it was compared.</summary>
internal sealed class BackupFile : IDisposable
{
    private const int LargestManifest = 16 << 20;
    private const int LargestLine = 512 << 20;

    private readonly ZipArchive _zip;

    private BackupFile(string path, ZipArchive zip, BackupManifest manifest)
    {
        Path = path;
        _zip = zip;
        Manifest = manifest;
    }

    public string Path { get; }

    public BackupManifest Manifest { get; }

    /// <exception cref="RefusedException">BACKUP_UNREADABLE.</exception>
    public static BackupFile Open(string path)
    {
        ZipArchive? zip = null;
        try
        {
            zip = ZipFile.OpenRead(path);
            if (zip.GetEntry(BackupManifest.FileName) is not { Length: <= LargestManifest } entry)
                throw new FormatException("it has no manifest");
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return new BackupFile(path, zip, BackupManifest.Parse(bytes.ToArray()));
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            zip?.Dispose();
            throw new RefusedException(new("BACKUP_UNREADABLE", new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = path, ["reason"] = wrong.Message.TrimEnd('.') }), wrong);
        }
    }

    /// <summary>Reads every entry to its end and compares count and hash.</summary>
    /// <exception cref="RefusedException">BACKUP_DAMAGED.</exception>
    public void CheckSums()
    {
        var known = Manifest.Tables.Select(table => table.File).Append(BackupManifest.FileName).ToHashSet(StringComparer.Ordinal);
        if (known.Count != _zip.Entries.Count || _zip.Entries.FirstOrDefault(entry => !known.Contains(entry.FullName)) is not null)
            throw Damaged("it holds other entries than its manifest names");
        foreach (var table in Manifest.Tables)
        {
            foreach (var _ in Lines(table))
            {
                // Lines compares at the end.
            }
        }
    }

    /// <summary>The lines of a table, without their line feeds; after the last one, count and hash are compared.</summary>
    /// <exception cref="RefusedException">BACKUP_DAMAGED, while it is read.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Lines(BackupTable table)
    {
        using var lines = Entry(table);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var (start, end, rows) = (0, 0, 0L);
        while (true)
        {
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                hash.AppendData(buffer, start, length + 1);
                rows++;
                yield return buffer.AsMemory(start, length);
                start += length + 1;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                if (buffer.Length >= LargestLine)
                    throw Damaged($"{table.File} holds a line that no row has");
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = Read(lines, buffer.AsSpan(end), table);
            if (read == 0)
                break;
            end += read;
        }

        if (end > 0 || rows != table.Rows || new Digest(hash.GetHashAndReset()) != table.Sha256)
            throw Damaged($"{table.File} is not what its manifest says: {rows} rows where {table.Rows} were written, or others");
    }

    /// <summary>BACKUP_DAMAGED.</summary>
    public RefusedException Damaged(string reason) => new("BACKUP_DAMAGED", ("file", Path), ("reason", reason));

    public void Dispose() => _zip.Dispose();

    private Stream Entry(BackupTable table) => (_zip.GetEntry(table.File) ?? throw Damaged($"{table.File} is missing")).Open();

    private int Read(Stream stream, Span<byte> buffer, BackupTable table)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException)
        {
            throw new RefusedException(Damaged($"{table.File} cannot be unpacked").Failure, damaged);
        }
    }
}
