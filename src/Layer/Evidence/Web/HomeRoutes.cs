using Layer.Access;
using Layer.Connections;
using Layer.Connections.Web;
using Layer.Evidence.Audits;
using Layer.Evidence.Observations;
using Layer.Inventory;
using Layer.Inventory.Web;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;

namespace Layer.Evidence.Web;

/// <summary>The first page: is it covered, what changed, what needs a person.</summary>
internal static class HomeRoutes
{
    private const int LongestCalendar = 371;
    private const int NewestChanges = 6;
    private static readonly TimeSpan SoonEnding = TimeSpan.FromDays(30);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", ShowAsync).Needs(Right.ReadEvidence);

    private static async Task<IResult> ShowAsync(Installation layer, CurrentViewer viewers, InventoryView inventory, ConnectionViews connections, HistoryCache cache, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var today = DateOnly.FromDateTime(layer.Clock.GetUtcNow().UtcDateTime);
        AuditWindow? shared = viewer.Role == Role.Auditor ? viewer.Windows.Count > 0 ? viewer.Windows[^1] : throw InventoryView.Outside(viewer, "This page") : null;
        var size = await cache.SizeAsync(viewer.Workspace.Id, cancellationToken);
        if (size == 0 || await CoverageAsync(shared) is not { } coverage)
            return Page.Of<HomePage, HomeModel>(new HomeModel(null, 0, 0, 0, 0, [], [], new KnownNames([]), viewer.Can(Right.Change)));
        if (coverage.Window.DayCount > LongestCalendar && shared is null)
            coverage = await CoverageAsync(new AuditWindow(today.AddDays(1 - LongestCalendar), today.AddDays(1))) ?? coverage;

        var day = inventory.DayOf(null);
        var readings = await inventory.ReadingsAsync(day, cancellationToken);
        var assignments = await inventory.AssignmentsAsync(readings, cancellationToken);
        var groups = 0;
        foreach (var reading in readings)
            groups += (await inventory.ListAsync(reading, ObservationType.ResourceGroup, cancellationToken)).Count;
        var (from, to) = (day.AddDays(-13), day.AddDays(1));
        var changes = (await cache.GetAsync((viewer.Workspace.Id, size, from, to), () => new ChangeReader(layer.Database, viewer.Workspace.Id).ListAsync(from, to, cancellationToken)))
            .Where(change => viewer.Sees(change.Reading.Day))
            .Where(change => change.Change.Subject.Type != ObservationType.RoleDefinition || change.Change.Kind == ChangeKind.Changed).Take(NewestChanges).ToList();
        var names = await layer.InventoryOf(viewer.Workspace).NamesAsync(cancellationToken);
        var needs = viewer.Can(Right.Read) ? await NeedsAsync(layer, connections, assignments, cancellationToken) : [];
        return Page.Of<HomePage, HomeModel>(new HomeModel(
            coverage, assignments.Count, assignments.Count(row => row.Row.Privileged), groups, readings.Count, changes, needs, names, viewer.Can(Right.Change)));

        Task<CoverageTable?> CoverageAsync(AuditWindow? window) => cache.GetAsync(
            (viewer.Workspace.Id, size, today, window), () => CoverageNow.ReadAsync(layer.Database, viewer.Workspace, window, layer.Clock, cancellationToken));
    }

    private static async Task<IReadOnlyList<Need>> NeedsAsync(
        Installation layer, ConnectionViews connections, IReadOnlyList<InventoryRow> assignments, CancellationToken cancellationToken)
    {
        var needs = new List<Need>();
        var lines = await connections.ListAsync(cancellationToken);
        foreach (var line in lines)
        {
            if (ConnectionViews.FailureOf(line.Connection, line.Credential) is { } failure)
                needs.Add(new Need("bad", "failing", $"{line.Connection.Name}: {ErrorCatalog.Card(failure, connecting: false).Title}", "The page of the connection has the command that mends it.", $"/integrations/azure/{line.Connection.Id}"));
            if (line.Connection.State == ConnectionState.Paused)
                needs.Add(new Need("warn", "paused", $"{line.Connection.Name} is paused", "Its days are not covered.", $"/integrations/azure/{line.Connection.Id}"));
        }

        foreach (var line in lines.Where(line => line.Connection.State != ConnectionState.Disconnected).DistinctBy(line => line.Credential.Id))
        {
            if (line.Credential.SecretExpiresAt is { } end && end - layer.Clock.GetUtcNow() is var left && left < SoonEnding)
                needs.Add(new Need(left < TimeSpan.Zero ? "bad" : "warn", left < TimeSpan.Zero ? "ended" : $"{Math.Floor(left.TotalDays)} days", $"The secret of {line.Connection.Name} ends on {end:d MMM}", $"One new secret serves {line.SharedBy} connections.", $"/integrations/azure/{line.Connection.Id}/rotate"));
        }

        if (assignments.Where(row => row.Row.Name is { State: NameState.NotFound }).Select(row => row.Row.Assignment.Text("principalId")).Distinct().Count() is > 0 and var gone)
            needs.Add(new Need("", "review", $"{gone} {(gone == 1 ? "principal is" : "principals are")} not found in the directory", "Their assignments still stand.", "/inventory?flag=not-found"));
        return needs;
    }
}

/// <summary>Something that needs a person.</summary>
/// <param name="Tone">Class of its chip.</param>
/// <param name="Word">In the chip.</param>
/// <param name="Title">What it is.</param>
/// <param name="Why">Why it matters, or what helps.</param>
/// <param name="Link">Where it is mended.</param>
internal sealed record Need(string Tone, string Word, string Title, string Why, string Link);

/// <summary>What the first page shows; a null coverage: nothing was ever connected.</summary>
internal sealed record HomeModel(
    CoverageTable? Coverage, int Assignments, int Privileged, int Groups, int Readings, IReadOnlyList<DatedChange> Changes, IReadOnlyList<Need> Needs, KnownNames Names, bool MayConnect);
