namespace Layer.Benchmarks;

/// <summary>Where the sources are: the launcher is run from there.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Layer.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException("Run the benchmark from a checkout.");
    }
}
