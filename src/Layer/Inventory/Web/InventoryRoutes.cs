using System.Text.Json;
using Layer.Access;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Layer.Ui;

namespace Layer.Inventory.Web;

/// <summary>What was read, as of any day, and tables of it to take away.</summary>
internal static class InventoryRoutes
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/inventory", ShowAssignmentsAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/inventory/groups", ShowGroupsAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/inventory/assignment", ShowAssignmentAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/inventory/{table:regex(^(role-assignments|resource-groups)$)}.csv", DownloadAsync).Needs(Right.ReadEvidence).RequireRateLimiting(RateLimits.Exports);
        routes.MapGet("/inventory/{table:regex(^(role-assignments|resource-groups)$)}.csv.json", DescribeAsync).Needs(Right.ReadEvidence);
    }

    private static async Task<IResult> ShowAssignmentsAsync(HttpContext http, InventoryView view, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(http.Request, "who", "role", "scope", "since");
        var day = view.DayOf(query["day"]);
        var readings = await view.ReadingsAsync(day, cancellationToken);
        var all = await view.AssignmentsAsync(readings, cancellationToken);
        var groups = new Dictionary<Guid, IReadOnlyList<Seen>>();
        foreach (var reading in readings)
            groups[reading.Connection] = await view.ListAsync(reading, ObservationType.ResourceGroup, cancellationToken);
        var tree = ScopeTree.Of(readings, all, groups);
        var chosen = Choose(all, query);
        return Page.Of<InventoryPage, InventoryModel>(new InventoryModel(
            query, day, readings, tree, chosen.Count, [.. chosen.Skip(query.Skip).Take(ListQuery.PageSize)],
            all.SelectMany(row => row.Flags).CountBy(flag => flag).ToDictionary(flag => flag.Key, flag => flag.Value, StringComparer.Ordinal), all.Count));
    }

    private static async Task<IResult> ShowGroupsAsync(HttpContext http, InventoryView view, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(http.Request, "name", "location", "connection");
        var day = view.DayOf(query["day"]);
        var readings = await view.ReadingsAsync(day, cancellationToken);
        var chosen = await GroupsAsync(view, readings, query, cancellationToken);
        return Page.Of<GroupsPage, GroupsModel>(new GroupsModel(query, day, readings, chosen.Count, [.. chosen.Skip(query.Skip).Take(ListQuery.PageSize)]));
    }

    private static async Task<IResult> ShowAssignmentAsync(string? id, string? day, InventoryView view, CancellationToken cancellationToken)
    {
        var asked = view.DayOf(day);
        var rows = await view.AssignmentsAsync(await view.ReadingsAsync(asked, cancellationToken), cancellationToken);
        return rows.FirstOrDefault(row => string.Equals(row.Row.Assignment.Key, id, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Page.Of<AssignmentPage, AssignmentModel>(new AssignmentModel(found, asked))
            : throw new RefusedException("NOT_FOUND");
    }

    private static async Task<IResult> DownloadAsync(string table, HttpContext http, InventoryView view, AuditTrail trail, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var export = await ExportAsync(table, http, view, cancellationToken);
        using var stream = new MemoryStream();
        using (var csv = new CsvWriter(stream))
        {
            csv.Row(export.Header);
            foreach (var row in export.Rows)
                csv.Row(row);
        }

        await trail.WriteAsync(viewers.Viewer.Actor, "inventory.exported", table, $"{export.Rows.Count} of {export.Total} rows as of {export.Day:yyyy-MM-dd}", cancellationToken);
        return Results.File(stream.ToArray(), "text/csv; charset=utf-8", $"{table}-{export.Day:yyyy-MM-dd}.csv");
    }

    private static async Task<IResult> DescribeAsync(string table, HttpContext http, InventoryView view, CurrentViewer viewers, LayerDatabase database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var export = await ExportAsync(table, http, view, cancellationToken);
        var type = table == "role-assignments" ? EvidenceType.RoleAssignments : EvidenceType.ResourceGroups;
        var records = await new EvidenceRecords(database, viewers.Viewer.Workspace.Id).ListAsync(cancellationToken);
        var sidecar = new
        {
            Table = table, Day = $"{export.Day:yyyy-MM-dd}", Rows = export.Rows.Count, Of = export.Total,
            Filter = http.Request.Query.Where(pair => pair.Key != "page").ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            Populations = export.Readings.Select(reading => new
            {
                Connection = reading.Name, Subscription = reading.Subscription, ReadAt = reading.ObservedAt.UtcDateTime,
                Root = records.FirstOrDefault(record => record.ConnectionId == reading.Connection && record.Seq == reading.Seq && record.Type == type)?.Root.ToString(),
            }),
            ExportedAt = clock.GetUtcNow().UtcDateTime, ExportedBy = viewers.Viewer.Name, Workspace = viewers.Viewer.Workspace.Name, Sample = viewers.Viewer.Workspace.Sample,
        };
        return Results.File(JsonSerializer.SerializeToUtf8Bytes(sidecar, Indented), "application/json", $"{table}-{export.Day:yyyy-MM-dd}.csv.json");
    }

    private static async Task<Export> ExportAsync(string table, HttpContext http, InventoryView view, CancellationToken cancellationToken)
    {
        var query = table == "role-assignments" ? ListQuery.Of(http.Request, "who", "role", "scope", "since") : ListQuery.Of(http.Request, "name", "location", "connection");
        var day = view.DayOf(query["day"]);
        var readings = await view.ReadingsAsync(day, cancellationToken);
        if (table == "role-assignments")
        {
            var all = await view.AssignmentsAsync(readings, cancellationToken);
            return new Export(day, readings, all.Count, ["connection", "principal", "principalId", "principalType", "role", "scope", "condition", "createdOn", "flags", "id"],
            [
                .. Choose(all, query).Select(row => new[]
                {
                    row.Row.Assignment.Reading.Name, row.Who, row.Row.Assignment.Text("principalId"), row.Row.Assignment.Text("principalType"), row.Row.Role, row.Scope,
                    row.Row.Assignment.Text("condition"), row.Row.Assignment.Text("createdOn"), string.Join(' ', row.Flags), row.Row.Assignment.Id,
                }),
            ]);
        }

        var groups = await GroupsAsync(view, readings, query, cancellationToken);
        var total = 0;
        foreach (var reading in readings)
            total += (await view.ListAsync(reading, ObservationType.ResourceGroup, cancellationToken)).Count;
        return new Export(day, readings, total, ["connection", "name", "location", "tags", "state", "id"],
            [.. groups.Select(group => new[] { group.Reading.Name, group.Text("name"), group.Text("location"), string.Join(' ', Tags(group).Select(tag => $"{tag.Name}={tag.Value}")), group.Text("provisioningState"), group.Id })]);
    }

    /// <summary>The tags of a group, in the order sealed.</summary>
    public static IEnumerable<(string Name, string Value)> Tags(Seen group) => !group.Facts.TryGetProperty("tags", out var tags) || tags.ValueKind != JsonValueKind.Array ? []
        : tags.EnumerateArray().Select(tag => (tag.GetProperty("k").GetString() ?? "", tag.GetProperty("v").GetString() ?? ""));

    private static List<InventoryRow> Choose(IReadOnlyList<InventoryRow> all, ListQuery query)
    {
        var rows = all.Where(row => (query["scope"] is not { } scope || ScopeTree.IsWithin(row.Scope, scope)) && (query["flag"] is not { } flag || row.Flags.Contains(flag)) && row.Matches(query.Filter));
        var sorted = query.Sort switch
        {
            "role" => rows.OrderBy(row => row.Row.Role, StringComparer.OrdinalIgnoreCase),
            "scope" => rows.OrderBy(row => row.Scope, StringComparer.OrdinalIgnoreCase),
            "since" => rows.OrderBy(row => row.CreatedOn ?? DateTimeOffset.MaxValue),
            _ => rows.OrderBy(row => row.Who, StringComparer.OrdinalIgnoreCase),
        };
        var list = sorted.ThenBy(row => row.Row.Assignment.Key, StringComparer.Ordinal).ToList();
        if (query.Descending)
            list.Reverse();
        return list;
    }

    private static async Task<List<Seen>> GroupsAsync(InventoryView view, IReadOnlyList<Reading> readings, ListQuery query, CancellationToken cancellationToken)
    {
        var all = new List<Seen>();
        foreach (var reading in readings)
            all.AddRange(await view.ListAsync(reading, ObservationType.ResourceGroup, cancellationToken));
        var text = query.Filter;
        var rows = all.Where(group => text.Length == 0 || group.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || group.Text("location").Contains(text, StringComparison.OrdinalIgnoreCase)
            || Tags(group).Any(tag => tag.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || tag.Value.Contains(text, StringComparison.OrdinalIgnoreCase)));
        var sorted = query.Sort switch
        {
            "location" => rows.OrderBy(group => group.Text("location"), StringComparer.Ordinal),
            "connection" => rows.OrderBy(group => group.Reading.Name, StringComparer.Ordinal),
            _ => rows.OrderBy(group => group.Text("name"), StringComparer.OrdinalIgnoreCase),
        };
        var list = sorted.ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (query.Descending)
            list.Reverse();
        return list;
    }

    private sealed record Export(DateOnly Day, IReadOnlyList<Reading> Readings, int Total, string[] Header, IReadOnlyList<string[]> Rows);
}

/// <summary>What the page of role assignments shows.</summary>
internal sealed record InventoryModel(
    ListQuery Query, DateOnly Day, IReadOnlyList<Reading> Readings, ScopeTree Tree, int Total, IReadOnlyList<InventoryRow> Rows, IReadOnlyDictionary<string, int> Flags, int Everything);

/// <summary>What the page of resource groups shows.</summary>
internal sealed record GroupsModel(ListQuery Query, DateOnly Day, IReadOnlyList<Reading> Readings, int Total, IReadOnlyList<Seen> Rows);

/// <summary>What the page of one role assignment shows.</summary>
internal sealed record AssignmentModel(InventoryRow Row, DateOnly Day);
