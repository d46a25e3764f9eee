using System.Buffers.Text;
using Layer.Operations;
using Layer.Serving;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access.Web;

/// <summary>Passkeys (WebAuthn): added, removed, and signed in with. One is two factors by itself: the device, and what unlocks it.</summary>
internal static class PasskeyRoutes
{
    private const int MostPasskeys = 20;
    private const int LongestName = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/passkeys/options", OfferAsync).Needs(Right.SignedIn);
        routes.MapPost("/account/passkeys", AddAsync).Needs(Right.SignedIn).RequireRateLimiting(RateLimits.Tries);
        routes.MapPost("/account/passkeys/{id}/remove", RemoveAsync).Needs(Right.SignedIn);
        routes.MapPost("/sign-in/passkey/options", ChallengeAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapPost("/sign-in/passkey", SignInAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
    }

    private static async Task<IResult> OfferAsync(SignInManager<Person> signIn, CurrentViewer viewers)
    {
        var viewer = viewers.Viewer;
        return Results.Text(
            await signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = viewer.Person.ToString(), Name = viewer.Email, DisplayName = viewer.Name }), "application/json");
    }

    private static async Task<IResult> AddAsync(HttpContext http, SignInManager<Person> signIn, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (people, name) = (signIn.UserManager, form["name"].ToString().Trim());
        var person = await people.FindByIdAsync(viewers.Viewer.Person.ToString()) ?? throw new RefusedException("NOT_FOUND");
        if (name.Length is 0 or > LongestName)
            return await AccountAsync(people, person, viewers, $"Give the passkey a name of 1 to {LongestName} characters, e.g. the device it is on.");
        if ((await people.GetPasskeysAsync(person)).Count >= MostPasskeys)
            return await AccountAsync(people, person, viewers, $"There are {MostPasskeys} passkeys already. Remove one first.");
        var made = await signIn.PerformPasskeyAttestationAsync(form["credential"].ToString());
        if (!made.Succeeded)
            return await AccountAsync(people, person, viewers, "The browser's answer could not be used. Try again; nothing was added.");
        made.Passkey.Name = name;
        await people.AddOrUpdatePasskeyAsync(person, made.Passkey);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.passkey-added", person.Id.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/account");
    }

    private static async Task<IResult> RemoveAsync(string id, UserManager<Person> people, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var person = await people.FindByIdAsync(viewers.Viewer.Person.ToString()) ?? throw new RefusedException("NOT_FOUND");
        if (!Base64Url.IsValid(id) || await people.GetPasskeyAsync(person, Base64Url.DecodeFromChars(id)) is not { } passkey)
            throw new RefusedException("NOT_FOUND");
        await people.RemovePasskeyAsync(person, passkey.CredentialId);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.passkey-removed", person.Id.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/account");
    }

    // Whoever it is, is found by the passkey: nothing tells which accounts there are.
    private static async Task<IResult> ChallengeAsync(SignInManager<Person> signIn) => Results.Text(await signIn.MakePasskeyRequestOptionsAsync(user: null), "application/json");

    private static async Task<IResult> SignInAsync(HttpContext http, SignInManager<Person> signIn, AuditTrail trail, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (to, people) = (form["to"].ToString(), signIn.UserManager);
        var shown = await signIn.PerformPasskeyAssertionAsync(form["credential"].ToString());
        if (!shown.Succeeded || shown.User.DisabledAt is not null || await people.IsLockedOutAsync(shown.User))
        {
            if (shown.User is { } known)
                await trail.WriteAsync($"user:{known.Id}", "access.sign-in-refused", known.Id.ToString(), "passkey", cancellationToken);
            return Page.Of<SignInPage, SignInModel>(new SignInModel(to, PasskeyFailed: true), StatusCodes.Status400BadRequest);
        }

        await people.AddOrUpdatePasskeyAsync(shown.User, shown.Passkey);
        await trail.WriteAsync($"user:{shown.User.Id}", "access.signed-in", shown.User.Id.ToString(), "passkey", cancellationToken);
        await signIn.SignInAsync(shown.User, isPersistent: false);
        return Results.LocalRedirect(AccessRoutes.IsLocal(to) ? to : "/");
    }

    private static async Task<IResult> AccountAsync(UserManager<Person> people, Person person, CurrentViewer viewers, string problem) =>
        Page.Of<AccountPage, AccountModel>(await PeopleRoutes.ReadAccountAsync(people, person, viewers) with { Problems = [problem] }, StatusCodes.Status400BadRequest);
}
