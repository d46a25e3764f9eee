namespace Layer.Tests.Evidence;

/// <summary>Where properties print the seed that reproduces them.</summary>
internal static class Property
{
    public static void Print(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
