namespace Layer.Tests;

/// <summary>Public vectors and recordings that are not part of the repository, named by LAYER_SHARED.</summary>
internal static class SharedFolder
{
    /// <summary>A path inside the folder. Without it the test fails in CI (env CI), and skips with a line everywhere else.</summary>
    public static string Find(params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable("LAYER_SHARED");
        if (!string.IsNullOrEmpty(root) && Directory.Exists(root))
            return Path.Combine([root, .. parts]);
        const string Missing = "LAYER_SHARED does not name a folder: vectors and recordings cannot be compared.";
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Assert.Fail(Missing);
        Assert.Skip(Missing);
        return root!;
    }
}
