using System.Globalization;
using Layer.Access;
using Layer.Operations;
using Layer.Serving;
using Layer.Serving.Api;

namespace Layer.Audits.Web;

/// <summary><c>/v1/audits</c>: a window's scope, its samples and its bundles.</summary>
internal static class AuditsApi
{
    private const string Here = "/v1/audits/{window}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ShowAsync).Needs(Right.ReadEvidence).Api("The subscriptions of an audit window, and who stated that they are in or out.", ApiAnswerKind.List);
        routes.MapPost($"{Here}/scope", StateScopeAsync).Needs(Right.Change).Api("States by name which subscriptions the audit covers; a later statement replaces it.", ApiAnswerKind.Made, body: ["by", "in", "out", "allConnected"], etag: true);
        routes.MapPost($"{Here}/samples", DrawAsync).Needs(Right.Audit).Api("Draws a sample; every draw is sealed.", ApiAnswerKind.Made, body: ["population", "n", "seed", "by", "method"]);
        routes.MapGet($"{Here}/samples/{{index:long}}", ShowSampleAsync).Needs(Right.ReadEvidence).Api("A draw and what was drawn.");
        routes.MapPost($"{Here}/bundles", BuildAsync).Needs(Right.Audit).Api("Builds the signed bundle of a window.", ApiAnswerKind.Operation, body: ["raw", "names", "checkpoint"]).RequireRateLimiting(RateLimits.Exports);
        routes.MapGet($"{Here}/bundles/{{operation:guid}}/file", DownloadAsync).Needs(Right.Audit).Api("The bundle that an operation built.", ApiAnswerKind.File).RequireRateLimiting(RateLimits.Exports);
    }

    private static async Task<IResult> ShowAsync(string window, HttpContext http, AuditViews views, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        query.RefuseWrong();
        var audit = await views.GetAsync(views.Parse(window), cancellationToken);
        http.Response.Headers.ETag = audit.Scope.ETag;
        return ApiAnswer.Page(http, query, audit.Subscriptions, ScopeView.WriteRow, json =>
        {
            audit.Scope.WriteStatement(json);
            json.WriteString("coverage", audit.Coverage?.Summary.Sentence);
            json.WriteNumber("undecided", audit.Undecided);
            json.WriteStartArray("connected");
            foreach (var subscription in audit.Scope.Connected)
                json.WriteStringValue(subscription);
            json.WriteEndArray();
            json.WriteStartArray("samples");
            foreach (var sample in audit.Samples)
                json.WriteNumberValue(sample.Index);
            json.WriteEndArray();
        });
    }

    private static async Task<IResult> StateScopeAsync(string window, HttpContext http, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer, problems) = (views.Parse(window), viewers.Viewer, new List<string>());
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var order = ScopeOrder.Read(days, body.Text("by"), body.Texts("in"), body.Texts("out"), body.Flag("allConnected") == true, problems);
        if (order is { States: false })
            problems.Add("Nothing is stated. Allowed: in, out or allConnected.");
        var leaf = order is null || problems.Count > 0 ? null : await ScopeCommand.ResolveAsync(layer, viewer.Workspace, order, viewer.Actor, problems, cancellationToken);
        foreach (var problem in problems)
            body.Add(problem.Replace("--all-connected", "allConnected", StringComparison.Ordinal).Replace("--", "", StringComparison.Ordinal));
        body.RefuseWrong();
        await ScopeCommand.SealAsync(layer, viewer.Workspace, leaf!, cancellationToken, scope => ApiAnswer.RequireMatch(http, scope.ETag)); // without problems there is one
        var scope = (await views.GetAsync(days, cancellationToken)).Scope;
        http.Response.Headers.ETag = scope.ETag;
        http.Response.StatusCode = StatusCodes.Status201Created;
        return ApiAnswer.Of(json =>
        {
            json.WriteStartObject();
            scope.WriteStatement(json);
            json.WriteNumber("undecided", scope.Undecided);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> DrawAsync(string window, HttpContext http, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (population, problems) = (body.Text("population"), new List<string>());
        var order = SampleOrder.Read(
            population, population?.StartsWith("day:", StringComparison.Ordinal) == true ? null : days.ToString(), body.Number("n"), body.Text("seed"), body.Text("by") ?? viewer.Name, body.Text("method"), layer.Clock, problems);
        if (order?.Window is { } drawn && !(days.From <= drawn.From && drawn.To <= days.To))
            problems.Add($"The day lies outside of {days}.");
        foreach (var problem in problems)
            body.Add(problem.Replace("--", "", StringComparison.Ordinal));
        body.RefuseWrong();
        var (index, _) = await new SampleDrawing(layer.Database, layer.Ledger, viewer.Workspace, layer.Clock).RunAsync(order!, viewer.Actor, cancellationToken); // without problems there is one
        http.Response.Headers.Location = $"/v1/audits/{days}/samples/{index}";
        http.Response.StatusCode = StatusCodes.Status201Created;
        return await SampleAsync(index, layer, viewer, cancellationToken);
    }

    private static Task<IResult> ShowSampleAsync(string window, long index, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        views.Parse(window);
        return SampleAsync(index, layer, viewers.Viewer, cancellationToken);
    }

    private static async Task<IResult> SampleAsync(long index, Installation layer, Viewer viewer, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(layer.Database, viewer.Workspace, cancellationToken);
        var placed = whole.Log.Samples.FirstOrDefault(sample => sample.Index == index);
        if (placed.Leaf is null || !viewer.Sees(placed.Leaf.Window))
            throw new RefusedException("NOT_FOUND");
        var leaf = Evidence.Leaves.Leaf.Parse(await new Evidence.EvidenceRecords(layer.Database, viewer.Workspace.Id).FindLeafAsync(index, cancellationToken) ?? throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}")));
        var drawn = await DrawnSample.OfAsync(whole, index, leaf, layer.InventoryOf(viewer.Workspace), cancellationToken);
        return ApiAnswer.Of(drawn.WriteTo);
    }

    private static async Task<IResult> BuildAsync(
        string window, HttpContext http, AuditViews views, BundleWork bundles, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (raw, names, size) = (body.Flag("raw") == true, body.Flag("names") == true, 0L);
        if (body.Number("checkpoint") is { } typed && !(long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size > 0))
            body.Add($"checkpoint: '{typed}' is not a size. Allowed: a number of leaves from 1 on.");
        body.RefuseWrong();
        return await ApiAnswer.AcceptedAsync(http, operations, viewer.Workspace.Id, await bundles.StartAsync(viewer, days, raw, names, size > 0 ? size : null, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> DownloadAsync(string window, Guid operation, AuditViews views, BundleWork bundles, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await bundles.DownloadAsync(views.Parse(window), await bundles.FindAsync(window, operation, viewers, cancellationToken), viewers.Viewer, cancellationToken);
}
