using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Layer.Tests.Web;

/// <summary>A small OpenID provider on loopback: it lets in whoever <see cref="Claims"/> describes, with the code flow and PKCE.</summary>
internal sealed class LocalProvider : IAsyncDisposable
{
    public const string ClientId = "layer";
    public const string Secret = "made~up~for~a~test";

    private readonly RSA _key = RSA.Create(2048);
    private readonly WebApplication _web;
    private (string Nonce, string Challenge) _asked;

    private LocalProvider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        _web = builder.Build();
        _web.UseRouting();
        _web.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Issuer, ["authorization_endpoint"] = $"{Issuer}/authorize", ["token_endpoint"] = $"{Issuer}/token", ["jwks_uri"] = $"{Issuer}/keys",
            ["response_types_supported"] = new[] { "code" }, ["subject_types_supported"] = new[] { "public" }, ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        _web.MapGet("/keys", () =>
        {
            var parameters = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new Dictionary<string, object>
            {
                ["keys"] = new[] { new Dictionary<string, string> { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "1", ["n"] = Base64UrlEncoder.Encode(parameters.Modulus), ["e"] = Base64UrlEncoder.Encode(parameters.Exponent) } },
            });
        });
        _web.MapGet("/authorize", (HttpContext http) =>
        {
            var query = http.Request.Query;
            _asked = (query["nonce"].ToString(), query["code_challenge"].ToString());
            return Results.Redirect($"{query["redirect_uri"]}?code=once&state={Uri.EscapeDataString(query["state"].ToString())}");
        });
        _web.MapPost("/token", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync();
            var proven = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == _asked.Challenge;
            return proven && form["client_secret"] == Secret && form["code"] == "once"
                ? Results.Json(new Dictionary<string, object> { ["access_token"] = "x", ["token_type"] = "Bearer", ["expires_in"] = 60, ["id_token"] = Token() })
                : Results.Json(new Dictionary<string, string> { ["error"] = "invalid_grant" }, statusCode: 400);
        });
    }

    public string Issuer => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Who signs in.</summary>
    public Dictionary<string, object> Claims { get; } = [];

    public static async Task<LocalProvider> StartAsync()
    {
        var provider = new LocalProvider();
        await provider._web.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    public Dictionary<string, string> Settings => new()
    {
        ["Layer__OidcAuthority"] = Issuer, ["Layer__OidcClientId"] = ClientId, ["Layer__OidcClientSecret"] = Secret, ["Layer__OidcRoles"] = "administrator=Layer.Admin, editor=Layer.Edit, auditor=Layer.Audit",
        ["Layer__AllowedPrivateNetworks"] = "127.0.0.1",
    };

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _key.Dispose();
    }

    private string Token()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = ClientId, IssuedAt = now, NotBefore = now, Expires = now.AddMinutes(5), Claims = new Dictionary<string, object>(Claims) { ["nonce"] = _asked.Nonce },
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(_key) { KeyId = "1" }, SecurityAlgorithms.RsaSha256),
        });
    }
}
