using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Operations;

namespace Layer.Serving;

/// <summary>Where a server listens, and what it must have for that: beyond loopback nothing is served without https.</summary>
/// <param name="Urls">Addresses to listen on.</param>
/// <param name="Certificate">For https; null when none of them is.</param>
/// <param name="Proxies">From which a forwarded scheme and address are believed.</param>
/// <param name="PublicUrl">Where people reach it; null: on this machine only.</param>
internal sealed record Listening(IReadOnlyList<string> Urls, X509Certificate2? Certificate, IReadOnlyList<IPNetwork> Proxies, Uri? PublicUrl)
{
    /// <summary>Decides whether it may be listened there.</summary>
    /// <exception cref="SettingsException">An address or a setting cannot be used; all of them are named.</exception>
    /// <exception cref="RefusedException">LISTENS_IN_THE_CLEAR: passwords and evidence would cross a network unprotected.</exception>
    public static Listening Decide(Settings settings, IReadOnlyList<string> urls)
    {
        var problems = new List<string>();
        var addresses = urls.Select(text => Parse(text, problems)).OfType<BindingAddress>().ToList();
        var certificate = ReadCertificate(settings, problems);
        if (settings.Certificate is null && addresses.Find(address => address.Scheme == "https") is not null)
            problems.Add("--urls says https, and there is no certificate. Set Layer:Certificate to a PEM or PKCS #12 file, with Layer:CertificateKey for a PEM key of its own.");
        var beyond = addresses.Where(address => !IsLoopback(address.Host)).ToList();
        if (beyond.Count > 0 && settings.PublicUrl is null && problems.Count == 0 && (certificate is not null || settings.TrustedProxies.Count > 0))
            problems.Add("Layer:PublicUrl is missing: who listens beyond this machine must say how people reach it, e.g. https://layer.example.com. Links of invitations begin with it, and requests for other hosts are refused.");
        if (problems.Count > 0)
            throw new SettingsException(problems);
        var open = beyond.Where(address => address.Scheme == "http").Select(address => address.ToString()).Distinct().ToList();
        if (open.Count > 0 && settings.TrustedProxies.Count == 0)
            throw new RefusedException("LISTENS_IN_THE_CLEAR", ("url", string.Join(" and ", open)));
        return new Listening(urls, certificate, settings.TrustedProxies, settings.PublicUrl);
    }

    /// <summary>Whether a request may ask for this host: a page of another name that leads here is an attack (DNS rebinding) or a mistake.</summary>
    public bool Serves(string host) => IsLoopback(host) || string.Equals(host, PublicUrl?.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request came protected: by https, its own or that of a trusted proxy, or from this machine. Whoever goes around the proxy is not served.</summary>
    public static bool IsProtected(bool isHttps, IPAddress? from) => isHttps || from is null || IPAddress.IsLoopback(from) || (from.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(from.MapToIPv4()));

    private static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static BindingAddress? Parse(string text, List<string> problems)
    {
        try
        {
            // Kestrel's own reading of an address, so that what is decided about is what is listened on.
            if (BindingAddress.Parse(text) is { Scheme: "http" or "https", IsUnixPipe: false, IsNamedPipe: false, PathBase.Length: 0 } address)
                return address;
        }
        catch (FormatException)
        {
        }

        problems.Add($"--urls: '{text}' is no address to listen on. Allowed: http://HOST:PORT or https://HOST:PORT, e.g. {ServeOptions.DefaultUrl}.");
        return null;
    }

    private static X509Certificate2? ReadCertificate(Settings settings, List<string> problems)
    {
        if (settings.Certificate is not { } path)
            return null;
        try
        {
            if (!File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal))
                return X509CertificateLoader.LoadPkcs12FromFile(path, settings.CertificatePassword);
            using var pem = settings.CertificatePassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(path, password, settings.CertificateKey)
                : X509Certificate2.CreateFromPemFile(path, settings.CertificateKey);
            // A key that was read from PEM is not kept on every platform; from PKCS #12 it is.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            problems.Add($"Layer:Certificate cannot be used ({path}): {unreadable.Message} Allowed: a PEM file with certificate and key, or with Layer:CertificateKey beside it, or PKCS #12; Layer:CertificatePassword opens what has a password.");
            return null;
        }
    }
}
