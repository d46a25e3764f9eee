namespace Layer.Tests.Audits;

/// <summary>The verifier in Python, as it is published.</summary>
internal static class Verifier
{
    public static string Path { get; } = Repository.PathOf("src/Layer/Audits/verify.py");
}
