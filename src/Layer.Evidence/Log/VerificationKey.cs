using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Layer.Evidence.Log;

/// <summary>The public half of a log's Ed25519 key, with the name it signs under: what an auditor pins.</summary>
/// <remarks>Written as a C2SP vkey: <c>name+hexid+base64(0x01 ‖ public key)</c>.</remarks>
public sealed class VerificationKey : IEquatable<VerificationKey>
{
    private const byte Ed25519Type = 1;
    private readonly byte[] _publicKey;

    /// <summary>Takes a name (the log's origin) and 32 bytes of RFC 8032 public key.</summary>
    /// <exception cref="FormatException">The name or the key cannot be used.</exception>
    public VerificationKey(string name, ReadOnlySpan<byte> publicKey)
    {
        if (!StrictText.IsName(name))
            throw new FormatException("A key's name is printable ASCII without space and plus.");
        _publicKey = publicKey.ToArray();
        if (_publicKey.Length != Ed25519.PublicKeySize || !Ed25519.ValidatePublicKeyFull(_publicKey, 0))
            throw new FormatException("The public key is not an Ed25519 key.");
        Name = name;
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.ASCII.GetBytes(name), (byte)'\n', Ed25519Type, .. _publicKey]));
    }

    /// <summary>The log's origin.</summary>
    public string Name { get; }

    /// <summary>The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), big-endian: an identifier, not a fingerprint to trust.</summary>
    public uint KeyId { get; }

    /// <summary>The 32 bytes of the public key.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>SHA-256 of the public key in groups of four hexadecimal digits: to be compared by voice or on paper.</summary>
    public string Fingerprint => string.Join(' ', Digest.Of(_publicKey).ToString().Chunk(4).Select(group => new string(group)));

    /// <summary>Reads a vkey; a trailing newline is not part of it.</summary>
    /// <exception cref="FormatException">The text is not a vkey of an Ed25519 key, or its id is not the key's.</exception>
    public static VerificationKey Parse(string vkey)
    {
        // The base64 part may hold a plus itself, the name never does.
        var parts = vkey.Split('+', 3);
        if (parts.Length != 3 || !StrictText.TryBase64(parts[2], out var key) || key.Length != 1 + Ed25519.PublicKeySize || key[0] != Ed25519Type)
            throw new FormatException("A verification key has the form name+id+key, with an Ed25519 key.");
        var parsed = new VerificationKey(parts[0], key.AsSpan(1));
        if (parts[1] != parsed.KeyId.ToString("x8", CultureInfo.InvariantCulture))
            throw new FormatException($"The id {parts[1]} is not that of the key, which is {parsed.KeyId:x8}.");
        return parsed;
    }

    /// <summary>Whether the 64-byte signature over the text is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature.ToArray(), 0, _publicKey, 0, text.ToArray(), 0, text.Length);

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([Ed25519Type, .. _publicKey])}";

    /// <summary>Same name and same key.</summary>
    public bool Equals(VerificationKey? other) => other is not null && Name == other.Name && _publicKey.AsSpan().SequenceEqual(other._publicKey);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerificationKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);
}
