using Layer.Access;
using Layer.Connections;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Serving.Api;
using Layer.Storage;

namespace Layer.Inventory.Web;

/// <summary><c>/v1</c>: what was there on a day, and what changed.</summary>
internal static class InventoryApi
{
    private const int LongestWindow = 400;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, type, what) in new[]
        {
            ("subscriptions", ObservationType.Subscription, "Subscriptions"), ("resource-groups", ObservationType.ResourceGroup, "Resource groups with their tags"),
            ("role-definitions", ObservationType.RoleDefinition, "Definitions of the roles in use"),
        })
        {
            routes.MapGet($"/v1/{path}", (HttpContext http, InventoryView view, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken) => ListAsync(type, http, view, layer, viewers, cancellationToken))
                .Needs(Right.ReadEvidence).Api($"{what}, as of a day.", ApiAnswerKind.List, ["day", "connection"]);
        }

        routes.MapGet("/v1/role-assignments", ListAssignmentsAsync).Needs(Right.ReadEvidence).Api("Role assignments, inherited ones included, as of a day.", ApiAnswerKind.List, ["day", "connection", "privileged"]);
        routes.MapGet("/v1/diff", DiffAsync).Needs(Right.ReadEvidence).Api("What differs between the readings of two days.", ApiAnswerKind.List, ["fromDay", "toDay"]);
        routes.MapGet("/v1/changes", ListChangesAsync).Needs(Right.ReadEvidence).Api("What complete readings of a window found to have changed, newest first.", ApiAnswerKind.List, ["window", "privileged"]);
    }

    private static async Task<IResult> ListAsync(string type, HttpContext http, InventoryView view, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var asOf = await AsOfAsync(query, view, layer, viewers, cancellationToken);
        var rows = new List<Seen>();
        foreach (var reading in asOf.Readings)
            rows.AddRange(await view.ListAsync(reading, type, cancellationToken));
        return ApiAnswer.Page(http, query, rows, (json, seen) => ShowCommand.WriteFacts(json, seen), asOf.Write);
    }

    private static async Task<IResult> ListAssignmentsAsync(HttpContext http, InventoryView view, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var privileged = query.Flag("privileged");
        var asOf = await AsOfAsync(query, view, layer, viewers, cancellationToken);
        var names = await layer.InventoryOf(viewers.Viewer.Workspace).NamesAsync(cancellationToken);
        var rows = new List<AssignmentRow>();
        foreach (var reading in asOf.Readings)
            rows.AddRange((await AssignmentRow.ReadAsync(layer.InventoryOf(viewers.Viewer.Workspace), reading, names, cancellationToken)).Where(row => !privileged || row.Privileged));
        return ApiAnswer.Page(http, query, rows, ShowCommand.WriteAssignment, asOf.Write);
    }

    private static async Task<IResult> ListChangesAsync(HttpContext http, Installation layer, CurrentViewer viewers, HistoryCache cache, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var (viewer, asked, privileged) = (viewers.Viewer, query.Window("window"), query.Flag("privileged"));
        query.RefuseWrong();
        if (asked is not { } window)
            throw ApiQuery.Invalid(["window is missing. Allowed: UTC days as FROM..TO, TO not included, e.g. 2026-01-01..2026-02-01."]);
        if (window.DayCount > LongestWindow)
            throw ApiQuery.Invalid([$"window has {window.DayCount} days. Allowed: up to {LongestWindow}."]);
        if (!viewer.Sees(window))
            throw InventoryView.Outside(viewer, window.ToString());
        var size = await cache.SizeAsync(viewer.Workspace.Id, cancellationToken);
        var all = await cache.GetAsync((viewer.Workspace.Id, size, window.From, window.To), () => new ChangeReader(layer.Database, viewer.Workspace.Id).ListAsync(window.From, window.To, cancellationToken));
        return ApiAnswer.Page(http, query, [.. all.Where(change => !privileged || change.Change.Privileged)], (json, change) => DiffCommand.WriteJson(json, change.Change, more =>
        {
            more.WriteString("day", $"{change.Reading.Day:yyyy-MM-dd}");
            more.WriteString("observedAt", $"{change.Reading.ObservedAt:yyyy-MM-ddTHH:mm:ss.fffZ}");
        }));
    }

    private static async Task<IResult> DiffAsync(HttpContext http, InventoryView view, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var (from, to, viewer) = (query.Day("fromDay"), query.Day("toDay"), viewers.Viewer);
        query.RefuseWrong();
        if (from is not { } first || to is not { } last)
            throw ApiQuery.Invalid(["fromDay and toDay are both needed. Allowed: UTC days like 2026-11-23."]);
        if (last < first)
            throw ApiQuery.Invalid(["toDay is before fromDay. Allowed: the earlier day first."]);
        foreach (var day in (DateOnly[])[first, last])
            view.DayOf($"{day:yyyy-MM-dd}"); // refuses a day outside of what is shared
        var difference = await Difference.ReadAsync(
            layer.InventoryOf(viewer.Workspace), await layer.Connections.ListAsync(viewer.Workspace.Id, cancellationToken), first, last, reading => viewer.Sees(reading.Day), cancellationToken);
        return ApiAnswer.Page(http, query, difference.Changes, DiffCommand.WriteNamed, difference.WriteCompared);
    }

    private static async Task<AsOf> AsOfAsync(ApiQuery query, InventoryView view, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (day, name) = (query.Day("day"), query.Text("connection"));
        query.RefuseWrong();
        var asOf = view.DayOf(day is { } asked ? $"{asked:yyyy-MM-dd}" : null);
        var connections = await layer.Connections.ListAsync(viewers.Viewer.Workspace.Id, cancellationToken);
        if (name is not null && !connections.Exists(connection => connection.Name == name))
            throw new RefusedException("CONNECTION_NOT_FOUND", ("connection", name), ("known", CredentialStore.Names(connections.Select(connection => connection.Name))));
        var readings = (await view.ReadingsAsync(asOf, cancellationToken)).Where(reading => name is null || reading.Name == name).ToList();
        return new AsOf(asOf, readings, ShownInventory.Unread(connections.Where(connection => name is null || connection.Name == name), readings));
    }

    /// <summary>What a list is of: a subscription without a complete reading is not an empty one, and a reading of an earlier day says so.</summary>
    private sealed record AsOf(DateOnly Day, IReadOnlyList<Reading> Readings, IReadOnlyList<string> NotRead)
    {
        public void Write(System.Text.Json.Utf8JsonWriter json)
        {
            json.WriteString("asOf", $"{Day:yyyy-MM-dd}");
            json.WriteStartArray("readings");
            foreach (var reading in Readings)
            {
                json.WriteStartObject();
                json.WriteString("connection", reading.Name);
                json.WriteString("subscriptionId", reading.Subscription);
                json.WriteString("tenantId", reading.Tenant);
                json.WriteString("day", $"{reading.Day:yyyy-MM-dd}");
                json.WriteString("observedAt", $"{reading.ObservedAt:yyyy-MM-ddTHH:mm:ss.fffZ}");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("notRead");
            foreach (var name in NotRead)
                json.WriteStringValue(name);
            json.WriteEndArray();
        }
    }
}
