using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Entra;

/// <summary>What a caller's token says. Times are real time.</summary>
internal sealed record Caller(Guid TenantId, Guid ClientId, Guid? ObjectId, string Audience, DateTimeOffset Expires, IReadOnlyList<string> Roles);

/// <summary>Makes and reads access tokens: RS256 JWTs with the claims of azure-wire §1.3.</summary>
internal sealed class TokenSigner(EmulatorOptions options)
{
    // One key for all emulators of a process: making one takes longer than starting an emulator.
    private static readonly RSA Key = RSA.Create(2048);

    public static string KeyId { get; } = Base64Url.EncodeToString(SHA1.HashData(Key.ExportRSAPublicKey()));

    public static RSAParameters PublicKey => Key.ExportParameters(false);

    public string Issue(App app, Guid? objectId, string audience, bool certificate, bool continuousAccess)
    {
        var now = EmulatorOptions.RealTime.GetUtcNow();
        var header = Encode(new { typ = "JWT", alg = "RS256", x5t = KeyId, kid = KeyId });
        var payload = Base64Url.EncodeToString(JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("aud", audience);
            json.WriteString("iss", $"https://sts.windows.net/{app.TenantId}/");
            json.WriteNumber("iat", now.AddMinutes(-5).ToUnixTimeSeconds());
            json.WriteNumber("nbf", now.AddMinutes(-5).ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + options.TokenLifetime).ToUnixTimeSeconds());
            json.WriteString("aio", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)));
            json.WriteString("appid", app.ClientId);
            json.WriteString("appidacr", certificate ? "2" : "1");
            json.WriteString("idp", $"https://sts.windows.net/{app.TenantId}/");
            json.WriteString("idtyp", "app");
            if (objectId is { } oid)
            {
                json.WriteString("oid", oid);
                json.WriteString("sub", oid);
            }
            if (app.GraphPermissions.Count > 0 && audience.Contains("graph", StringComparison.OrdinalIgnoreCase))
                json.WriteStrings("roles", app.GraphPermissions);
            json.WriteString("tid", app.TenantId);
            json.WriteString("uti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            json.WriteString("ver", "1.0");
            if (continuousAccess)
                json.WriteStrings("xms_cc", ["CP1"]);
            json.WriteEndObject();
        }).Span);
        var text = $"{header}.{payload}";
        return $"{text}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>What a token of this emulator says, or null for any other text.</summary>
    public static Caller? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !TryDecode(parts[2], out var signature) || !TryDecode(parts[1], out var payload) ||
            !Key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return null;
        using var json = JsonDocument.Parse(payload);
        var root = json.RootElement;
        return new Caller(
            root.GetProperty("tid").GetGuid(),
            root.GetProperty("appid").GetGuid(),
            root.TryGetProperty("oid", out var oid) ? oid.GetGuid() : null,
            root.GetProperty("aud").GetString()!,
            DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64()),
            root.TryGetProperty("roles", out var roles) ? [.. roles.EnumerateArray().Select(r => r.GetString()!)] : []);
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text))
            return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
