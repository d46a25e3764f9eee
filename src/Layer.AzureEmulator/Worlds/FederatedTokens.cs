using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Layer.AzureEmulator;

/// <content>The other issuer of workload identity federation: it signs with a key that the world keeps.</content>
public sealed partial class World
{
    /// <summary>A token of the app's first federated issuer, as a pipeline would hand it over. Valid ten minutes around the given instant (UTC).</summary>
    public string FederatedToken(string app, DateTimeOffset at, string? subject = null)
    {
        var identity = App(app).Federated[0];
        var header = Encode(new { alg = "RS256", typ = "JWT", kid = "federated" });
        var payload = Encode(new
        {
            iss = identity.Issuer,
            sub = subject ?? identity.Subject,
            aud = identity.Audience,
            nbf = at.ToUnixTimeSeconds() - 60,
            exp = at.ToUnixTimeSeconds() + 600,
        });
        var signature = identity.SigningKey.SignData(
            Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";

        static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
    }
}
