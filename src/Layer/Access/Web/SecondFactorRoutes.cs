using Layer.Operations;
using Layer.Serving;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access.Web;

/// <summary>A code of an authenticator app (TOTP, RFC 6238) besides the password: set up, asked for, switched off.</summary>
internal static class SecondFactorRoutes
{
    private const string Here = "/account/second-factor";
    private const int RecoveryCodes = 10;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ShowAsync).Needs(Right.SignedIn);
        routes.MapPost(Here, SwitchOnAsync).Needs(Right.SignedIn).RequireRateLimiting(RateLimits.Tries);
        routes.MapPost($"{Here}/off", SwitchOffAsync).Needs(Right.SignedIn).RequireRateLimiting(RateLimits.Tries);
        routes.MapGet("/sign-in/code", (string? to) => Page.Of<CodePage, CodeModel>(new CodeModel(to, Failed: false))).Needs(Right.None);
        routes.MapPost("/sign-in/code", SignInAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
    }

    private static async Task<IResult> ShowAsync(UserManager<Person> people, IUserStore<Person> store, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var person = await GetAsync(people, viewers);
        if (!person.TwoFactorEnabled && await people.GetAuthenticatorKeyAsync(person) is null)
        {
            // UserManager's own way ends all sessions of the person, and nothing changed for them yet.
            await ((IUserAuthenticatorKeyStore<Person>)store).SetAuthenticatorKeyAsync(person, people.GenerateNewAuthenticatorKey(), cancellationToken);
            await people.UpdateAsync(person);
        }

        return await AgainAsync(people, person);
    }

    private static async Task<IResult> SwitchOnAsync(
        HttpContext http, UserManager<Person> people, SignInManager<Person> signIn, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var person = await GetAsync(people, viewers);
        var code = CodeOf((await http.Request.ReadFormAsync(cancellationToken))["code"].ToString());
        if (person.TwoFactorEnabled)
            return await AgainAsync(people, person);
        if (!await people.VerifyTwoFactorTokenAsync(person, people.Options.Tokens.AuthenticatorTokenProvider, code))
            return await AgainAsync(people, person, "That is not the code of this moment. Codes last 30 seconds; check that the clock of the phone is right.");
        await people.SetTwoFactorEnabledAsync(person, true);
        var codes = await people.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodes);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.second-factor-on", person.Id.ToString(), reason: null, cancellationToken);
        await signIn.RefreshSignInAsync(person);
        return Page.Of<SecondFactorPage, SecondFactorModel>(new SecondFactorModel(person.Email ?? "", On: true, "", [.. codes ?? []], null));
    }

    private static async Task<IResult> SwitchOffAsync(
        HttpContext http, UserManager<Person> people, SignInManager<Person> signIn, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var person = await GetAsync(people, viewers);
        if (!await people.CheckPasswordAsync(person, (await http.Request.ReadFormAsync(cancellationToken))["password"].ToString()))
            return await AgainAsync(people, person, "That is not your password.");
        await people.SetTwoFactorEnabledAsync(person, false);
        await people.ResetAuthenticatorKeyAsync(person);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.second-factor-off", person.Id.ToString(), reason: null, cancellationToken);
        await signIn.RefreshSignInAsync(person);
        return Results.Redirect(Here);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, SignInManager<Person> signIn, AuditTrail trail, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (typed, to) = (form["code"].ToString().Trim(), form["to"].ToString());
        // Who gave the right password a moment ago; it is in a cookie of its own for five minutes.
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } person)
            return Results.Redirect("/sign-in");
        var recovers = typed.Any(char.IsAsciiLetter);
        var result = person.DisabledAt is not null ? SignInResult.Failed
            : recovers ? await signIn.TwoFactorRecoveryCodeSignInAsync(typed)
            : await signIn.TwoFactorAuthenticatorSignInAsync(CodeOf(typed), isPersistent: false, rememberClient: false);
        var reason = result.Succeeded ? recovers ? "recovery code" : "second factor" : result.IsLockedOut ? "locked out" : "wrong code";
        await trail.WriteAsync($"user:{person.Id}", result.Succeeded ? "access.signed-in" : "access.sign-in-refused", person.Id.ToString(), reason, cancellationToken);
        return result.Succeeded
            ? Results.LocalRedirect(AccessRoutes.IsLocal(to) ? to : "/")
            : Page.Of<CodePage, CodeModel>(new CodeModel(to, Failed: true, result.IsLockedOut), StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> AgainAsync(UserManager<Person> people, Person person, string? problem = null) => Page.Of<SecondFactorPage, SecondFactorModel>(
        new SecondFactorModel(person.Email ?? "", person.TwoFactorEnabled, person.TwoFactorEnabled ? "" : await people.GetAuthenticatorKeyAsync(person) ?? "", [], problem),
        problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static async Task<Person> GetAsync(UserManager<Person> people, CurrentViewer viewers) =>
        await people.FindByIdAsync(viewers.Viewer.Person.ToString()) ?? throw new RefusedException("NOT_FOUND");

    private static string CodeOf(string typed) => typed.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}

/// <summary>What the page of the second factor shows.</summary>
/// <param name="Email">Whose.</param>
/// <param name="On">Whether it is asked for.</param>
/// <param name="Key">To be typed into the app, base32; empty while it is on.</param>
/// <param name="Codes">Recovery codes that were just made; shown this once.</param>
/// <param name="Problem">What was wrong with what was sent.</param>
internal sealed record SecondFactorModel(string Email, bool On, string Key, IReadOnlyList<string> Codes, string? Problem)
{
    /// <summary>In groups of four, as people type it.</summary>
    public string KeyInGroups => string.Join(' ', Key.Chunk(4).Select(four => new string(four)));

    /// <summary>For an app on the same device.</summary>
    public string Address => $"otpauth://totp/Layer:{Uri.EscapeDataString(Email)}?secret={Key}&issuer=Layer&digits=6";

    /// <summary>The same for a phone's camera.</summary>
    public QrCode Code => QrCode.Of(Address);
}

/// <summary>What the page that asks for a code shows.</summary>
internal sealed record CodeModel(string? To, bool Failed, bool LockedOut = false);
