using Layer.Access;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Serving;
using Layer.Storage;
using Layer.Ui;
using Microsoft.EntityFrameworkCore;

namespace Layer.Inventory.Web;

/// <summary>What changed, by day.</summary>
internal static class ChangesRoutes
{
    private const int UsualDays = 30;
    private const int MostDays = 400;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/changes", ShowAsync).Needs(Right.ReadEvidence);

    private static async Task<IResult> ShowAsync(
        HttpContext http, LayerDatabase database, CurrentViewer viewers, InventoryView view, HistoryCache cache, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(http.Request, "-day");
        var viewer = viewers.Viewer;
        var last = Day(query["to"]) ?? view.DayOf(null);
        var first = Day(query["from"]) ?? last.AddDays(1 - UsualDays);
        if (first > last)
            (first, last) = (last, first);
        if (last.DayNumber - first.DayNumber > MostDays)
            first = last.AddDays(-MostDays);
        if (viewer.Role == Role.Auditor && !viewer.Sees(last))
            throw InventoryView.Outside(viewer, $"{last:yyyy-MM-dd}");
        var (size, to) = (await cache.SizeAsync(viewer.Workspace.Id, cancellationToken), last.AddDays(1));
        var all = (await cache.GetAsync((viewer.Workspace.Id, size, first, to), () => new ChangeReader(database, viewer.Workspace.Id).ListAsync(first, to, cancellationToken))).Where(change => viewer.Sees(change.Reading.Day)).ToList();
        // A role that comes into use is told by its assignment; a definition is news when it allows other things than before.
        all.RemoveAll(change => change.Change.Subject.Type == ObservationType.RoleDefinition && change.Change.Kind != ChangeKind.Changed);
        var chosen = all.Where(change => query["kind"] is not { } kind || kind == change.Change.Kind.ToString().ToLowerInvariant())
            .Where(change => query["privileged"] is null || change.Change.Privileged).ToList();
        var names = await new InventoryReader(database, viewer.Workspace.Id).NamesAsync(cancellationToken);
        await using var db = database.CreateContext();
        var days = await db.Syncs.Where(sync => sync.Workspace == viewer.Workspace.Id && sync.Status == SyncStatus.Complete && sync.Day >= first && sync.Day <= last)
            .Select(sync => sync.Day).Distinct().ToListAsync(cancellationToken);
        var read = days.Count(viewer.Sees);
        return Page.Of<ChangesPage, ChangesModel>(new ChangesModel(query, first, last, read, await view.MadeBeforeAsync(first, last, cancellationToken), all, chosen.Count, [.. chosen.Skip(query.Skip).Take(ListQuery.PageSize)], names));
    }

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? day : null;
}

/// <summary>What the page of changes shows; the last day is in it. <see cref="DaysRead"/>: on how many of the days anything was read to its end; <see cref="Before"/>: role assignments from before the first reading, by the day that Azure says.</summary>
internal sealed record ChangesModel(
    ListQuery Query, DateOnly First, DateOnly Last, int DaysRead, IReadOnlyDictionary<DateOnly, int> Before, IReadOnlyList<DatedChange> All, int Total, IReadOnlyList<DatedChange> Rows, KnownNames Names);
