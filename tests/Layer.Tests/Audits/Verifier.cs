namespace Layer.Tests.Audits;

/// <summary>The verifier in Python, as it is published.</summary>
internal static class Verifier
{
    public static string Path { get; } = System.IO.Path.Combine(Checkout(), "src/Layer/Audits/verify.py");

    private static string Checkout()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Layer.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException("The tests run from a checkout.");
    }
}
