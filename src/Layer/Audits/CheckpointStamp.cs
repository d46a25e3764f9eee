using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Layer.Audits;

/// <summary>What a time-stamp authority said about a bundle's checkpoint.</summary>
/// <param name="Response">A TimeStampResp (RFC 3161, DER) around the token that was kept.</param>
/// <param name="At">By the authority's clock, UTC.</param>
/// <param name="Authority">Its address.</param>
internal sealed record CheckpointStamp(byte[] Response, DateTimeOffset At, string Authority)
{
    /// <summary>Wraps a token; null when it is not over these bytes.</summary>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: it is no token.</exception>
    public static CheckpointStamp? Of(byte[] token, string authority, ReadOnlySpan<byte> checkpoint)
    {
        if (!Rfc3161TimestampToken.TryDecode(token, out var read, out var length) || length != token.Length)
            throw AuditDatabase.Broken("a time stamp");
        if (read.TokenInfo.HashAlgorithmId.Value != "2.16.840.1.101.3.4.2.1" || !read.TokenInfo.GetMessageHash().Span.SequenceEqual(SHA256.HashData(checkpoint)))
            return null;
        // TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken }; status 0 is granted.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(0);
            writer.WriteEncodedValue(token);
        }

        return new CheckpointStamp(writer.Encode(), read.TokenInfo.Timestamp, authority);
    }
}
