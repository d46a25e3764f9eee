namespace Layer.Serving;

/// <summary>How a server listens.</summary>
/// <param name="Urls">Addresses, e.g. <c>http://localhost:8080</c>.</param>
/// <param name="OnReady">Told the address to open, and the set-up link while there is no administrator.</param>
internal sealed record ServeOptions(IReadOnlyList<string> Urls, Action<Uri, Uri?> OnReady)
{
    public const string DefaultUrl = "http://localhost:8080";
}
