using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Layer.Evidence;

namespace Layer.Ledger;

/// <summary>Reads tokens of RFC 3161.</summary>
internal static class TimestampToken
{
    /// <summary>What is wrong with a token (DER) over a hash, for people; null when its own certificate, made for time stamps, signed it over that hash.</summary>
    public static string? FindProblem(byte[] token, Digest sha256)
    {
        if (!Rfc3161TimestampToken.TryDecode(token, out var read, out var length) || length != token.Length)
            return "its token cannot be read";
        if (!read.TokenInfo.GetMessageHash().Span.SequenceEqual(sha256.ToArray()))
            return "its token is over something else";
        return read.VerifySignatureForHash(sha256.ToArray(), HashAlgorithmName.SHA256, out _)
            ? null
            : "its token is not signed by the certificate it carries, or that certificate is not for time stamps";
    }

    /// <summary>The authority's time.</summary>
    /// <exception cref="CryptographicException">It is no token.</exception>
    public static DateTimeOffset TimeOf(byte[] token) => Rfc3161TimestampToken.TryDecode(token, out var read, out _)
        ? read.TokenInfo.Timestamp
        : throw new CryptographicException("This is no token.");
}
