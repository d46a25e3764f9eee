namespace Layer.Evidence.Audits;

/// <summary>Takes what is written and compares it with a file of a bundle, so that neither is kept.</summary>
internal sealed class ContentComparer(Stream content) : Stream
{
    private readonly byte[] _chunk = new byte[1 << 16];
    private bool _differs;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether exactly the file was written. To be asked once, at the end.</summary>
    public bool IsSame() => !_differs && content.Read(_chunk, 0, 1) == 0;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!_differs && !buffer.IsEmpty)
        {
            var part = _chunk.AsSpan(0, Math.Min(_chunk.Length, buffer.Length));
            _differs = content.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length || !part.SequenceEqual(buffer[..part.Length]);
            buffer = buffer[part.Length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        content.Dispose();
        base.Dispose(disposing);
    }
}
