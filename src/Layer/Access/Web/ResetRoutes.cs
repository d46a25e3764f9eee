using Layer.Operations;
using Layer.Serving;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access.Web;

/// <summary>A new password by a link of <c>layer admin reset-link</c>.</summary>
internal static class ResetRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reset/{person:guid}", ShowAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
        routes.MapPost("/reset/{person:guid}", ResetAsync).Needs(Right.None).RequireRateLimiting(RateLimits.Tries);
    }

    private static async Task<IResult> ShowAsync(Guid person, string? token, UserManager<Person> people)
    {
        var found = await people.FindByIdAsync(person.ToString());
        if (found is null || !await people.VerifyUserTokenAsync(found, people.Options.Tokens.PasswordResetTokenProvider, UserManager<Person>.ResetPasswordTokenPurpose, token ?? ""))
            throw new RefusedException("INVITATION_INVALID");
        return Page.Of<ResetPage, ResetModel>(new ResetModel(found.Email ?? "", token ?? "", []));
    }

    private static async Task<IResult> ResetAsync(Guid person, HttpContext http, UserManager<Person> people, AuditTrail trail, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (token, found) = (form["token"].ToString(), await people.FindByIdAsync(person.ToString()));
        if (found is null || !await people.VerifyUserTokenAsync(found, people.Options.Tokens.PasswordResetTokenProvider, UserManager<Person>.ResetPasswordTokenPurpose, token))
            throw new RefusedException("INVITATION_INVALID");
        var done = await people.ResetPasswordAsync(found, token, form["password"].ToString());
        if (!done.Succeeded)
            return Page.Of<ResetPage, ResetModel>(new ResetModel(found.Email ?? "", token, [.. done.Errors.Select(error => error.Description)]), StatusCodes.Status400BadRequest);
        await people.SetLockoutEndDateAsync(found, null);
        await trail.WriteAsync($"user:{found.Id}", "access.password-reset", found.Id.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/sign-in");
    }
}

/// <summary>What the page of a new password shows.</summary>
internal sealed record ResetModel(string Email, string Token, IReadOnlyList<string> Problems);
