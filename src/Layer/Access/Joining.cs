using Layer.Operations;
using Layer.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>How a person becomes a member: by the set-up link or an invitation, once.</summary>
internal sealed class Joining(LayerDb db, UserManager<Person> people, AuditTrail trail, ServedWorkspace served, TimeProvider clock)
{
    /// <summary>The invitation of a link while it can be used.</summary>
    /// <exception cref="RefusedException">INVITATION_INVALID: used, expired, revoked, or never made.</exception>
    public async Task<Invitation> GetAsync(string code, CancellationToken cancellationToken)
    {
        var (hash, now) = (SetUpLink.HashOf(code), clock.GetUtcNow());
        return await db.Invitations.FirstOrDefaultAsync(
                i => i.CodeHash == hash && i.Workspace == served.Workspace.Id && i.UsedAt == null && i.RevokedAt == null && i.ExpiresAt > now, cancellationToken)
            ?? throw new RefusedException("INVITATION_INVALID");
    }

    /// <summary>Makes the person and the membership.</summary>
    /// <returns>The person, or what is wrong with what was typed; then nothing was made.</returns>
    public async Task<(Person? Person, IReadOnlyList<string> Problems)> JoinAsync(Invitation invitation, string name, string email, string password, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        if (name.Trim().Length is 0 or > 100)
            problems.Add("The name is missing or longer than 100 characters.");
        if (!System.Net.Mail.MailAddress.TryCreate(email, out _) || email.Length > 254)
            problems.Add("That is not an e-mail address.");
        var now = clock.GetUtcNow();
        var person = new Person { Id = Guid.CreateVersion7(now), DisplayName = name.Trim(), UserName = email.Trim(), Email = email.Trim(), CreatedAt = now, LockoutEnabled = true };
        foreach (var validator in people.PasswordValidators)
            problems.AddRange((await validator.ValidateAsync(people, person, password)).Errors.Select(error => error.Description));
        if (problems.Count > 0)
            return (null, problems);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var made = await people.CreateAsync(person, password);
        if (!made.Succeeded)
            return (null, [.. made.Errors.Select(error => error.Description)]);
        (invitation.UsedAt, invitation.UsedBy) = (now, person.Id);
        db.Memberships.Add(new Membership { Workspace = served.Workspace.Id, Person = person.Id, Role = invitation.Role, CreatedAt = now, ExpiresAt = invitation.AccessUntil });
        if (invitation is { FromDay: { } from, ToDay: { } to, AccessUntil: { } until })
        {
            db.Shares.Add(new Share
            {
                Id = Guid.CreateVersion7(now), Workspace = served.Workspace.Id, Person = person.Id, FromDay = from, ToDay = to, CreatedBy = invitation.CreatedBy, CreatedAt = now, ExpiresAt = until,
            });
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await trail.WriteAsync($"user:{person.Id}", "access.joined", person.Id.ToString(), $"{invitation.Role} by {invitation.CreatedBy}".ToLowerInvariant(), cancellationToken);
        return (person, []);
    }
}
