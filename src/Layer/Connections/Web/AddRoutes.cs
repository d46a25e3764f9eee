using Layer.Access;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Connections.Web;

/// <summary>Integrations → Azure → Add several: subscriptions that an app registration can see and that are not connected.</summary>
internal static class AddRoutes
{
    private const string Here = "/integrations/azure/add";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ShowAsync).Needs(Right.Change);
        routes.MapPost(Here, AddAsync).Needs(Right.Change);
        routes.MapGet($"{Here}/{{id:guid}}", ShowRunAsync).Needs(Right.Change);
    }

    private static async Task<IResult> ShowAsync(VisibleApps apps, CancellationToken cancellationToken) =>
        Page.Of<AddPage, AddModel>(new AddModel(await apps.ListAsync(cancellationToken), new HashSet<Guid>(), new Dictionary<Guid, string>(), []));

    private static async Task<IResult> AddAsync(
        HttpContext http, VisibleApps apps, Installation layer, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var seen = await apps.ListAsync(cancellationToken);
        var app = Guid.TryParse(form["credential"], out var credential) ? seen.FirstOrDefault(app => app.Credential.Id == credential) : null;
        if (app is null)
            throw new RefusedException("NOT_FOUND");
        var chosen = form["subscription"].Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Distinct().ToList();
        var names = chosen.ToDictionary(id => id, id => form[$"name-{id}"].ToString().Trim());
        var taken = (await layer.Connections.ListAsync(viewers.Viewer.Workspace.Id, cancellationToken)).Where(c => c.State != ConnectionState.Disconnected).Select(c => c.Name);
        var problems = ProblemsOf(app, chosen, names, [.. taken]);
        return problems.Count > 0
            ? Page.Of<AddPage, AddModel>(new AddModel(seen, chosen.ToHashSet(), names, problems), StatusCodes.Status400BadRequest)
            : Results.Redirect($"{Here}/{await work.AddAsync(viewers.Viewer, app.Credential, [.. chosen.Select(id => (id, names[id]))], cancellationToken)}");
    }

    private static List<string> ProblemsOf(VisibleApp app, List<Guid> chosen, Dictionary<Guid, string> names, HashSet<string> taken)
    {
        if (chosen.Count == 0)
            return ["Nothing was chosen. Tick the subscriptions to connect."];
        var problems = new List<string>();
        foreach (var id in chosen)
        {
            if (app.Open.FirstOrDefault(one => one.Id == id) is not { } one)
                problems.Add("One of the chosen subscriptions is connected already, or is not in the list any more.");
            else if (names[id].Length is 0 or > 100)
                problems.Add($"The name for {one.DisplayName} is missing or longer than 100 characters.");
            else if (!taken.Add(names[id]))
                problems.Add($"Another connection is called {names[id]}; give {one.DisplayName} another name.");
        }

        return problems;
    }

    private static async Task<IResult> ShowRunAsync(Guid id, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var operation = await OperationRoutes.GetAsync(id, operations, viewers, cancellationToken);
        return operation.Kind == ConnectWork.Add ? Page.Of<RunPage, RunModel>(new RunModel(operation, operation.Subject, "/integrations")) : throw new RefusedException("NOT_FOUND");
    }
}
