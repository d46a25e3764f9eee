using System.Security.Cryptography;
using Layer.Evidence;
using Layer.Operations;

namespace Layer.Audits;

/// <summary>A file that is either there whole or not at all: written under another name beside its place, and renamed when it is complete.</summary>
internal sealed class BundleFile : IDisposable
{
    private const string Ending = ".partial";
    private const int NameBytes = 4;

    private readonly string _path;
    private readonly string _partial;
    private FileStream? _stream;

    private BundleFile(string path, string partial, FileStream stream)
    {
        _path = path;
        _partial = partial;
        _stream = stream;
    }

    /// <summary>Where it is written until it is complete, for a writer that wants a name; it is empty.</summary>
    public string PartialPath => _partial;

    public Stream Stream => _stream ?? throw new ObjectDisposedException(nameof(BundleFile));

    /// <exception cref="RefusedException">FILE_EXISTS, FILE_UNWRITABLE.</exception>
    public static BundleFile Create(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
            throw new RefusedException("FILE_EXISTS", ("file", full));
        var partial = $"{full}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes))}{Ending}";
        // A list of who may do what: nobody else on the machine reads it before it is handed over on purpose.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            DeleteLeft(full);
            return new BundleFile(full, partial, new FileStream(partial, options));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(full, refused);
        }
    }

    /// <summary>Size and SHA-256 of what was written so far.</summary>
    public (long Bytes, Digest Sha256) Hash()
    {
        var stream = _stream ?? throw new ObjectDisposedException(nameof(BundleFile));
        stream.Flush(flushToDisk: true);
        stream.Position = 0;
        return (stream.Length, new Digest(SHA256.HashData(stream)));
    }

    /// <summary>Puts the complete file into its place.</summary>
    /// <returns>Its size and SHA-256.</returns>
    /// <exception cref="RefusedException">FILE_EXISTS: there is one by now. FILE_UNWRITABLE.</exception>
    public (long Bytes, Digest Sha256) Finish()
    {
        try
        {
            var (bytes, sha256) = Hash();
            Stream.Dispose();
            if (File.Exists(_path))
                throw new RefusedException("FILE_EXISTS", ("file", _path));
            File.Move(_partial, _path, overwrite: false);
            _stream = null;
            return (bytes, sha256);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_path, refused);
        }
    }

    /// <summary>FILE_UNWRITABLE, with the system's reason.</summary>
    public static RefusedException Unwritable(string path, Exception reason) =>
        new(new("FILE_UNWRITABLE", new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = path, ["reason"] = reason.Message.TrimEnd('.') }), reason);

    // What a run that was killed left of this file. One that is still being written is locked by its writer, and stays.
    private static void DeleteLeft(string path)
    {
        var name = Path.GetFileName(path);
        foreach (var file in new DirectoryInfo(Path.GetDirectoryName(path)!).EnumerateFiles($"*{Ending}")) // a full path to a file has a folder
        {
            var middle = file.Name.AsSpan();
            if (!file.Name.StartsWith($"{name}.", StringComparison.Ordinal) || file.LinkTarget is not null
                || (middle = middle[(name.Length + 1)..]).Length != (NameBytes * 2) + Ending.Length || middle[..(NameBytes * 2)].ContainsAnyExcept("0123456789abcdef"))
                continue;
            try
            {
                using (new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    file.Delete();
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                // It is being written, or is somebody else's.
            }
        }
    }

    /// <summary>Without <see cref="Finish"/> nothing is left.</summary>
    public void Dispose()
    {
        if (_stream is null)
            return;
        _stream.Dispose();
        _stream = null;
        File.Delete(_partial);
    }
}
