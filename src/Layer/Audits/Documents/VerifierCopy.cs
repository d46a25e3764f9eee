using Layer.Evidence;

namespace Layer.Audits.Documents;

/// <summary>The verifier that goes with every bundle, for convenience: an auditor takes one from elsewhere.</summary>
internal static class VerifierCopy
{
    private static readonly byte[] Content = Resource.Read("verify.py");

    public static ReadOnlySpan<byte> Bytes => Content;

    public static Digest Sha256 { get; } = Digest.Of(Content);
}

/// <summary>Files that are part of the program.</summary>
internal static class Resource
{
    public static byte[] Read(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not part of the program.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
