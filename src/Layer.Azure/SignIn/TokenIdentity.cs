using System.Buffers.Text;
using System.Text.Json;

namespace Layer.Azure.SignIn;

/// <summary>Who a token speaks for: the service principal's object id, its tenant, its app, and the Graph permissions it carries.</summary>
/// <param name="ObjectId">Claim <c>oid</c>; null when the app has no service principal in the tenant (yet).</param>
/// <param name="TenantId">Claim <c>tid</c>.</param>
/// <param name="ClientId">Claim <c>appid</c>.</param>
/// <param name="Roles">Claim <c>roles</c>: application permissions; empty in tokens for ARM.</param>
internal sealed record TokenIdentity(Guid? ObjectId, Guid? TenantId, Guid? ClientId, IReadOnlyList<string> Roles)
{
    /// <summary>Reads the claims without checking the signature: the token came over TLS from the issuer, and Azure checks it at each call.</summary>
    /// <returns>Null when it is not a JSON web token.</returns>
    public static TokenIdentity? Find(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
            return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return null;
            var roles = root.TryGetProperty("roles", out var array) && array.ValueKind == JsonValueKind.Array
                ? array.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.String).Select(r => r.GetString()!).ToArray()
                : [];
            return new TokenIdentity(Guid(root, "oid"), Guid(root, "tid"), Guid(root, "appid") ?? Guid(root, "azp"), roles);
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Guid? Guid(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && System.Guid.TryParse(value.GetString(), out var id) ? id : null;
}
