using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Layer.Evidence.Log;

/// <summary>A log's Ed25519 key: signs checkpoints and file lists under the log's origin.</summary>
public sealed class SigningKey
{
    private readonly byte[] _seed;

    private SigningKey(string name, byte[] seed)
    {
        _seed = seed;
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        Public = new VerificationKey(name, publicKey);
    }

    /// <summary>The key to verify with.</summary>
    public VerificationKey Public { get; }

    /// <summary>Makes a new key from the system's random numbers.</summary>
    /// <exception cref="FormatException">The name cannot be used.</exception>
    public static SigningKey Create(string name) => new(name, RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize));

    /// <summary>Takes back a key from its 32-byte seed (RFC 8032).</summary>
    /// <exception cref="FormatException">The name or the seed cannot be used.</exception>
    public static SigningKey FromSeed(string name, ReadOnlySpan<byte> seed) => seed.Length == Ed25519.SecretKeySize
        ? new SigningKey(name, seed.ToArray())
        : throw new FormatException($"A seed has {Ed25519.SecretKeySize} bytes.");

    /// <summary>The secret, to be sealed and stored; the caller clears it.</summary>
    public byte[] ExportSeed() => _seed.AsSpan().ToArray();

    /// <summary>A signed note (C2SP) over the text.</summary>
    /// <exception cref="FormatException">The text is empty, does not end in a newline or holds another control character.</exception>
    public SignedNote Sign(string text) => SignedNote.Sign(text, [this]);

    /// <summary>The signature over the text as a line of a note, with its newline.</summary>
    internal string SignatureLine(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var signature = new byte[4 + Ed25519.SignatureSize];
        BinaryPrimitives.WriteUInt32BigEndian(signature, Public.KeyId);
        Ed25519.Sign(_seed, 0, bytes, 0, bytes.Length, signature, 4);
        return $"\u2014 {Public.Name} {Convert.ToBase64String(signature)}\n";
    }

    /// <summary>The public key; never the secret.</summary>
    public override string ToString() => Public.ToString();
}
