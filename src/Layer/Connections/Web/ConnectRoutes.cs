using Layer.Access;
using Layer.Azure.Setup;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;
using Layer.Inventory;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Connections.Web;

/// <summary>Integrations → Azure → Connect.</summary>
internal static class ConnectRoutes
{
    private const string Here = "/integrations/azure/connect";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ShowAsync).Needs(Right.Change);
        routes.MapPost(Here, SendAsync).Needs(Right.Change);
        routes.MapGet(Here + "/{id:guid}", ShowRunAsync).Needs(Right.Change);
        routes.MapPost(Here + "/{id:guid}", ConnectAsync).Needs(Right.Change);
        routes.MapGet("/integrations/azure/tenant", FindTenantAsync).Needs(Right.Change);
        routes.MapGet("/integrations/azure/send", ShowSendAsync).Needs(Right.Change);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, ConnectDrafts drafts, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var form = await drafts.FindAsync(viewer.Workspace.Id, viewer.Person, cancellationToken);
        if (http.Request.Query["subscription"].ToString() is { Length: > 0 } subscription)
            form.SubscriptionId = subscription;
        return Page.Of<ConnectPage, ConnectModel>(new ConnectModel(form, HowOf(http.Request.Query["how"]), RoleOf(http.Request.Query["role"]), null, []));
    }

    private static async Task<IResult> SendAsync(
        HttpContext http, Installation layer, ConnectDrafts drafts, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var form = await drafts.FindAsync(viewer.Workspace.Id, viewer.Person, cancellationToken);
        var unread = form.Read(sent);
        var (how, role) = (HowOf(sent["how"]), RoleOf(sent["role"]));
        var input = form.Resolve();
        // A secret's id is refused before anything is kept or sent.
        if (input.Problems.Any(problem => problem.Code is not null))
        {
            form.Secret = null;
            await drafts.SaveAsync(viewer.Workspace.Id, viewer.Person, form, cancellationToken);
            return Again(await TenantAsync(), [], new Failure(input.Problems.First(problem => problem.Code is not null).Code!, FactsOf(form)));
        }

        await drafts.SaveAsync(viewer.Workspace.Id, viewer.Person, form, cancellationToken);
        if (sent["do"] == "save")
            return unread.Count > 0 ? Again(null, unread) : Page.Of<ConnectPage, ConnectModel>(new ConnectModel(form, how, role, await TenantAsync(), []));
        IReadOnlyList<string> problems = [.. unread, .. form.ProblemsOf(input)];
        if (problems.Count > 0 || input.Request is not { } request)
            return Again(await TenantAsync(), problems);
        try
        {
            await layer.Connections.CheckFreeAsync(viewer.Workspace.Id, form.Name, request.SubscriptionId, cancellationToken);
            return Results.Redirect($"{Here}/{await work.CheckAsync(viewer, request, cancellationToken)}");
        }
        catch (RefusedException refused)
        {
            return Again(null, [], refused.Failure);
        }

        IResult Again(Guid? tenant, IReadOnlyList<string> wrong, Failure? failure = null) =>
            Page.Of<ConnectPage, ConnectModel>(new ConnectModel(form, how, role, tenant, wrong, failure), StatusCodes.Status400BadRequest);

        async Task<Guid?> TenantAsync()
        {
            if (form.Order is not { } order)
                return null;
            try
            {
                return await layer.Connector.FindTenantAsync(order.Cloud, order.Subscriptions[0], cancellationToken);
            }
            catch (CollectionFailedException)
            {
                return null;
            }
        }
    }

    private static async Task<IResult> ShowRunAsync(
        Guid id, Installation layer, OperationRunner operations, ConnectDrafts drafts, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var operation = await OperationRoutes.GetAsync(id, operations, viewers, cancellationToken);
        if (operation.Kind is not (ConnectWork.Check or ConnectWork.Connect))
            throw new RefusedException("NOT_FOUND");
        var done = operation is { Kind: ConnectWork.Connect, State: OperationRunner.Succeeded };
        var name = operation.Kind == ConnectWork.Connect ? operation.Subject : (await drafts.FindAsync(viewer.Workspace.Id, viewer.Person, cancellationToken)).Name;
        var found = done ? await FindAsync(layer, viewer, operation.Subject, cancellationToken) : null;
        return Page.Of<RunPage, RunModel>(new RunModel(operation, name, Here, Connecting: !done, found));
    }

    private static async Task<IResult> ConnectAsync(
        Guid id, OperationRunner operations, ConnectDrafts drafts, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        await OperationRoutes.GetAsync(id, operations, viewers, cancellationToken);
        var form = await drafts.FindAsync(viewer.Workspace.Id, viewer.Person, cancellationToken);
        var input = form.Resolve();
        var problems = form.ProblemsOf(input);
        return problems.Count > 0 || input.Request is not { } request
            ? Page.Of<ConnectPage, ConnectModel>(new ConnectModel(form, HowOf(""), SetupRole.Reader, null, problems), StatusCodes.Status400BadRequest)
            : Results.Redirect($"{Here}/{await work.ConnectAsync(viewer, form.Name, request, cancellationToken)}");
    }

    private static async Task<IResult> FindTenantAsync(string? subscription, string? cloud, Installation layer, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(subscription, "D", out var id) || !CloudName.TryParse(string.IsNullOrEmpty(cloud) ? "public" : cloud, out var azure))
            return Results.Json(new Dictionary<string, string>(StringComparer.Ordinal) { ["title"] = "That is not a subscription ID." }, statusCode: StatusCodes.Status400BadRequest);
        try
        {
            return Results.Json(new Dictionary<string, string>(StringComparer.Ordinal) { ["tenantId"] = (await layer.Connector.FindTenantAsync(azure, id, cancellationToken)).ToString() });
        }
        catch (CollectionFailedException failed)
        {
            var card = ErrorCatalog.Card(failed.Failure, connecting: true);
            return Results.Json(new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = card.Code, ["title"] = card.Title });
        }
    }

    private static async Task<IResult> ShowSendAsync(HttpContext http, ConnectDrafts drafts, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var form = await drafts.FindAsync(viewer.Workspace.Id, viewer.Person, cancellationToken);
        if (http.Request.Query["subscription"].ToString() is { Length: > 0 } subscription)
            form.SubscriptionId = subscription;
        return Page.Of<SendPage, ConnectModel>(new ConnectModel(form, "az", RoleOf(http.Request.Query["role"]), null, []));
    }

    private static async Task<FoundModel?> FindAsync(Installation layer, Viewer viewer, string name, CancellationToken cancellationToken)
    {
        var connection = await layer.Connections.GetAsync(viewer.Workspace.Id, name, cancellationToken);
        var inventory = layer.InventoryOf(viewer.Workspace);
        if ((await inventory.ReadingsAsync(DateOnly.MaxValue, cancellationToken)).FirstOrDefault(reading => reading.Connection == connection.Id) is not { } reading)
            return null;
        var assignments = (await AssignmentRow.ReadAsync(inventory, reading, await inventory.NamesAsync(cancellationToken), cancellationToken)).ToList();
        var groups = await inventory.ListAsync(reading, ObservationType.ResourceGroup, cancellationToken);
        var roles = await inventory.ListAsync(reading, ObservationType.RoleDefinition, cancellationToken);
        return new FoundModel(connection.Id, groups.Count, assignments.Count, roles.Count, assignments.Count(row => row.Privileged), [.. WorthALook(assignments)]);
    }

    private static IEnumerable<string> WorthALook(List<AssignmentRow> rows)
    {
        foreach (var row in rows.Where(row => row.Privileged && row.Name is { State: NameState.NotFound }))
            yield return $"{row.Role} is held by a principal that is not found in the directory ({row.ShortScope})";
        foreach (var row in rows.Where(row => row.Role == "Owner" && row.Assignment.Text("principalType") == "User"))
            yield return $"{row.Who} is a standing Owner ({row.ShortScope})";
        foreach (var row in rows.Where(row => row.Privileged && row.Assignment.Text("principalType") == "ServicePrincipal"))
            yield return $"The program {row.Who} holds {row.Role} ({row.ShortScope})";
    }

    private static Dictionary<string, string> FactsOf(ConnectForm form)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        // Only what looks like an id is repeated: a secret may stand in the wrong place.
        foreach (var (fact, text) in new[] { ("clientId", form.ClientId), ("subscriptionId", form.SubscriptionId), ("tenantId", form.TenantId) })
        {
            if (Guid.TryParse(text, out _))
                facts[fact] = text;
        }

        return facts;
    }

    private static string HowOf(string? text) => ConnectModel.Ways.FirstOrDefault(way => way.Id == text).Id ?? "az";

    private static SetupRole RoleOf(string? text) => text == "custom" ? SetupRole.Custom : SetupRole.Reader;
}
