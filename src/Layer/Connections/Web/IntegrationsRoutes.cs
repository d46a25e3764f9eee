using Layer.Access;
using Layer.Evidence.Collecting;
using Layer.Secrets;
using Layer.Serving;

namespace Layer.Connections.Web;

/// <summary>Integrations, and what is done to one connection.</summary>
internal static class IntegrationsRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/integrations", ListAsync).Needs(Right.Read);
        routes.MapGet("/integrations/azure/{id:guid}", ShowAsync).Needs(Right.Read);
        routes.MapPost("/integrations/azure/{id:guid}/check", CheckAsync).Needs(Right.Change);
        routes.MapPost("/integrations/azure/{id:guid}/sync", SyncAsync).Needs(Right.Change);
        routes.MapGet("/integrations/azure/{id:guid}/rotate", ShowRotateAsync).Needs(Right.Change);
        routes.MapPost("/integrations/azure/{id:guid}/rotate", RotateAsync).Needs(Right.Change);
        routes.MapPost("/integrations/azure/{id:guid}/pause", PauseAsync).Needs(Right.Change);
        routes.MapPost("/integrations/azure/{id:guid}/resume", ResumeAsync).Needs(Right.Change);
        routes.MapPost("/integrations/azure/{id:guid}/disconnect", DisconnectAsync).Needs(Right.Change);
        routes.MapGet("/integrations/azure/{id:guid}/runs/{operation:guid}", ShowRunAsync).Needs(Right.Read);
    }

    private static async Task<IResult> ListAsync(ConnectionViews views, CancellationToken cancellationToken) =>
        Page.Of<IntegrationsPage, IntegrationsModel>(new IntegrationsModel(await views.ListAsync(cancellationToken)));

    private static async Task<IResult> ShowAsync(Guid id, ConnectionViews views, CancellationToken cancellationToken) =>
        Page.Of<ConnectionPage, ConnectionModel>(await views.GetAsync(id, cancellationToken));

    private static async Task<IResult> CheckAsync(Guid id, ConnectionViews views, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken) =>
        Run(id, await work.CheckAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken));

    private static async Task<IResult> SyncAsync(Guid id, ConnectionViews views, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken) =>
        Run(id, await work.SyncAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken));

    private static async Task<IResult> ShowRotateAsync(Guid id, ConnectionViews views, CancellationToken cancellationToken) =>
        Page.Of<RotatePage, RotateModel>(new RotateModel(await views.GetAsync(id, cancellationToken), []));

    private static async Task<IResult> RotateAsync(
        Guid id, HttpContext http, ConnectionViews views, ConnectWork work, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var model = await views.GetAsync(id, cancellationToken);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (pasted, typed) = (form["paste"].ToString().Trim(), form["secret"].ToString().Trim());
        var secret = typed.Length > 0 ? SecretText.From(typed)
            : pasted.Length > 0 ? PastedCredential.Parse(pasted, "what was pasted")?.FindSecret()?.Value ?? (pasted.Any(char.IsWhiteSpace) ? null : SecretText.From(pasted))
            : null;
        if (secret is null)
            return Again("The new secret is missing. Allowed: its value alone, or whatever the command printed.");
        if (Guid.TryParse(secret.Reveal(), out _))
            return Again(null, new Failure("SECRET_IS_AN_ID", new Dictionary<string, string>(StringComparer.Ordinal) { ["clientId"] = model.Credential.ClientId.ToString() }));
        return Run(id, await work.RotateAsync(viewers.Viewer, model.Connection.Name, model.Credential, secret, cancellationToken));

        IResult Again(string? problem, Failure? failure = null) =>
            Page.Of<RotatePage, RotateModel>(new RotateModel(model, problem is null ? [] : [problem], failure), StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> PauseAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var reason = (await http.Request.ReadFormAsync(cancellationToken))["reason"].ToString().Trim();
        if (reason.Length is 0 or > 500)
            return await AgainAsync(id, views, "Say why in 1 to 500 characters: it is recorded, and auditors read it.", cancellationToken);
        await layer.Connections.PauseAsync(await views.FindAsync(id, cancellationToken), viewers.Viewer.Actor, reason, cancellationToken);
        return await SignedAsync(id, layer, viewers, cancellationToken);
    }

    private static async Task<IResult> ResumeAsync(Guid id, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        await layer.Connections.ResumeAsync(await views.FindAsync(id, cancellationToken), viewers.Viewer.Actor, cancellationToken);
        return await SignedAsync(id, layer, viewers, cancellationToken);
    }

    private static async Task<IResult> DisconnectAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var connection = await views.FindAsync(id, cancellationToken);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var reason = form["reason"].ToString().Trim();
        if (form["name"].ToString() != connection.Name || reason.Length is 0 or > 500)
            return await AgainAsync(id, views, $"To disconnect, type the name exactly ({connection.Name}) and say why in 1 to 500 characters.", cancellationToken);
        await layer.Connections.DisconnectAsync(connection, viewers.Viewer.Actor, reason, cancellationToken);
        return await SignedAsync(id, layer, viewers, cancellationToken);
    }

    private static async Task<IResult> ShowRunAsync(
        Guid id, Guid operation, ConnectionViews views, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var connection = await views.FindAsync(id, cancellationToken);
        var run = await OperationRoutes.GetAsync(operation, operations, viewers, cancellationToken);
        return Page.Of<RunPage, RunModel>(new RunModel(run, connection.Name, $"/integrations/azure/{id}"));
    }

    private static async Task<IResult> AgainAsync(Guid id, ConnectionViews views, string problem, CancellationToken cancellationToken) =>
        Page.Of<ConnectionPage, ConnectionModel>(await views.GetAsync(id, cancellationToken) with { Problem = problem }, StatusCodes.Status400BadRequest);

    private static async Task<IResult> SignedAsync(Guid id, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        await layer.Ledger.SignCheckpointAsync(viewers.Viewer.Workspace.Id, cancellationToken);
        return Results.Redirect($"/integrations/azure/{id}");
    }

    private static IResult Run(Guid id, Guid operation) => Results.Redirect($"/integrations/azure/{id}/runs/{operation}");
}
