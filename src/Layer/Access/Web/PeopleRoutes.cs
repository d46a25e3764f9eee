using Layer.Evidence.Audits;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access.Web;

/// <summary>Settings: people, invitations, tokens, and one's own account.</summary>
internal static class PeopleRoutes
{
    private const int LongestTokenDays = 366;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/settings", () => Results.Redirect("/settings/people")).Needs(Right.Administer);
        routes.MapGet("/settings/people", ShowPeopleAsync).Needs(Right.Administer);
        routes.MapPost("/settings/people/invite", InviteAsync).Needs(Right.Administer);
        routes.MapPost("/settings/people/{person:guid}/role", ChangeRoleAsync).Needs(Right.Administer);
        routes.MapPost("/settings/people/{person:guid}/remove", RemoveAsync).Needs(Right.Administer);
        routes.MapPost("/settings/invitations/{id:guid}/revoke", RevokeInvitationAsync).Needs(Right.Administer);
        routes.MapGet("/settings/tokens", ShowTokensAsync).Needs(Right.Read);
        routes.MapPost("/settings/tokens", MakeTokenAsync).Needs(Right.Read);
        routes.MapPost("/settings/tokens/{id:guid}/revoke", RevokeTokenAsync).Needs(Right.Read);
        routes.MapGet("/account", ShowAccountAsync).Needs(Right.SignedIn);
        routes.MapPost("/account/password", ChangePasswordAsync).Needs(Right.SignedIn);
    }

    private static async Task<IResult> ShowPeopleAsync(LayerDb db, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken) =>
        Page.Of<PeoplePage, PeopleModel>(await ReadPeopleAsync(db, viewers, clock, cancellationToken));

    private static async Task<PeopleModel> ReadPeopleAsync(LayerDb db, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (workspace, now) = (viewers.Viewer.Workspace.Id, clock.GetUtcNow());
        var people = await (from membership in db.Memberships
                            join person in db.People on membership.Person equals person.Id
                            where membership.Workspace == workspace && person.DisabledAt == null
                            select new Member(person.Id, person.DisplayName, person.Email ?? "", membership.Role, membership.CreatedAt, membership.ExpiresAt)).ToListAsync(cancellationToken);
        var invitations = await db.Invitations.AsNoTracking().Where(i => i.Workspace == workspace && i.UsedAt == null && i.RevokedAt == null && i.ExpiresAt > now && i.Email != null).ToListAsync(cancellationToken);
        return new PeopleModel([.. people.OrderBy(person => person.Name, StringComparer.OrdinalIgnoreCase)], [.. invitations.OrderBy(i => i.Email, StringComparer.Ordinal)], viewers.Viewer.Person, now, []);
    }

    private static async Task<IResult> InviteAsync(
        HttpContext http, LayerDb db, Inviting inviting, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var problems = new List<string>();
        if (!System.Net.Mail.MailAddress.TryCreate(form["email"], out var email))
            problems.Add("That is not an e-mail address.");
        (AuditWindow, DateTimeOffset)? share = null;
        var role = form["role"].ToString() switch { "administrator" => Role.Administrator, "editor" => Role.Editor, "auditor" => Role.Auditor, _ => (Role?)null };
        if (role is null)
            problems.Add("The role is missing. Allowed: administrator, editor, auditor.");
        if (role == Role.Auditor)
        {
            var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
            if (!AuditWindow.TryParse($"{form["from"]}..{form["to"]}", out var window))
                problems.Add("An auditor needs a window: its first day, and after it the day that no longer belongs to it.");
            else if (!DateOnly.TryParseExact(form["until"], "yyyy-MM-dd", out var until) || until <= today || until > today.AddYears(2))
                problems.Add($"The access of an auditor needs a last day. Allowed: from {today.AddDays(1):yyyy-MM-dd} to {today.AddYears(2):yyyy-MM-dd}.");
            else
                share = (window, new DateTimeOffset(until.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
        }

        if (problems.Count > 0)
            return Page.Of<PeoplePage, PeopleModel>(await ReadPeopleAsync(db, viewers, clock, cancellationToken) with { Problems = problems }, StatusCodes.Status400BadRequest);
        var code = await inviting.InviteAsync(viewers.Viewer, role!.Value, email!.Address, share, cancellationToken);
        return Page.Of<PeoplePage, PeopleModel>(await ReadPeopleAsync(db, viewers, clock, cancellationToken) with { Invited = (email.Address, $"{PublicAddress.Of(http)}/join/{code}") });
    }

    private static async Task<IResult> ChangeRoleAsync(Guid person, HttpContext http, LayerDb db, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var membership = await FindAsync(person, db, viewers, cancellationToken);
        if (form["role"].ToString() is not ("administrator" or "editor") || membership.Role == Role.Auditor)
            throw new RefusedException("NOT_FOUND");
        var role = form["role"] == "administrator" ? Role.Administrator : Role.Editor;
        if (role != Role.Administrator)
            await RefuseLastAsync(membership, db, cancellationToken);
        membership.Role = role;
        await db.SaveChangesAsync(cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.role-changed", person.ToString(), role.ToString().ToLowerInvariant(), cancellationToken);
        return Results.Redirect("/settings/people");
    }

    private static async Task<IResult> RemoveAsync(Guid person, LayerDb db, AuditTrail trail, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var membership = await FindAsync(person, db, viewers, cancellationToken);
        await RefuseLastAsync(membership, db, cancellationToken);
        var now = clock.GetUtcNow();
        await db.Shares.Where(share => share.Person == person && share.Workspace == membership.Workspace && share.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(share => share.RevokedAt, now), cancellationToken);
        await db.ApiTokens.Where(token => token.Person == person && token.Workspace == membership.Workspace && token.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, now), cancellationToken);
        db.Memberships.Remove(membership);
        await db.SaveChangesAsync(cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.removed", person.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/settings/people");
    }

    private static async Task<IResult> RevokeInvitationAsync(Guid id, LayerDb db, AuditTrail trail, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var workspace = viewers.Viewer.Workspace.Id;
        var invitation = await db.Invitations.FirstOrDefaultAsync(i => i.Id == id && i.Workspace == workspace, cancellationToken) ?? throw new RefusedException("NOT_FOUND");
        invitation.RevokedAt ??= clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.invitation-revoked", id.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/settings/people");
    }

    private static async Task<Membership> FindAsync(Guid person, LayerDb db, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var workspace = viewers.Viewer.Workspace.Id;
        return await db.Memberships.FirstOrDefaultAsync(m => m.Person == person && m.Workspace == workspace, cancellationToken) ?? throw new RefusedException("NOT_FOUND");
    }

    private static async Task RefuseLastAsync(Membership membership, LayerDb db, CancellationToken cancellationToken)
    {
        if (membership.Role == Role.Administrator
            && !await db.Memberships.AnyAsync(m => m.Workspace == membership.Workspace && m.Role == Role.Administrator && m.Person != membership.Person, cancellationToken))
            throw new RefusedException("LAST_ADMINISTRATOR");
    }

    private static async Task<IResult> ShowTokensAsync(LayerDb db, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken) =>
        Page.Of<TokensPage, TokensModel>(await ReadTokensAsync(db, viewers, clock, cancellationToken));

    private static async Task<TokensModel> ReadTokensAsync(LayerDb db, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (workspace, person, now) = (viewers.Viewer.Workspace.Id, viewers.Viewer.Person, clock.GetUtcNow());
        var tokens = await db.ApiTokens.AsNoTracking().Where(t => t.Workspace == workspace && t.Person == person && t.RevokedAt == null && t.ExpiresAt > now).ToListAsync(cancellationToken);
        return new TokensModel([.. tokens.OrderBy(token => token.Name, StringComparer.OrdinalIgnoreCase)], viewers.Viewer.Role, []);
    }

    private static async Task<IResult> MakeTokenAsync(
        HttpContext http, LayerDb db, ApiTokens tokens, AuditTrail trail, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (name, problems) = (form["name"].ToString().Trim(), new List<string>());
        if (name.Length is 0 or > 100)
            problems.Add("The name is missing or longer than 100 characters. Allowed: what it is for, e.g. nightly export.");
        TokenScope? scope = form["scope"].ToString() switch { "read" => TokenScope.Read, "change" => TokenScope.Change, "administer" when viewers.Viewer.Role == Role.Administrator => TokenScope.Administer, _ => null };
        if (scope is null)
            problems.Add("What it may do is missing. Allowed: read, change; for administrators also administer.");
        if (!int.TryParse(form["days"], out var days) || days is < 1 or > LongestTokenDays)
            problems.Add($"How long it is valid is missing. Allowed: 1 to {LongestTokenDays} days.");
        if (problems.Count > 0)
            return Page.Of<TokensPage, TokensModel>(await ReadTokensAsync(db, viewers, clock, cancellationToken) with { Problems = problems }, StatusCodes.Status400BadRequest);
        var (token, text) = await tokens.CreateAsync(viewers.Viewer.Workspace.Id, viewers.Viewer.Person, name, scope!.Value, TimeSpan.FromDays(days), cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.token-made", token.Id.ToString(), KebabCaseText.Of(scope.Value), cancellationToken);
        return Page.Of<TokensPage, TokensModel>(await ReadTokensAsync(db, viewers, clock, cancellationToken) with { Made = text });
    }

    private static async Task<IResult> RevokeTokenAsync(Guid id, LayerDb db, AuditTrail trail, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var person = viewers.Viewer.Person;
        var token = await db.ApiTokens.FirstOrDefaultAsync(t => t.Id == id && t.Person == person, cancellationToken) ?? throw new RefusedException("NOT_FOUND");
        token.RevokedAt ??= clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.token-revoked", id.ToString(), reason: null, cancellationToken);
        return Results.Redirect("/settings/tokens");
    }

    private static async Task<IResult> ShowAccountAsync(UserManager<Person> people, CurrentViewer viewers)
    {
        var person = await people.FindByIdAsync(viewers.Viewer.Person.ToString()) ?? throw new RefusedException("NOT_FOUND");
        return Page.Of<AccountPage, AccountModel>(await ReadAccountAsync(people, person, viewers));
    }

    /// <summary>What somebody's own account page shows.</summary>
    public static async Task<AccountModel> ReadAccountAsync(UserManager<Person> people, Person person, CurrentViewer viewers) =>
        new(viewers.Viewer, person.TwoFactorEnabled, [.. (await people.GetPasskeysAsync(person)).OrderBy(passkey => passkey.CreatedAt)]);

    private static async Task<IResult> ChangePasswordAsync(HttpContext http, UserManager<Person> people, SignInManager<Person> signIn, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var person = await people.FindByIdAsync(viewers.Viewer.Person.ToString()) ?? throw new RefusedException("NOT_FOUND");
        var changed = await people.ChangePasswordAsync(person, form["current"].ToString(), form["password"].ToString());
        if (!changed.Succeeded)
            return Page.Of<AccountPage, AccountModel>(await ReadAccountAsync(people, person, viewers) with { Problems = [.. changed.Errors.Select(error => error.Description)] }, StatusCodes.Status400BadRequest);
        await trail.WriteAsync(viewers.Viewer.Actor, "access.password-changed", person.Id.ToString(), reason: null, cancellationToken);
        await signIn.RefreshSignInAsync(person);
        return Page.Of<AccountPage, AccountModel>(await ReadAccountAsync(people, person, viewers) with { Done = true });
    }
}

/// <summary>A member of the workspace.</summary>
internal sealed record Member(Guid Id, string Name, string Email, Role Role, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>What the page of people shows.</summary>
internal sealed record PeopleModel(IReadOnlyList<Member> People, IReadOnlyList<Invitation> Invitations, Guid Self, DateTimeOffset Now, IReadOnlyList<string> Problems)
{
    /// <summary>Somebody was just invited: address and link, which is shown this once.</summary>
    public (string Email, string Link)? Invited { get; init; }
}

/// <summary>What the page of tokens shows.</summary>
internal sealed record TokensModel(IReadOnlyList<ApiToken> Tokens, Role Role, IReadOnlyList<string> Problems)
{
    /// <summary>The text of a token that was just made; it is shown this once.</summary>
    public string? Made { get; init; }
}

/// <summary>What the page of one's own account shows.</summary>
internal sealed record AccountModel(Viewer Viewer, bool SecondFactor, IReadOnlyList<UserPasskeyInfo> Passkeys)
{
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The password was just changed.</summary>
    public bool Done { get; init; }
}
