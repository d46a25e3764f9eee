using System.Security.Claims;
using System.Text.Encodings.Web;
using Layer.Evidence.Collecting;
using Layer.Serving;
using Layer.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Layer.Access;

/// <summary>Signs programs in by <c>Authorization: Bearer lyr_…</c>.</summary>
internal sealed class TokenSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "token";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (await tokens.FindAsync(header[Bearer.Length..].Trim(), Context.RequestAborted) is not { } token)
            return AuthenticateResult.Fail("The token is not valid.");
        var claims = new[]
        {
            new Claim(ClaimTypes.NameIdentifier, token.Person.ToString()),
            new Claim(CurrentViewer.ScopeClaim, KebabCaseText.Of(token.Scope)),
        };
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var answer = WebFailures.WriteAsync(Context, new Failure("SIGN_IN_NEEDED", new Dictionary<string, string>(StringComparer.Ordinal)), connecting: false);
        Response.Headers.WWWAuthenticate = "Bearer";
        return answer;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => AccessServices.RefuseAsync(Context);
}
