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

    public static string Path(string name) => Repository.PathOf("tests/Layer.Tests/Evidence/Golden", name);
}
