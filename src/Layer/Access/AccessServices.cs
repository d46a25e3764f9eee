using Layer.Evidence.Collecting;
using Layer.Serving;
using Layer.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access;

/// <summary>Sign-in, people and rights.</summary>
internal static class AccessServices
{
    private const string Chooser = "layer";
    private static readonly TimeSpan SessionLength = TimeSpan.FromHours(12);

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddScoped<LayerDb>(provider => provider.GetRequiredService<LayerDatabase>().CreateContext());
        services.AddScoped<CurrentViewer>().AddScoped<Joining>().AddScoped<IAuthorizationHandler, RightHandler>();
        services.AddSingleton<AuditTrail>().AddSingleton<SetUpLink>().AddSingleton<ApiTokens>();
        AddIdentity(services);
        AddSchemes(services);
        // Deny by default: a route that names no right lets nobody in.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
        return services;
    }

    private static void AddIdentity(IServiceCollection services) => services.AddIdentityCore<Person>(identity =>
        {
            identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            identity.User.RequireUniqueEmail = true;
            identity.User.AllowedUserNameCharacters = "";
            identity.Password.RequiredLength = 12;
            // Length is what helps (NIST SP 800-63B 3.1.1.2); rules about characters make people write passwords down.
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            identity.Password.RequiredUniqueChars = 5;
            identity.Lockout.MaxFailedAccessAttempts = 8;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
        })
        .AddUserStore<PersonStore>()
        .AddSignInManager()
        .AddDefaultTokenProviders().Services
        // A link that sets a new password.
        .Configure<DataProtectionTokenProviderOptions>(token => token.TokenLifespan = TimeSpan.FromHours(1))
        // How long a session outlives a password that was changed elsewhere.
        .Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));

    private static void AddSchemes(IServiceCollection services)
    {
        services.AddAuthentication(Chooser)
            // Programs never sign in by cookie, and pages never by token: no other site can make a browser call the API.
            .AddPolicyScheme(Chooser, null, choose => choose.ForwardDefaultSelector = http => FormGuard.ForPrograms(http) ? TokenSignIn.Name : IdentityConstants.ApplicationScheme)
            .AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, TokenSignIn>(TokenSignIn.Name, null)
            .AddIdentityCookies();
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, cookie =>
        {
            Harden(cookie, "__Host-layer");
            cookie.ExpireTimeSpan = SessionLength;
            cookie.Events.OnRedirectToLogin = redirect =>
            {
                var to = HttpMethods.IsGet(redirect.Request.Method) ? redirect.Request.Path + redirect.Request.QueryString : "/";
                redirect.Response.Redirect(to == "/" ? "/sign-in" : $"/sign-in?to={Uri.EscapeDataString(to)}");
                return Task.CompletedTask;
            };
            cookie.Events.OnRedirectToAccessDenied = denied => RefuseAsync(denied.HttpContext);
        });
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme, cookie => Harden(cookie, "__Host-layer-second"));
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.TwoFactorRememberMeScheme, cookie => Harden(cookie, "__Host-layer-device"));
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.ExternalScheme, cookie => Harden(cookie, "__Host-layer-external"));
    }

    /// <summary>Says no to somebody who is signed in, and seals that.</summary>
    public static async Task RefuseAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var viewer = await services.GetRequiredService<CurrentViewer>().FindAsync();
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        if (viewer is not null)
            await services.GetRequiredService<AuditTrail>().WriteAsync(viewer.Actor, "access.refused", $"{http.Request.Method} {route}", reason: null, http.RequestAborted);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = viewer?.Role.ToString().ToLowerInvariant() ?? "nobody" };
        await WebFailures.WriteAsync(http, new Failure("ROLE_TOO_WEAK", facts), connecting: false);
    }

    private static void Harden(CookieAuthenticationOptions cookie, string name)
    {
        cookie.Cookie.Name = name;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        // Lax, not Strict: a link in a mail to somebody who is signed in should not lead to the sign-in page.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
    }
}
