namespace Layer.EndToEnd;

/// <summary>The checkout these tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Layer.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException($"No Layer.slnx above {folder}.");
    }
}
