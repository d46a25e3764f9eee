using System.Text;

namespace Layer.Tests.Evidence;

/// <summary>Files that were looked at by a person once. Set LAYER_GOLDEN=write to write them anew, and explain every difference in the commit.</summary>
internal static class Golden
{
    public static void Compare(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path(name);
        if (Environment.GetEnvironmentVariable("LAYER_GOLDEN") == "write")
            File.WriteAllBytes(path, bytes);
        Assert.Equal(File.ReadAllText(path), Encoding.UTF8.GetString(bytes));
    }

    public static string Path(string name) => System.IO.Path.Combine(Folder(), name);

    // Sources are compiled under /_/; the tests run from bin below the repository.
    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "Layer.slnx")))
            folder = System.IO.Path.GetDirectoryName(folder);
        return System.IO.Path.Combine(folder ?? throw new DirectoryNotFoundException("The tests do not run below the repository."), "tests/Layer.Tests/Evidence/Golden");
    }
}
