namespace Layer.Storage;

/// <summary>Where an installation keeps its database and keys: <c>LAYER_DATA</c>, else the platform's folder for a user's data.</summary>
internal sealed record DataFolder(string Path)
{
    public string Database => System.IO.Path.Combine(Path, "layer.db");

    /// <summary>Outside backups unless asked for: with it and a database, secrets can be read.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    public string Settings => System.IO.Path.Combine(Path, "layer.json");

    /// <param name="environment">Looks up an environment variable; null when it is not set.</param>
    public static DataFolder Find(Func<string, string?> environment)
    {
        if (environment("LAYER_DATA") is { Length: > 0 } chosen)
            return new DataFolder(System.IO.Path.GetFullPath(chosen));
        // XDG says that a relative path there is to be ignored.
        if (environment("XDG_DATA_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg))
            return new DataFolder(System.IO.Path.Combine(xdg, "layer"));
        if (!OperatingSystem.IsWindows() && environment("HOME") is { Length: > 0 } home)
            return new DataFolder(System.IO.Path.Combine(home, ".local", "share", "layer"));
        return new DataFolder(System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "layer"));
    }

    public static DataFolder Find() => Find(Environment.GetEnvironmentVariable);

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
