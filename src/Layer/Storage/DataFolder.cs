namespace Layer.Storage;

/// <summary>Where an installation keeps its database and keys: <c>LAYER_DATA</c>, else the platform's folder for a user's data.</summary>
internal sealed record DataFolder(string Path)
{
    public string Database => System.IO.Path.Combine(Path, "layer.db");

    /// <summary>Outside backups unless asked for: with it and a database, secrets can be read.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>Makes the folder, and keys/ in it, readable by this user only.</summary>
    public void Create()
    {
        foreach (var folder in (ReadOnlySpan<string>)[Path, Keys])
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
