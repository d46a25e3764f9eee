using System.Text;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Workspaces;

/// <summary>
/// The folder <c>keys/tombstones</c>: for each workspace that was removed a signed note, and beside it the key to verify it with. It is outside the database,
/// which holds nothing of the workspace any more.
/// </summary>
internal sealed class Tombstones(DataFolder folder)
{
    private readonly string _folder = Path.Combine(folder.Keys, "tombstones");

    public string NoteOf(Guid workspace) => Path.Combine(_folder, $"{workspace}.txt");

    public string KeyOf(Guid workspace) => Path.Combine(_folder, $"{workspace}.vkey");

    /// <summary>Writes both files; they are on disk when this returns. One of an attempt that was cut off is replaced.</summary>
    /// <exception cref="RefusedException">DATA_FOLDER_UNWRITABLE.</exception>
    public void Write(Guid workspace, SignedNote note, VerificationKey key)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(_folder);
            else
                Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Write(KeyOf(workspace), $"{key}\n");
            Write(NoteOf(workspace), note.Note);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(_folder, refused.Message);
        }
    }

    /// <summary>Takes both files back: the workspace was not removed.</summary>
    public void Delete(Guid workspace)
    {
        File.Delete(NoteOf(workspace));
        File.Delete(KeyOf(workspace));
    }

    /// <summary>All that are there, in order of file name; a file that is no tombstone is told with what is wrong.</summary>
    public IReadOnlyList<FoundTombstone> List() =>
        Directory.Exists(_folder) ? [.. Directory.GetFiles(_folder, "*.txt").Order(StringComparer.Ordinal).Select(Read)] : [];

    private static FoundTombstone Read(string path)
    {
        try
        {
            var note = SignedNote.Parse(File.ReadAllBytes(path));
            var tombstone = Tombstone.Parse(note.Text);
            var key = VerificationKey.Parse(File.ReadAllText(Path.ChangeExtension(path, ".vkey")).TrimEnd('\n'));
            return note.Check(key) == SignatureState.Valid && key.Name == tombstone.Origin
                ? new FoundTombstone(path, tombstone, Problem: null)
                : new FoundTombstone(path, tombstone, "it is not signed with the key beside it");
        }
        catch (Exception unreadable) when (unreadable is FormatException or IOException or UnauthorizedAccessException)
        {
            return new FoundTombstone(path, Tombstone: null, unreadable.Message.TrimEnd('.'));
        }
    }

    // Complete before it gets its name; and the name itself survives a power cut, as the rows will be gone.
    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        using var named = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        named.Flush(flushToDisk: true);
    }
}

/// <summary>A tombstone on disk.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Tombstone">What it says; null when it cannot be read.</param>
/// <param name="Problem">Why it may not be believed; null when its signature is that of the key beside it.</param>
internal sealed record FoundTombstone(string Path, Tombstone? Tombstone, string? Problem);
