using Layer.Evidence.Audits;
using Layer.Storage;

namespace Layer.Access;

/// <summary>Makes links by which somebody becomes a member. The link is told once; the log says who invited whom, and to what.</summary>
internal sealed class Inviting(LayerDatabase database, AuditTrail trail, TimeProvider clock)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(7);

    /// <summary>Invites somebody.</summary>
    /// <param name="by">Who invites.</param>
    /// <param name="role">What they become.</param>
    /// <param name="email">Who it is for; they may join with another address.</param>
    /// <param name="share">The window of an auditor and the end of their access; null for other roles.</param>
    /// <param name="cancellationToken">Cancelled before the commit: nothing is stored.</param>
    /// <returns>The code of the link <c>/join/CODE</c>.</returns>
    public async Task<string> InviteAsync(Viewer by, Role role, string email, (AuditWindow Window, DateTimeOffset Until)? share, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var code = SetUpLink.NewCode();
        var invitation = new Invitation
        {
            Id = Guid.CreateVersion7(now), Workspace = by.Workspace.Id, CodeHash = SetUpLink.HashOf(code), Email = email, Role = role,
            FromDay = share?.Window.From, ToDay = share?.Window.To, AccessUntil = share?.Until, CreatedBy = by.Actor, CreatedAt = now, ExpiresAt = now + Validity,
        };
        await using var db = database.CreateContext();
        db.Invitations.Add(invitation);
        await db.SaveChangesAsync(cancellationToken);
        await trail.WriteAsync(by.Actor, "access.invited", invitation.Id.ToString(), share is { } given ? $"{role} {given.Window}".ToLowerInvariant() : role.ToString().ToLowerInvariant(), cancellationToken);
        return code;
    }
}
