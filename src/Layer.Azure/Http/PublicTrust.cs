using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace Layer.Azure.Http;

/// <summary>Whether a root belongs to the platform's own store, and not only to a bundle somebody named.</summary>
internal sealed class PublicTrust
{
    // Where OpenSSL builds look when no environment variable says otherwise.
    private static readonly string[] Bundles =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    public bool Holds(X509Certificate2 root) => _known.GetOrAdd(root.Thumbprint, static (_, root) => Find(root), root);

    private static bool Find(X509Certificate2 root)
    {
        if (OperatingSystem.IsLinux() && Bundles.FirstOrDefault(File.Exists) is { } bundle)
            return BundleHolds(File.ReadAllText(bundle), root);
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        return store.Certificates.Contains(root);
    }

    // Parsing 140 certificates takes longer than a sync; the text of the one looked for is enough.
    private static bool BundleHolds(string bundle, X509Certificate2 root)
    {
        var text = Convert.ToBase64String(root.RawData);
        var firstLine = text.AsSpan(0, Math.Min(64, text.Length));
        for (var at = bundle.AsSpan().IndexOf(firstLine); at >= 0;)
        {
            if (Matches(bundle.AsSpan(at), text))
                return true;
            var next = bundle.AsSpan(at + 1).IndexOf(firstLine);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<char> pem, string text)
    {
        var i = 0;
        foreach (var c in pem)
        {
            if (i == text.Length)
                return true;
            if (char.IsWhiteSpace(c))
                continue;
            if (c != text[i++])
                return false;
        }

        return i == text.Length;
    }
}
