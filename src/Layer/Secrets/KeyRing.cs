using System.Buffers.Binary;
using System.Text;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Secrets;

/// <summary>The folder <c>keys/</c> and the key-encryption keys in it: <c>kek-&lt;id&gt;.key</c>, one each, the newest id is current.</summary>
/// <remarks>
/// Two keys mean that a rekey has not finished. Several processes may use one folder: a key this process has not seen is looked for again on disk.
/// A ring never makes a key while the database holds sealed values, because that would turn a lost key into a silent loss of secrets.
/// </remarks>
internal sealed class KeyRing : IDisposable
{
    // Files are complete before they get their names, so no reader has to be kept away.
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<Guid, KeyEncryptionKey> _keys = [];
    private bool _mayCreate;

    private KeyRing(string folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
    }

    /// <summary>Reads the folder, which need not exist yet.</summary>
    /// <exception cref="RefusedException">KEYRING_WRONG: a key file cannot be read as one.</exception>
    public static KeyRing Open(string folder, TimeProvider clock)
    {
        var ring = new KeyRing(folder, clock);
        ring.Load();
        return ring;
    }

    /// <summary>Ascending: the last is current.</summary>
    public IReadOnlyList<Guid> KeyIds
    {
        get
        {
            lock (_lock)
            {
                Load();
                return [.. _keys.Keys];
            }
        }
    }

    /// <summary>
    /// To be called at start with every sealed value of the database (or one for each key): the ring must open them all. With none, it may
    /// make its first key when the first value is sealed.
    /// </summary>
    /// <exception cref="RefusedException">KEYRING_LOST: there is no key at all; KEYRING_WRONG: the keys are others.</exception>
    public void Check(IReadOnlyCollection<byte[]> sealedValues)
    {
        foreach (var value in sealedValues)
            SealedBlob.Read(value).CheckKey(this);
        lock (_lock)
            _mayCreate = sealedValues.Count == 0;
    }

    /// <summary>Reads the folder again first, so that what is wrapped inside a write transaction is wrapped with the key a finished rekey left.</summary>
    /// <exception cref="RefusedException">KEYRING_LOST.</exception>
    public KeyEncryptionKey GetCurrent()
    {
        lock (_lock)
        {
            Load();
            if (_keys.Count > 0)
                return _keys.Last().Value;
            if (!_mayCreate)
                throw new RefusedException("KEYRING_LOST", ("folder", _folder));
            return Add();
        }
    }

    /// <exception cref="RefusedException">KEYRING_LOST, KEYRING_WRONG.</exception>
    public KeyEncryptionKey Get(Guid id)
    {
        lock (_lock)
        {
            if (!_keys.ContainsKey(id))
                Load();
            if (_keys.TryGetValue(id, out var key))
                return key;
            throw _keys.Count == 0
                ? new RefusedException("KEYRING_LOST", ("folder", _folder), ("keyId", id.ToString()))
                : new RefusedException("KEYRING_WRONG", ("folder", _folder), ("keyId", id.ToString()));
        }
    }

    /// <summary>Adds a newer key, which is current from now on. It is on disk, and flushed, before this returns.</summary>
    /// <exception cref="RefusedException">DATA_FOLDER_UNWRITABLE.</exception>
    public KeyEncryptionKey Add()
    {
        try
        {
            return Make();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(_folder, refused.Message);
        }
    }

    private KeyEncryptionKey Make()
    {
        lock (_lock)
        {
            CreateFolder();
            var key = KeyEncryptionKey.Create(NextId());
            var path = PathOf(key.Id);
            // A crash before the rename leaves a .new file that nothing reads; after it, a key that wraps nothing yet.
            Write(path + ".new", key.ToFileText());
            File.Move(path + ".new", path);
            // The rename itself must survive a power cut: the database will soon hold values that only this key opens.
            using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, Shared))
                file.Flush(flushToDisk: true);
            _keys.Add(key.Id, key);
            return key;
        }
    }

    /// <summary>Forgets a key that wraps nothing any more.</summary>
    public void Delete(Guid id)
    {
        lock (_lock)
        {
            if (_keys.Count < 2 || id == _keys.Last().Key)
                throw new InvalidOperationException("The current key is not deleted.");
            File.Delete(PathOf(id));
            if (_keys.Remove(id, out var key))
                key.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var key in _keys.Values)
                key.Dispose();
            _keys.Clear();
        }
    }

    private void Load()
    {
        if (!Directory.Exists(_folder))
            return;
        foreach (var path in Directory.EnumerateFiles(_folder, "kek-*.key"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!Guid.TryParseExact(name.AsSpan("kek-".Length), "D", out var id))
                throw new RefusedException("KEYRING_WRONG", ("folder", _folder), ("keyId", name));
            if (_keys.ContainsKey(id))
                continue;
            if (TryRead(path) is not { } text)
                continue;
            if (!KeyEncryptionKey.TryParse(text, id, out var key))
                throw new RefusedException("KEYRING_WRONG", ("folder", _folder), ("keyId", id.ToString()));
            _keys.Add(id, key);
        }
    }

    // Null when a rekey of another process deleted it just now.
    private static string? TryRead(string path)
    {
        try
        {
            using var file = new StreamReader(File.Open(path, FileMode.Open, FileAccess.Read, Shared));
            return file.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // Ids order the ring, so a clock that was set back must not make an older key current.
    private Guid NextId()
    {
        var now = _clock.GetUtcNow();
        if (_keys.Count > 0 && TimeOf(_keys.Last().Key) is var last && now <= last)
            now = last.AddMilliseconds(1);
        return Guid.CreateVersion7(now);
    }

    // The first 48 bits of a UUIDv7 are Unix milliseconds; rounded up, because a later id of the same millisecond may be the smaller one.
    private static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16;
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds + 1);
    }

    private string PathOf(Guid id) => Path.Combine(_folder, $"kek-{id}.key");

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}
