using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>The link that makes the first administrator: printed at a start while there is none, valid for an hour, used once, and never made again after.</summary>
internal sealed class SetUpLink(LayerDatabase database, ServedWorkspace served, TimeProvider clock)
{
    public const string Actor = "set-up";

    private const int CodeBytes = 16;
    private static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    /// <summary>A new code, which makes every earlier one invalid; null when there is or ever was an administrator.</summary>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        if (await db.Memberships.AnyAsync(m => m.Workspace == served.Workspace.Id && m.Role == Role.Administrator, cancellationToken))
            return null;
        var now = clock.GetUtcNow();
        foreach (var earlier in await db.Invitations.Where(i => i.Workspace == served.Workspace.Id && i.CreatedBy == Actor && i.UsedAt == null && i.RevokedAt == null).ToListAsync(cancellationToken))
            earlier.RevokedAt = now;
        var code = NewCode();
        db.Invitations.Add(new Invitation
        {
            Id = Guid.CreateVersion7(now), Workspace = served.Workspace.Id, CodeHash = HashOf(code), Role = Role.Administrator,
            CreatedBy = Actor, CreatedAt = now, ExpiresAt = now + Validity,
        });
        await db.SaveChangesAsync(cancellationToken);
        return code;
    }

    public static string NewCode() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(CodeBytes));

    public static byte[] HashOf(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
