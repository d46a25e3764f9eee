namespace Layer.Evidence.Audits;

/// <summary>Reads a file line by line, without keeping what was read. Every line ends with U+000A, the last one too.</summary>
internal sealed class BundleLines(Stream stream) : IDisposable
{
    /// <summary>Longer lines are refused. Nothing that Layer writes comes near: it is the population of a million observations.</summary>
    private const int Longest = 64 << 20;

    private byte[] _buffer = new byte[1 << 16];
    private long _bufferOffset;
    private int _start;
    private int _end;

    /// <summary>The line read last, without its newline; valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Where it begins, from the beginning of the file.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads the next line; false at the end.</summary>
    /// <exception cref="FormatException">The file ends without a newline, or the line is too long.</exception>
    public bool Next()
    {
        for (var seen = _start; ;)
        {
            var newline = _buffer.AsSpan(seen, _end - seen).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Current = _buffer.AsMemory(_start, seen + newline - _start);
                Offset = _bufferOffset + _start;
                _start = seen + newline + 1;
                return true;
            }

            seen = _end - _start; // what is seen moves to the front
            if (Fill())
                continue;
            return _end == _start ? false : throw new FormatException("Its last line does not end with a newline.");
        }
    }

    public void Dispose() => stream.Dispose();

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _bufferOffset += _start;
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_end >= Longest)
                throw new FormatException($"It has a line of more than {Longest} bytes.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
