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
        routes.MapPost($"{Here}/samples", DrawAsync).Needs(Right.Audit).Api("Draws a sample; every draw is sealed.", ApiAnswerKind.Made, body: ["population", "n", "seed", "by", "method"]);
        routes.MapGet($"{Here}/samples/{{index:long}}", ShowSampleAsync).Needs(Right.ReadEvidence).Api("A draw and what was drawn.");
        routes.MapPost($"{Here}/bundles", BuildAsync).Needs(Right.Audit).Api("Builds the signed bundle of a window.", ApiAnswerKind.Operation, body: ["raw", "names"]).RequireRateLimiting(RateLimits.Exports);
        routes.MapGet($"{Here}/bundles/{{operation:guid}}/file", DownloadAsync).Needs(Right.Audit).Api("The bundle that an operation built.", ApiAnswerKind.File).RequireRateLimiting(RateLimits.Exports);
    }

    private static async Task<IResult> ShowAsync(string window, HttpContext http, AuditViews views, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        query.RefuseWrong();
        var audit = await views.GetAsync(views.Parse(window), cancellationToken);
        return ApiAnswer.Page(http, query, audit.Subscriptions, ScopeView.WriteRow, json =>
        {
            json.WriteString("window", audit.Window.ToString());
            json.WriteString("coverage", audit.Coverage?.Summary.Sentence);
            json.WriteString("statedBy", audit.Statement?.By);
            json.WriteString("statedOn", audit.StatedOn is { } on ? $"{on:yyyy-MM-dd}" : null);
            json.WriteNumber("undecided", audit.Undecided);
            json.WriteStartArray("samples");
            foreach (var sample in audit.Samples)
                json.WriteNumberValue(sample.Index);
            json.WriteEndArray();
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
        var rows = await SampleRow.OfAsync(whole, placed.Leaf, index, layer.InventoryOf(viewer.Workspace), cancellationToken);
        return ApiAnswer.Of(json => SampleCommand.WriteJson(json, placed.Leaf, index, leaf, rows));
    }

    private static async Task<IResult> BuildAsync(
        string window, HttpContext http, AuditViews views, BundleWork bundles, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (raw, names) = (body.Flag("raw") == true, body.Flag("names") == true);
        body.RefuseWrong();
        return await ApiAnswer.AcceptedAsync(http, operations, viewer.Workspace.Id, await bundles.StartAsync(viewer, days, raw, names, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> DownloadAsync(string window, Guid operation, AuditViews views, BundleWork bundles, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await bundles.DownloadAsync(views.Parse(window), await bundles.FindAsync(window, operation, viewers, cancellationToken), viewers.Viewer, cancellationToken);
}
