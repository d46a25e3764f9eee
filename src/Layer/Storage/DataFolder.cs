using Layer.Operations;

namespace Layer.Storage;

/// <summary>Where an installation keeps its database and keys: <c>LAYER_DATA</c>, else the platform's folder for a user's data.</summary>
internal sealed record DataFolder(string Path)
{
    public string Database => System.IO.Path.Combine(Path, "layer.db");

    /// <summary>Outside backups unless asked for: with it and a database, secrets can be read.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>Whether there is a SQLite database. One that cannot be seen is never called absent.</summary>
    /// <exception cref="RefusedException">DATA_FOLDER_UNWRITABLE.</exception>
    public bool HasDatabase()
    {
        if (File.Exists(Path))
            throw Unwritable(Path, "it is a file");
        try
        {
            File.GetAttributes(Database);
            return true;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(Path, refused.Message);
        }
    }

    /// <summary>Makes the folder, and keys/ in it, readable by this user only.</summary>
    /// <exception cref="RefusedException">DATA_FOLDER_UNWRITABLE.</exception>
    public void Create()
    {
        try
        {
            foreach (var folder in (ReadOnlySpan<string>)[Path, Keys])
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(folder);
                else
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(Path, refused.Message);
        }
    }

    /// <summary>DATA_FOLDER_UNWRITABLE, for the folder or one in it.</summary>
    public static RefusedException Unwritable(string folder, string reason) => new("DATA_FOLDER_UNWRITABLE", ("folder", folder), ("reason", reason.TrimEnd('.')));
}
