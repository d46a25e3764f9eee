using System.Formats.Asn1;

namespace Layer.Evidence.Audits;

/// <summary>What an RFC 3161 response says: which hash an authority saw, and when. The authority's signature is not checked here (docs/evidence-format.md §9.2).</summary>
/// <param name="Sha256">The hash.</param>
/// <param name="At">By the authority's clock, UTC.</param>
internal sealed record TimestampImprint(Digest Sha256, DateTimeOffset At)
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const string Sha256Algorithm = "2.16.840.1.101.3.4.2.1";
    private static readonly Asn1Tag Explicit = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>Reads a TimeStampResp (DER).</summary>
    /// <exception cref="FormatException">It is none, was not granted, or is not over a SHA-256.</exception>
    public static TimestampImprint Read(ReadOnlyMemory<byte> response)
    {
        try
        {
            var outer = new AsnReader(response, AsnEncodingRules.DER);
            var reply = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (!reply.ReadSequence().TryReadInt32(out var status) || status is not (0 or 1))
                throw new FormatException("The authority did not grant it.");
            var content = reply.ReadSequence();
            reply.ThrowIfNotEmpty();
            return ReadInfo(new AsnReader(Content(Content(content, SignedData), TstInfo).ReadOctetString(), AsnEncodingRules.DER));
        }
        catch (AsnContentException malformed)
        {
            throw new FormatException("It is no response of a time-stamp authority.", malformed);
        }
    }

    // RFC 5652: ContentInfo, and in a SignedData the EncapsulatedContentInfo: an identifier, and [0] what it is of.
    private static AsnReader Content(AsnReader content, string identifier)
    {
        if (identifier == TstInfo)
        {
            var signed = content.ReadSequence();
            signed.ReadEncodedValue(); // version
            signed.ReadEncodedValue(); // digestAlgorithms
            content = signed.ReadSequence();
        }

        if (content.ReadObjectIdentifier() != identifier)
            throw new FormatException("It holds no token of a time-stamp authority.");
        return content.ReadSequence(Explicit);
    }

    private static TimestampImprint ReadInfo(AsnReader token)
    {
        var info = token.ReadSequence();
        token.ThrowIfNotEmpty();
        info.ReadEncodedValue(); // version
        info.ReadEncodedValue(); // policy
        var imprint = info.ReadSequence();
        if (imprint.ReadSequence().ReadObjectIdentifier() != Sha256Algorithm || imprint.ReadOctetString() is not { Length: Digest.Size } hash)
            throw new FormatException("It is not over a SHA-256.");
        info.ReadEncodedValue(); // serialNumber
        return new TimestampImprint(new Digest(hash), info.ReadGeneralizedTime());
    }
}
