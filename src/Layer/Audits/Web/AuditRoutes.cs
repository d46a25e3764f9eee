using Layer.Access;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Audits.Web;

/// <summary>Windows: what each covers, samples, bundles, and who may see it.</summary>
internal static class AuditRoutes
{
    private const string Bundle = "bundle";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/audits", ListAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/audits/{window}", ShowAsync).Needs(Right.ReadEvidence);
        routes.MapPost("/audits/{window}/scope", StateScopeAsync).Needs(Right.Change);
        routes.MapPost("/audits/{window}/share", ShareAsync).Needs(Right.Change);
        routes.MapPost("/audits/{window}/samples", DrawAsync).Needs(Right.Audit);
        routes.MapGet("/audits/{window}/samples/{index:long}", ShowSampleAsync).Needs(Right.ReadEvidence);
        routes.MapPost("/audits/{window}/bundles", BuildAsync).Needs(Right.Audit).RequireRateLimiting(RateLimits.Exports);
        routes.MapGet("/audits/{window}/bundles/{operation:guid}", ShowBundleAsync).Needs(Right.Audit);
        routes.MapGet("/audits/{window}/bundles/{operation:guid}/file", DownloadAsync).Needs(Right.Audit).RequireRateLimiting(RateLimits.Exports);
        routes.MapGet("/verify.py", () => Results.File(Verifier(), "text/x-python; charset=utf-8", "verify.py")).Needs(Right.SignedIn);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Installation layer, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var (from, to) = (http.Request.Query["from"].ToString(), http.Request.Query["to"].ToString());
        string? problem = null;
        if (from.Length + to.Length > 0)
        {
            if (AuditWindow.TryParse($"{from}..{to}", out var asked))
                return Results.Redirect($"/audits/{asked}");
            problem = "The window needs a first day, and after it the day that no longer belongs to it.";
        }

        await using var whole = await WholeLog.OpenAsync(layer.Database, viewer.Workspace, cancellationToken);
        await using var db = layer.Database.CreateContext();
        var shares = db.Shares.Where(share => share.Workspace == viewer.Workspace.Id && share.RevokedAt == null).AsEnumerable().Select(share => new AuditWindow(share.FromDay, share.ToDay));
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var windows = whole.Log.Scopes.Select(scope => scope.Leaf.Window).Concat(shares).Concat(whole.Log.Samples.Where(sample => sample.Leaf.Window.DayCount > 1).Select(sample => sample.Leaf.Window))
            .Distinct().Where(viewer.Sees).OrderByDescending(window => window.From).ToList();
        return Page.Of<AuditsPage, AuditsModel>(
            new AuditsModel(windows, whole.Log.Connections.Count > 0, new DateOnly(today.Year, 1, 1), new DateOnly(today.Year + 1, 1, 1), problem), problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ShowAsync(string window, AuditViews views, CancellationToken cancellationToken) =>
        Page.Of<AuditPage, AuditModel>(await views.GetAsync(views.Parse(window), cancellationToken));

    private static async Task<IResult> StateScopeAsync(string window, HttpContext http, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var problems = new List<string>();
        var (included, excluded) = (new List<Guid>(), new List<ExcludedSubscription>());
        foreach (var (key, value) in form.Where(field => field.Key.StartsWith("decide-", StringComparison.Ordinal)))
        {
            if (!Guid.TryParseExact(key["decide-".Length..], "D", out var subscription))
                continue;
            var reason = form[$"reason-{subscription}"].ToString().Trim();
            if (value == "in")
                included.Add(subscription);
            else if (value == "out" && reason.Length is > 0 and <= 500)
                excluded.Add(new ExcludedSubscription(subscription, reason));
            else if (value == "out")
                problems.Add($"Say in 1 to 500 characters why {form[$"name-{subscription}"]} is out: it stands in the bundle.");
        }

        var by = form["by"].ToString().Trim();
        if (by.Length is 0 or > 200)
            problems.Add("A scope is the statement of a named person. Allowed: name and title, e.g. Ada Lindqvist, CISO.");
        if (problems.Count == 0 && included.Count + excluded.Count == 0)
            problems.Add("Nothing is decided yet: say of at least one subscription that it is in, or out and why.");
        if (problems.Count > 0)
            return Page.Of<AuditPage, AuditModel>(await views.GetAsync(days, cancellationToken) with { Problems = problems }, StatusCodes.Status400BadRequest);
        var leaf = new ScopeLeaf
        {
            Actor = viewer.Actor, By = by, Window = days,
            Included = [.. included.OrderBy(id => id.ToString("D"), StringComparer.Ordinal)],
            Excluded = [.. excluded.OrderBy(each => each.Subscription.ToString("D"), StringComparer.Ordinal)],
        };
        await ScopeCommand.SealAsync(layer, viewer.Workspace, leaf, cancellationToken);
        return Results.Redirect($"/audits/{days}");
    }

    private static async Task<IResult> ShareAsync(string window, HttpContext http, AuditViews views, Inviting inviting, CurrentViewer viewers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var days = views.Parse(window);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var problems = new List<string>();
        if (!System.Net.Mail.MailAddress.TryCreate(form["email"], out var email))
            problems.Add("That is not an e-mail address.");
        if (!DateOnly.TryParseExact(form["until"], "yyyy-MM-dd", out var until) || until <= today || until > today.AddYears(2))
            problems.Add($"The access needs a last day. Allowed: from {today.AddDays(1):yyyy-MM-dd} to {today.AddYears(2):yyyy-MM-dd}.");
        var model = await views.GetAsync(days, cancellationToken);
        if (problems.Count > 0)
            return Page.Of<AuditPage, AuditModel>(model with { Problems = problems }, StatusCodes.Status400BadRequest);
        var code = await inviting.InviteAsync(viewers.Viewer, Role.Auditor, email!.Address, (days, new DateTimeOffset(until.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)), cancellationToken);
        return Page.Of<AuditPage, AuditModel>(model with { Invited = (email.Address, $"{PublicAddress.Of(http)}/join/{code}") });
    }

    private static async Task<IResult> DrawAsync(string window, HttpContext http, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var population = form["population"].ToString();
        if (population == "day")
            population = $"day:{form["day"]}";
        var problems = new List<string>();
        var order = SampleOrder.Read(
            population, population.StartsWith("day:", StringComparison.Ordinal) ? null : days.ToString(), form["n"].ToString().Trim(), form["seed"].ToString(),
            form["by"].ToString() is { Length: > 0 } by ? by : viewer.Name, form["method"].ToString() is { Length: > 0 } method ? method : null, layer.Clock, problems);
        if (order?.Window is { } drawn && !(days.From <= drawn.From && drawn.To <= days.To))
            problems.Add($"The day lies outside of {days}.");
        if (problems.Count > 0 || order is null)
            return Page.Of<AuditPage, AuditModel>(await views.GetAsync(days, cancellationToken) with { Problems = [.. problems.Select(InForm)] }, StatusCodes.Status400BadRequest);
        var (index, _) = await new SampleDrawing(layer.Database, layer.Ledger, viewer.Workspace, layer.Clock).RunAsync(order, viewer.Actor, cancellationToken);
        return Results.Redirect($"/audits/{days}/samples/{index}");
    }

    // The sentences are the command line's; a form has fields.
    private static string InForm(string problem)
    {
        foreach (var (option, field) in new[] { ("--population", "Population"), ("--window", "Window"), ("--method", "Method"), ("--seed", "Seed"), ("--by", "Given by"), ("--n", "How many") })
            problem = problem.Replace($", e.g. {option} 25", "", StringComparison.Ordinal).Replace(option, field, StringComparison.Ordinal);
        return problem;
    }

    private static async Task<IResult> ShowSampleAsync(string window, long index, Installation layer, AuditViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        await using var whole = await WholeLog.OpenAsync(layer.Database, viewer.Workspace, cancellationToken);
        var placed = whole.Log.Samples.FirstOrDefault(sample => sample.Index == index);
        if (placed.Leaf is null || !viewer.Sees(placed.Leaf.Window))
            throw new RefusedException("NOT_FOUND");
        var rows = await SampleRow.OfAsync(whole, placed.Leaf, index, layer.InventoryOf(viewer.Workspace), cancellationToken);
        return Page.Of<SamplePage, SampleModel>(new SampleModel(days, index, placed.Leaf, placed.Day, rows));
    }

    private static async Task<IResult> BuildAsync(
        string window, HttpContext http, AuditViews views, BundleWork bundles, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (days, viewer) = (views.Parse(window), viewers.Viewer);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (raw, names) = (form["raw"].Count > 0, form["names"].Count > 0);
        var id = await bundles.StartAsync(viewer, days, raw, names, checkpoint: null, cancellationToken);
        return Results.Redirect($"/audits/{days}/bundles/{id}");
    }

    private static async Task<IResult> ShowBundleAsync(string window, Guid operation, AuditViews views, BundleWork bundles, CurrentViewer viewers, CancellationToken cancellationToken) =>
        Page.Of<BundlePage, BundleModel>(new BundleModel(views.Parse(window), await bundles.FindAsync(window, operation, viewers, cancellationToken)));

    private static async Task<IResult> DownloadAsync(string window, Guid operation, AuditViews views, BundleWork bundles, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await bundles.DownloadAsync(views.Parse(window), await bundles.FindAsync(window, operation, viewers, cancellationToken), viewers.Viewer, cancellationToken);

    private static byte[] Verifier()
    {
        using var stream = typeof(AuditRoutes).Assembly.GetManifestResourceStream("verify.py")!; // part of the program
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
