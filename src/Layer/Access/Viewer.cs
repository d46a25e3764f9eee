using System.Security.Claims;
using Layer.Evidence.Audits;
using Layer.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>The person behind a request and what they may do in its workspace, as it is now and not as it was at sign-in.</summary>
internal sealed record Viewer(Guid Person, string Name, string Email, Role Role, Workspace Workspace, TokenScope? Token, IReadOnlyList<AuditWindow> Windows)
{
    /// <summary>As log entries name them.</summary>
    public string Actor => $"user:{Person}";

    public bool Can(Right right) => Rights.Has(Role, right) && (Token is not { } scope || Rights.Has(scope, right));

    /// <summary>Whether a UTC day may be seen: an auditor sees those of the windows shared with them.</summary>
    public bool Sees(DateOnly day) => Role != Role.Auditor || Windows.Any(window => window.From <= day && day < window.To);

    /// <summary>Whether all of a window may be seen.</summary>
    public bool Sees(AuditWindow window) => Role != Role.Auditor || Windows.Any(shared => shared.From <= window.From && window.To <= shared.To);
}

/// <summary>The viewer of the request at hand, looked up once.</summary>
internal sealed class CurrentViewer(IHttpContextAccessor http, LayerDatabase database, ServedWorkspace served, TimeProvider clock)
{
    /// <summary>A claim of token sign-ins: the token's scope.</summary>
    public const string ScopeClaim = "layer:scope";

    private Task<Viewer?>? _found;

    /// <summary>On pages and routes that need a right: whoever has been let in.</summary>
    public Viewer Viewer => _found is { IsCompletedSuccessfully: true, Result: { } viewer } ? viewer : throw new InvalidOperationException("This route lets strangers in.");

    /// <summary>Null on pages for strangers, until somebody has signed in.</summary>
    public Viewer? Found => _found is { IsCompletedSuccessfully: true, Result: var viewer } ? viewer : null;

    /// <summary>Null for a stranger and for somebody who is nobody here.</summary>
    public Task<Viewer?> FindAsync() => _found ??= LookUpAsync();

    private async Task<Viewer?> LookUpAsync()
    {
        var user = http.HttpContext?.User;
        if (user?.Identity?.IsAuthenticated != true || !Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            return null;
        var now = clock.GetUtcNow();
        var workspace = served.Workspace;
        await using var db = database.CreateContext();
        var found = await (
            from person in db.People
            join membership in db.Memberships on person.Id equals membership.Person
            where person.Id == id && person.DisabledAt == null && membership.Workspace == workspace.Id && (membership.ExpiresAt == null || membership.ExpiresAt > now)
            select new { person.DisplayName, person.Email, membership.Role }).FirstOrDefaultAsync();
        if (found is null)
            return null;
        var windows = found.Role == Role.Auditor
            ? await db.Shares.Where(share => share.Person == id && share.Workspace == workspace.Id && share.RevokedAt == null && share.ExpiresAt > now)
                .OrderBy(share => share.FromDay).Select(share => new AuditWindow(share.FromDay, share.ToDay)).ToListAsync()
            : [];
        TokenScope? scope = user.FindFirstValue(ScopeClaim) is { } text ? KebabCaseText.Parse<TokenScope>(text) : null;
        return new Viewer(id, found.DisplayName, found.Email ?? "", found.Role, workspace, scope, windows);
    }
}

/// <summary>The workspace that a server serves.</summary>
internal sealed record ServedWorkspace(Workspace Workspace);
