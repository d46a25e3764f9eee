using System.Security.Cryptography;
using System.Text;

namespace Layer.AzureEmulator.Worlds;

/// <summary>Ids that follow from names, so that a test and the emulator agree without talking.</summary>
internal static class StableId
{
    public static Guid From(params ReadOnlySpan<string> parts)
    {
        Span<byte> bytes = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts!)), bytes);
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }

    /// <summary>Forty characters of the form Entra gives out: three letters, a digit, Q~ and a tail.</summary>
    public static string Secret(params ReadOnlySpan<string> parts)
    {
        var text = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts!))))
            .Replace('+', '~').Replace('/', '_').TrimEnd('=');
        return $"{text[..3]}8Q~{text[3..37]}";
    }
}
