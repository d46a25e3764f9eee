using Layer.Access;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Inventory.Web;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Audits.Web;

/// <summary>A window as its page shows it.</summary>
internal sealed class AuditViews(Installation layer, CurrentViewer viewers, HistoryCache cache)
{
    /// <exception cref="RefusedException">NOT_FOUND: no window. OUTSIDE_WINDOW: not shared with this auditor.</exception>
    public AuditWindow Parse(string text)
    {
        if (!AuditWindow.TryParse(text, out var window))
            throw new RefusedException("NOT_FOUND");
        return viewers.Viewer.Sees(window) ? window : throw InventoryView.Outside(viewers.Viewer, text);
    }

    public async Task<AuditModel> GetAsync(AuditWindow window, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var now = layer.Clock.GetUtcNow();
        var (size, today) = (await cache.SizeAsync(viewer.Workspace.Id, cancellationToken), DateOnly.FromDateTime(now.UtcDateTime));
        var (coverage, stated) = await cache.GetAsync((viewer.Workspace.Id, size, today, window, "audit"), async () => (
            await CoverageNow.ReadAsync(layer.Database, viewer.Workspace, window, layer.Clock, cancellationToken), await StatedAsync(viewer.Workspace, window, cancellationToken)));
        await using var db = layer.Database.CreateContext();
        var shares = await (from share in db.Shares
                            join person in db.People on share.Person equals person.Id
                            where share.Workspace == viewer.Workspace.Id && share.FromDay == window.From && share.ToDay == window.To && share.RevokedAt == null && share.ExpiresAt > now
                            select new { person.Email, share.ExpiresAt }).ToListAsync(cancellationToken);
        var subject = window.ToString();
        var bundles = await db.Operations.AsNoTracking().Where(o => o.Workspace == viewer.Workspace.Id && o.Kind == "bundle" && o.Subject == subject).OrderByDescending(o => o.StartedAt).Take(5).ToListAsync(cancellationToken);
        return new AuditModel(
            window, coverage, stated.Statement, stated.On, stated.Subscriptions, stated.Undecided, stated.Samples,
            viewer.Can(Right.Read) ? [.. shares.Select(share => (share.Email ?? "", share.ExpiresAt))] : [],
            [.. bundles.Where(bundle => bundle.Actor == viewer.Actor || viewer.Can(Right.Read))], viewer.Name, viewer.Can(Right.Change), today, []) { Scope = stated.Scope };
    }

    private async Task<Stated> StatedAsync(Workspace workspace, AuditWindow window, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(layer.Database, workspace, cancellationToken);
        var (scope, statement) = (StatedScope.Of(whole, window), whole.Log.Scopes.LastOrDefault(each => each.Leaf.Window == window));
        return new Stated(
            scope, statement.Leaf, scope.Statement?.Day, [.. scope.Rows.OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Subscription)], scope.Undecided,
            [.. whole.Log.Samples.Where(sample => window.From <= sample.Leaf.Window.From && sample.Leaf.Window.To <= window.To).Reverse()]);
    }

    /// <summary>What the log says about a window.</summary>
    private sealed record Stated(StatedScope Scope, ScopeLeaf? Statement, DateOnly? On, IReadOnlyList<SubscriptionRow> Subscriptions, int Undecided, IReadOnlyList<Placed<SampleLeaf>> Samples);
}

/// <summary>What the list of windows shows.</summary>
internal sealed record AuditsModel(IReadOnlyList<AuditWindow> Windows, bool Connected, DateOnly From, DateOnly To, string? Problem);

/// <summary>What the page of one window shows.</summary>
internal sealed record AuditModel(
    AuditWindow Window, CoverageTable? Coverage, ScopeLeaf? Statement, DateOnly? StatedOn, IReadOnlyList<SubscriptionRow> Subscriptions, int Undecided, IReadOnlyList<Placed<SampleLeaf>> Samples,
    IReadOnlyList<(string Email, DateTimeOffset Until)> Shares, IReadOnlyList<Serving.Operation> Bundles, string Viewer, bool MayChange, DateOnly Today, IReadOnlyList<string> Problems)
{
    /// <summary>What stands for the window, for programs.</summary>
    public required StatedScope Scope { get; init; }

    /// <summary>Somebody was just invited: address and link, which is shown this once.</summary>
    public (string Email, string Link)? Invited { get; init; }
}

/// <summary>What the page of a draw shows.</summary>
internal sealed record SampleModel(AuditWindow Window, long Index, SampleLeaf Draw, DateOnly Day, IReadOnlyList<SampleRow> Rows);

/// <summary>What the page of a bundle shows.</summary>
internal sealed record BundleModel(AuditWindow Window, Serving.Operation Operation);
