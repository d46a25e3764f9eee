namespace Layer.Tests;

/// <summary>The checkout that the tests run in. Sources are compiled under /_/, so it is looked for from where the program lies.</summary>
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
