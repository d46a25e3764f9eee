using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Layer.Access.Oidc;

/// <summary>Sign-in through an identity provider (OpenID Connect, code flow with PKCE). It says who somebody is and which role they have, anew at each sign-in.</summary>
internal static class OidcSignIn
{
    public const string Scheme = "oidc";
    private const string Start = "/sign-in/oidc";
    private const string Done = "/sign-in/oidc/done";

    public static void AddOidc(this IServiceCollection services, OidcSettings settings, IReadOnlyList<System.Net.IPNetwork> allowed) =>
        services.AddSingleton(settings).AddAuthentication().AddOpenIdConnect(Scheme, oidc =>
        {
            (oidc.Authority, oidc.ClientId, oidc.ClientSecret) = (settings.Authority.ToString(), settings.ClientId, settings.ClientSecret);
            oidc.RequireHttpsMetadata = settings.Authority.Scheme == "https";
            oidc.BackchannelHttpHandler = OutboundGuard.CreateHandler(allowed);
            oidc.ResponseType = OpenIdConnectResponseType.Code;
            // By query, so that cookies of this site alone suffice.
            oidc.ResponseMode = OpenIdConnectResponseMode.Query;
            oidc.UsePkce = true;
            oidc.MapInboundClaims = false;
            oidc.SignInScheme = IdentityConstants.ExternalScheme;
            oidc.CallbackPath = "/sign-in/oidc/callback";
            oidc.Scope.Add("email");
            foreach (var (cookie, name) in new[] { (oidc.NonceCookie, "__Host-layer-nonce-"), (oidc.CorrelationCookie, "__Host-layer-correlation-") })
                (cookie.Name, cookie.Path, cookie.SameSite, cookie.SecurePolicy) = (name, "/", SameSiteMode.Lax, CookieSecurePolicy.Always);
            oidc.Events.OnRemoteFailure = failed =>
            {
                failed.HandleResponse();
                return WebFailures.WriteAsync(failed.HttpContext, new RefusedException("OIDC_FAILED", ("authority", settings.Authority.Host)).Failure, connecting: false);
            };
        });

    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<OidcSettings>() is null)
            return;
        routes.MapGet(Start, (string? to) => Results.Challenge(
            new AuthenticationProperties { RedirectUri = to is not null && AccessRoutes.IsLocal(to) ? $"{Done}?to={Uri.EscapeDataString(to)}" : Done }, [Scheme])).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapGet(Done, SignInAsync).Needs(Right.None);
    }

    private static async Task<IResult> SignInAsync(
        string? to, HttpContext http, OidcSettings settings, SignInManager<Person> signIn, LayerDb db, AuditTrail trail, ServedWorkspace served, TimeProvider clock, CancellationToken cancellationToken)
    {
        var told = await http.AuthenticateAsync(IdentityConstants.ExternalScheme);
        await http.SignOutAsync(IdentityConstants.ExternalScheme);
        if (told.Principal is not { } principal || principal.FindFirst("sub")?.Value is not { } subject)
            return Results.Redirect("/sign-in");
        var role = settings.RoleOf(principal.FindAll(settings.RoleClaim).Select(claim => claim.Value));
        var people = signIn.UserManager;
        var person = await people.FindByLoginAsync(Scheme, subject);
        if (role is null || person?.DisabledAt is not null)
        {
            if (person is not null)
                await trail.WriteAsync($"user:{person.Id}", "access.sign-in-refused", person.Id.ToString(), "no role", cancellationToken);
            throw new RefusedException("OIDC_NO_ROLE", ("authority", settings.Authority.Host), ("claim", settings.RoleClaim), ("values", string.Join(", ", settings.Roles.Keys)));
        }

        person ??= await MakeAsync(principal.FindFirst("email")?.Value ?? principal.FindFirst("preferred_username")?.Value, principal.FindFirst("name")?.Value, subject, people, db, trail, clock, cancellationToken);
        await SetRoleAsync(db, served.Workspace.Id, person.Id, role.Value, clock.GetUtcNow(), cancellationToken);
        await trail.WriteAsync($"user:{person.Id}", "access.signed-in", person.Id.ToString(), $"{Scheme}, {role}".ToLowerInvariant(), cancellationToken);
        await signIn.SignInAsync(person, isPersistent: false);
        return Results.LocalRedirect(to is not null && AccessRoutes.IsLocal(to) ? to : "/");
    }

    // An address alone is no proof: whoever controls the provider's directory could take over the account of somebody who has a password here.
    private static async Task<Person> MakeAsync(string? email, string? name, string subject, UserManager<Person> people, LayerDb db, AuditTrail trail, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (email is null || !System.Net.Mail.MailAddress.TryCreate(email, out _))
            throw new RefusedException("OIDC_NO_EMAIL");
        if (await people.FindByEmailAsync(email) is { } known)
        {
            // Somebody who was removed is nobody any more, and nothing but their name in the log is taken over.
            if (await db.Memberships.AnyAsync(m => m.Person == known.Id, cancellationToken))
                throw new RefusedException("OIDC_EMAIL_TAKEN", ("email", email));
            await people.RemovePasswordAsync(known);
            await people.AddLoginAsync(known, new UserLoginInfo(Scheme, subject, Scheme));
            return known;
        }

        var now = clock.GetUtcNow();
        var shown = string.IsNullOrWhiteSpace(name) ? email : name.Trim();
        var person = new Person { Id = Guid.CreateVersion7(now), DisplayName = shown.Length > 100 ? shown[..100] : shown, UserName = email, Email = email, CreatedAt = now, LockoutEnabled = true };
        var made = await people.CreateAsync(person);
        if (!made.Succeeded || !(await people.AddLoginAsync(person, new UserLoginInfo(Scheme, subject, Scheme))).Succeeded)
            throw new RefusedException("OIDC_EMAIL_TAKEN", ("email", email));
        await trail.WriteAsync($"user:{person.Id}", "access.joined", person.Id.ToString(), Scheme, cancellationToken);
        return person;
    }

    private static async Task SetRoleAsync(LayerDb db, Guid workspace, Guid person, Role role, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Memberships.FirstOrDefaultAsync(m => m.Workspace == workspace && m.Person == person, cancellationToken) is { } member)
            (member.Role, member.ExpiresAt) = (role, null);
        else
            db.Memberships.Add(new Membership { Workspace = workspace, Person = person, Role = role, CreatedAt = now });
        await db.SaveChangesAsync(cancellationToken);
    }
}
