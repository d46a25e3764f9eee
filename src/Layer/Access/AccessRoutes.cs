using Layer.Serving;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access;

/// <summary>Set-up, invitations, sign-in and sign-out.</summary>
internal static class AccessRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/set-up/{code}", ShowJoinAsync).Needs(Right.None);
        routes.MapPost("/set-up/{code}", JoinAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapGet("/join/{code}", ShowJoinAsync).Needs(Right.None);
        routes.MapPost("/join/{code}", JoinAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapGet("/sign-in", (string? to) => Page.Of<SignInPage, SignInModel>(new SignInModel(to))).Needs(Right.None);
        routes.MapPost("/sign-in", SignInAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapPost("/sign-out", SignOutAsync).Needs(Right.SignedIn);
    }

    private static async Task<IResult> ShowJoinAsync(string code, Joining joining, CancellationToken cancellationToken) =>
        Page.Of<JoinPage, JoinModel>(new JoinModel(await joining.GetAsync(code, cancellationToken)));

    private static async Task<IResult> JoinAsync(string code, HttpContext http, Joining joining, SignInManager<Person> signIn, CancellationToken cancellationToken)
    {
        var invitation = await joining.GetAsync(code, cancellationToken);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (name, email) = (form["name"].ToString(), form["email"].ToString());
        var (person, problems) = await joining.JoinAsync(invitation, name, email, form["password"].ToString(), cancellationToken);
        if (person is null)
            return Page.Of<JoinPage, JoinModel>(new JoinModel(invitation, name, email, problems), StatusCodes.Status400BadRequest);
        await signIn.SignInAsync(person, isPersistent: false);
        return Results.Redirect("/");
    }

    private static async Task<IResult> SignInAsync(HttpContext http, SignInManager<Person> signIn, AuditTrail trail, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (email, to) = (form["email"].ToString(), form["to"].ToString());
        var person = await signIn.UserManager.FindByEmailAsync(email);
        var result = person is null || person.DisabledAt is not null ? SignInResult.Failed : await signIn.PasswordSignInAsync(person, form["password"].ToString(), isPersistent: false, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
            return Results.Redirect(IsLocal(to) ? $"/sign-in/code?to={Uri.EscapeDataString(to)}" : "/sign-in/code");
        if (person is not null)
            await trail.WriteAsync($"user:{person.Id}", result.Succeeded ? "access.signed-in" : "access.sign-in-refused", person.Id.ToString(), result.IsLockedOut ? "locked out" : null, cancellationToken);
        return result.Succeeded
            ? Results.LocalRedirect(IsLocal(to) ? to : "/")
            : Page.Of<SignInPage, SignInModel>(new SignInModel(to, email, Failed: true, result.IsLockedOut), StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> SignOutAsync(SignInManager<Person> signIn, CurrentViewer viewer, AuditTrail trail, CancellationToken cancellationToken)
    {
        await trail.WriteAsync(viewer.Viewer.Actor, "access.signed-out", viewer.Viewer.Person.ToString(), reason: null, cancellationToken);
        await signIn.SignOutAsync();
        return Results.Redirect("/sign-in");
    }

    /// <summary>Whether a path leads to a page of this server, and nowhere else.</summary>
    public static bool IsLocal(string to) => to.StartsWith('/') && !to.StartsWith("//", StringComparison.Ordinal) && !to.StartsWith("/\\", StringComparison.Ordinal);
}

/// <summary>What the sign-in page shows.</summary>
internal sealed record SignInModel(string? To, string? Email = null, bool Failed = false, bool LockedOut = false, bool PasskeyFailed = false);

/// <summary>What the page behind an invitation shows.</summary>
internal sealed record JoinModel(Invitation Invitation, string? Name = null, string? Email = null, IReadOnlyList<string>? Problems = null);
