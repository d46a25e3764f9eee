using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Layer.Secrets;

/// <summary>A secret on its way from a person to a seal, or from a seal to Azure.</summary>
/// <remarks>
/// Every way of writing it down by accident gives <c>•••</c> or throws. Disposing zeroes our copy; the strings that <see cref="Reveal"/>
/// makes for the Azure SDK live until they are collected, which nothing in .NET can prevent.
/// </remarks>
[DebuggerDisplay("•••")]
[JsonConverter(typeof(Refuse))]
internal sealed class SecretText : IDisposable
{
    // Pinned, so that the collector leaves no copies behind when it compacts.
    private readonly byte[] _utf8;
    private bool _disposed;

    private SecretText(int length) => _utf8 = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public static SecretText From(ReadOnlySpan<char> text)
    {
        var secret = new SecretText(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, secret._utf8);
        return secret;
    }

    public static SecretText FromUtf8(ReadOnlySpan<byte> utf8)
    {
        var secret = new SecretText(utf8.Length);
        utf8.CopyTo(secret._utf8);
        return secret;
    }

    /// <summary>Valid until disposed.</summary>
    public ReadOnlySpan<byte> Utf8
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _utf8;
        }
    }

    public bool IsEmpty => Utf8.IsEmpty;

    /// <summary>Makes a string that cannot be zeroed: call it only where an API takes nothing else.</summary>
    public string Reveal() => Encoding.UTF8.GetString(Utf8);

    /// <summary>Takes the same time wherever the two differ.</summary>
    public bool Matches(SecretText other) => CryptographicOperations.FixedTimeEquals(Utf8, other.Utf8);

    public override string ToString() => "•••";

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_utf8);
        _disposed = true;
    }

    private sealed class Refuse : JsonConverter<SecretText>
    {
        public override SecretText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not read from JSON by a serialiser.");

        public override void Write(Utf8JsonWriter writer, SecretText value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is never serialised.");
    }
}
