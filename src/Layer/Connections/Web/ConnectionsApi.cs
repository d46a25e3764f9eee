using System.Security.Cryptography;
using System.Text;
using Layer.Access;
using Layer.Operations;
using Layer.Secrets;
using Layer.Serving;
using Layer.Serving.Api;
using Layer.Storage;

namespace Layer.Connections.Web;

/// <summary><c>/v1/connections</c>: what is connected, and what is done with it.</summary>
internal static class ConnectionsApi
{
    private const string Here = "/v1/connections";

    private static readonly string[] ConnectFields = ["name", "subscriptionId", "tenantId", "clientId", "cloud", "secret", "certificatePath", "federatedTokenFile", "managedIdentity"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ListAsync).Needs(Right.Read).Api("Connections and how they are.", ApiAnswerKind.List);
        routes.MapPost(Here, ConnectAsync).Needs(Right.Change).Api("Checks, saves and reads a subscription for the first time.", ApiAnswerKind.Operation, body: ConnectFields);
        routes.MapGet($"{Here}/{{id:guid}}", GetAsync).Needs(Right.Read).Api("One connection; its ETag is what a change has to send.");
        routes.MapPatch($"{Here}/{{id:guid}}", ChangeAsync).Needs(Right.Change).Api("Renames, pauses or resumes a connection.", body: ["name", "paused", "reason"]);
        routes.MapDelete($"{Here}/{{id:guid}}", DisconnectAsync).Needs(Right.Change).Api("Ends a connection for good. Its evidence stays.", body: ["reason"]);
        routes.MapPost($"{Here}/{{id:guid}}/check", CheckAsync).Needs(Right.Change).Api("Tries every step that a sync needs, and records nothing.", ApiAnswerKind.Operation);
        routes.MapPost($"{Here}/{{id:guid}}/sync", SyncAsync).Needs(Right.Change).Api("Reads a connection now and seals what was read.", ApiAnswerKind.Operation);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ConnectionViews views, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        query.RefuseWrong();
        return ApiAnswer.Page(http, query, await views.ListAsync(cancellationToken), (json, line) => ConnectionsCommand.WriteJson(json, line.Connection, line.Credential, line.LastComplete));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, ConnectionViews views, CancellationToken cancellationToken) => Describe(http, await LineAsync(id, views, cancellationToken));

    private static async Task<IResult> ConnectAsync(HttpContext http, Installation layer, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var form = new ConnectForm
        {
            Name = body.Text("name")?.Trim() ?? "", SubscriptionId = body.Text("subscriptionId") ?? "", TenantId = body.Text("tenantId") ?? "", ClientId = body.Text("clientId") ?? "", Cloud = body.Text("cloud") ?? "",
            Secret = body.Text("secret") is { } secret ? SecretText.From(secret) : null,
        };
        var (certificate, token) = (body.Text("certificatePath"), body.Text("federatedTokenFile"));
        (form.Kind, form.Path) = certificate is not null ? (KebabCaseText.Of(CredentialKind.Certificate), certificate)
            : token is not null ? (KebabCaseText.Of(CredentialKind.Federated), token)
            : body.Flag("managedIdentity") == true ? (KebabCaseText.Of(CredentialKind.ManagedIdentity), "") : ("", "");
        var input = form.Resolve();
        if (input.Problems.FirstOrDefault(problem => problem.Code is not null) is { Code: { } code })
            throw new RefusedException(code, ("clientId", Guid.TryParse(form.ClientId, out var client) ? client.ToString() : "<clientId>"));
        foreach (var problem in form.ProblemsOf(input))
            body.Add(problem);
        body.RefuseWrong();
        var (viewer, request) = (viewers.Viewer, input.Request!); // without problems there is one
        await layer.Connections.CheckFreeAsync(viewer.Workspace.Id, form.Name, request.SubscriptionId, cancellationToken);
        return await ApiAnswer.AcceptedAsync(http, operations, viewer.Workspace.Id, await work.ConnectAsync(viewer, form.Name, request, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var line = await LineAsync(id, views, cancellationToken);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (name, paused, reason, connection, actor) = (body.Text("name"), body.Flag("paused"), body.Text("reason"), line.Connection, viewers.Viewer.Actor);
        if (name is null && paused is null)
            body.Add("Nothing is to be changed. Allowed: name; paused, with reason when true.");
        if (name is { Length: 0 or > 100 })
            body.Add("name is empty or longer than 100 characters.");
        if (paused == true && reason is not { Length: > 0 and <= 500 })
            body.Add("reason is missing: why it is paused, in 1 to 500 characters. It is recorded, and auditors read it.");
        body.RefuseWrong();
        ApiAnswer.RequireMatch(http, ETagOf(connection));
        if (name is not null && name != connection.Name)
            await layer.Connections.RenameAsync(connection, name, actor, cancellationToken);
        if (paused == true)
            await layer.Connections.PauseAsync(connection, actor, reason, cancellationToken);
        if (paused == false)
            await layer.Connections.ResumeAsync(connection, actor, cancellationToken);
        await layer.Ledger.SignCheckpointAsync(viewers.Viewer.Workspace.Id, cancellationToken);
        return Describe(http, await LineAsync(id, views, cancellationToken));
    }

    private static async Task<IResult> DisconnectAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var line = await LineAsync(id, views, cancellationToken);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var reason = body.Text("reason");
        if (reason is not { Length: > 0 and <= 500 })
            body.Add("reason is missing: why it ends, in 1 to 500 characters. It is recorded, and auditors read it.");
        body.RefuseWrong();
        ApiAnswer.RequireMatch(http, ETagOf(line.Connection));
        await layer.Connections.DisconnectAsync(line.Connection, viewers.Viewer.Actor, reason, cancellationToken);
        await layer.Ledger.SignCheckpointAsync(viewers.Viewer.Workspace.Id, cancellationToken);
        return Describe(http, await LineAsync(id, views, cancellationToken));
    }

    private static async Task<IResult> CheckAsync(Guid id, HttpContext http, ConnectionViews views, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await ApiAnswer.AcceptedAsync(http, operations, viewers.Viewer.Workspace.Id, await work.CheckAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken), cancellationToken);

    private static async Task<IResult> SyncAsync(Guid id, HttpContext http, ConnectionViews views, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await ApiAnswer.AcceptedAsync(http, operations, viewers.Viewer.Workspace.Id, await work.SyncAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken), cancellationToken);

    private static async Task<ConnectionLine> LineAsync(Guid id, ConnectionViews views, CancellationToken cancellationToken) =>
        (await views.ListAsync(cancellationToken)).FirstOrDefault(line => line.Connection.Id == id) ?? throw new RefusedException("NOT_FOUND");

    private static IResult Describe(HttpContext http, ConnectionLine line)
    {
        http.Response.Headers.ETag = ETagOf(line.Connection);
        return ApiAnswer.Of(json => ConnectionsCommand.WriteJson(json, line.Connection, line.Credential, line.LastComplete));
    }

    // What a person decides about; a sync that succeeds or fails does not make a change of theirs stale.
    private static string ETagOf(Connection connection) => $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', connection.Name, connection.State is ConnectionState.Paused or ConnectionState.Disconnected ? KebabCaseText.Of(connection.State) : "open", connection.PausedBy, connection.PausedBecause))).AsSpan(0, 8))}\"";
}
