using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Entra;

/// <summary>
/// A JWT in place of a secret: signed with a registered certificate, or by the issuer of a federated credential (azure-wire §1.2).
/// Checked are the signature, the audience, issuer and subject, and the times, which follow real time.
/// </summary>
internal static class ClientAssertion
{
    public static SignInError? Check(string assertion, App app, Tenant tenant, Exchange exchange)
    {
        var parts = assertion.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload || !Base64Url.IsValid(parts[2]))
            return SignInError.UnknownKey(app.ClientId, "");
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        return Text(payload, "iss") == app.ClientId.ToString()
            ? CheckCertificate(header, payload, signed, signature, app, tenant, exchange)
            : CheckFederation(header, payload, signed, signature, app);
    }

    private static SignInError? CheckCertificate(
        JsonElement header, JsonElement payload, byte[] signed, byte[] signature, App app, Tenant tenant, Exchange exchange)
    {
        var certificate = app.Certificates.FirstOrDefault(c =>
            Text(header, "x5t#S256") == Base64Url.EncodeToString(c.GetCertHash(HashAlgorithmName.SHA256)) ||
            Text(header, "x5t") == Base64Url.EncodeToString(c.GetCertHash(HashAlgorithmName.SHA1)));
        using var key = certificate?.GetRSAPublicKey();
        if (key is null || !Verifies(key, Text(header, "alg"), signed, signature))
            return SignInError.UnknownKey(app.ClientId, Text(header, "x5t#S256") ?? Text(header, "x5t") ?? "");
        string[] audiences =
        [
            .. new[] { tenant.Id.ToString(), tenant.Domain }.SelectMany(t => new[]
            {
                $"{exchange.Origin}/{t}/oauth2/v2.0/token", $"{exchange.Origin}/{t}/oauth2/token", $"{exchange.Origin}/{t}/v2.0",
            }),
        ];
        if (Text(payload, "sub") != app.ClientId.ToString() || !audiences.Contains(Text(payload, "aud"), StringComparer.OrdinalIgnoreCase))
            return SignInError.UnknownKey(app.ClientId, Text(header, "x5t#S256") ?? "");
        return CheckTimes(payload);
    }

    private static SignInError? CheckFederation(JsonElement header, JsonElement payload, byte[] signed, byte[] signature, App app)
    {
        var subject = Text(payload, "sub") ?? "";
        var identity = app.Federated.FirstOrDefault(f =>
            f.Issuer == Text(payload, "iss") && f.Subject == subject && f.Audience == Text(payload, "aud"));
        return identity is null || !Verifies(identity.SigningKey, Text(header, "alg"), signed, signature)
            ? SignInError.NoFederation(subject)
            : CheckTimes(payload);
    }

    private static SignInError? CheckTimes(JsonElement payload)
    {
        var now = EmulatorOptions.RealTime.GetUtcNow();
        var (from, to) = (Instant(payload, "nbf"), Instant(payload, "exp"));
        return now < from.AddMinutes(-5) || now > to.AddMinutes(5) ? SignInError.AssertionTimes(now, from, to) : null;
    }

    private static bool Verifies(RSA key, string? algorithm, byte[] signed, byte[] signature) => algorithm switch
    {
        "PS256" => key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "RS256" => key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => false,
    };

    // MSAL writes nbf and exp as text (azure-wire §1.2), others as numbers.
    private static DateTimeOffset Instant(JsonElement payload, string name) =>
        !payload.TryGetProperty(name, out var value) ? DateTimeOffset.MinValue.AddDays(1)
        : DateTimeOffset.FromUnixTimeSeconds(value.ValueKind == JsonValueKind.String
            ? long.TryParse(value.GetString(), out var seconds) ? seconds : 0
            : value.GetInt64());

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Decode(string part)
    {
        if (!Base64Url.IsValid(part))
            return null;
        try
        {
            return JsonElement.Parse(Base64Url.DecodeFromChars(part));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
