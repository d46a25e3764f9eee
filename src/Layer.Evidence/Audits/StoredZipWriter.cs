using System.Security.Cryptography;

namespace Layer.Evidence.Audits;

/// <summary>Writes a zip file without compression in the one layout of docs/evidence-format.md §8.1: the same entries give the same bytes.</summary>
/// <remarks>Entries are written one after another, each through the stream that <see cref="Begin"/> gives. Not safe for use by several threads at once.</remarks>
public sealed class StoredZipWriter : IDisposable
{
    private readonly Stream _zip;
    private readonly List<(string Name, uint Crc, uint Size, uint Offset)> _headers = [];
    private readonly List<StoredZipSum> _sums = [];
    private EntryStream? _open;
    private bool _finished;

    /// <summary>Begins an empty zip file.</summary>
    /// <param name="zip">Writable and seekable; written from its beginning. It stays open.</param>
    public StoredZipWriter(Stream zip)
    {
        if (!zip.CanSeek || !zip.CanWrite)
            throw new ArgumentException("The stream must be writable and seekable.", nameof(zip));
        _zip = zip;
        _zip.Position = 0;
        _zip.SetLength(0);
    }

    /// <summary>SHA-256 of each entry that is ended, in order.</summary>
    public IReadOnlyList<StoredZipSum> Sums => _sums;

    /// <summary>Begins an entry; disposing the stream ends it. The stream is not seekable.</summary>
    /// <exception cref="InvalidOperationException">Another entry is open, everything is finished, or the name is not allowed here: a mistake of the caller.</exception>
    /// <exception cref="BundleTooLargeException">There would be too many entries.</exception>
    public Stream Begin(string name)
    {
        if (_open is not null || _finished)
            throw new InvalidOperationException($"'{name}' cannot begin: {(_finished ? "the zip file is finished" : "another entry is open")}.");
        var before = _sums.Count == 0 ? null : _sums[^1].Name;
        if ((StoredZipLayout.RefuseName(name) ?? StoredZipLayout.RefuseOrder(before, name)) is { } refused)
            throw new InvalidOperationException($"'{name}' cannot be an entry here: {refused}.");
        if (_headers.Count == StoredZipLayout.MostEntries)
            throw new BundleTooLargeException($"A bundle has at most {StoredZipLayout.MostEntries} files.");
        var offset = _zip.Position;
        _zip.Write(new byte[StoredZipLayout.LocalHeaderSize + name.Length]); // filled in when size and CRC are known
        return _open = new EntryStream(this, name, Fitting(offset));
    }

    /// <summary>Writes the central directory. Nothing can be added afterwards.</summary>
    /// <exception cref="InvalidOperationException">An entry is open, the last two are not the signed sums, or it was finished before.</exception>
    /// <exception cref="BundleTooLargeException">The file would have 4 GiB or more.</exception>
    public void Finish()
    {
        if (_open is not null || _finished || _headers.Count < 2 || _headers[^1].Name != StoredZipLayout.SumsSignature)
            throw new InvalidOperationException($"The zip file cannot be finished before {StoredZipLayout.SumsSignature} is, nor twice.");
        var start = _zip.Position;
        Span<byte> header = stackalloc byte[StoredZipLayout.CentralHeaderSize + StoredZipLayout.LongestName];
        foreach (var (name, crc, size, offset) in _headers)
        {
            StoredZipLayout.WriteCentralHeader(header, name, crc, size, offset);
            _zip.Write(header[..(StoredZipLayout.CentralHeaderSize + name.Length)]);
        }

        StoredZipLayout.WriteEndRecord(header, _headers.Count, Fitting(_zip.Position - start), Fitting(start));
        _zip.Write(header[..StoredZipLayout.EndRecordSize]);
        Fitting(_zip.Position);
        _zip.Flush();
        _finished = true;
    }

    /// <summary>Leaves the stream open; without <see cref="Finish"/> what was written is no zip file.</summary>
    public void Dispose() => _open = null;

    private static uint Fitting(long size) => size < StoredZipLayout.SizeLimit
        ? (uint)size
        : throw new BundleTooLargeException("A bundle is smaller than 4 GiB, and this one would not be.");

    private void End(EntryStream entry)
    {
        if (_open != entry)
            return;
        _open = null;
        var end = _zip.Position;
        var size = Fitting(end - entry.Offset - StoredZipLayout.LocalHeaderSize - entry.Name.Length);
        Span<byte> header = stackalloc byte[StoredZipLayout.LocalHeaderSize + StoredZipLayout.LongestName];
        StoredZipLayout.WriteLocalHeader(header, entry.Name, entry.Crc, size);
        _zip.Position = entry.Offset;
        _zip.Write(header[..(StoredZipLayout.LocalHeaderSize + entry.Name.Length)]);
        _zip.Position = end;
        _headers.Add((entry.Name, entry.Crc, size, entry.Offset));
        _sums.Add(new StoredZipSum(entry.Name, entry.Sha256()));
    }

    private sealed class EntryStream(StoredZipWriter writer, string name, uint offset) : Stream
    {
        private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private Crc32 _crc;

        public string Name => name;

        public uint Offset => offset;

        public uint Crc => _crc.Value;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => writer._open == this;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public Digest Sha256() => new(_sha256.GetHashAndReset());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(!CanWrite, this);
            Fitting(writer._zip.Position + buffer.Length);
            _crc.Append(buffer);
            _sha256.AppendData(buffer);
            writer._zip.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // The zip file is flushed when it is finished.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            writer.End(this);
            _sha256.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>SHA-256 of the content of one entry.</summary>
/// <param name="Name">The entry's name.</param>
/// <param name="Sha256">Of its bytes as they are.</param>
public readonly record struct StoredZipSum(string Name, Digest Sha256);

/// <summary>A bundle cannot hold that much: 4 GiB, or 65,534 files. A shorter window gives a smaller one.</summary>
public sealed class BundleTooLargeException(string message) : Exception(message);
