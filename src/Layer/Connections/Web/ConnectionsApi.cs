using System.Security.Cryptography;
using System.Text;
using Layer.Access;
using Layer.Cli;
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

    private static readonly string[] ConnectFields = ["name", "subscriptionId", "tenantId", "clientId", "cloud", "secret", "certificatePath", "federatedTokenFile", "managedIdentity", "credential", "wait", "saveAnyway"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Here, ListAsync).Needs(Right.Read).Api("Connections and how they are.", ApiAnswerKind.List);
        routes.MapPost(Here, ConnectAsync).Needs(Right.Change).Api("Checks, saves and reads a subscription for the first time.", ApiAnswerKind.Operation, body: ConnectFields);
        routes.MapGet($"{Here}/{{id:guid}}", GetAsync).Needs(Right.Read).Api("One connection; its ETag is what a change has to send.");
        routes.MapPatch($"{Here}/{{id:guid}}", ChangeAsync).Needs(Right.Change).Api("Renames, pauses or resumes a connection.", body: ["name", "paused", "reason"]);
        routes.MapDelete($"{Here}/{{id:guid}}", DisconnectAsync).Needs(Right.Change).Api("Ends a connection for good. Its evidence stays.", body: ["reason", "goneBy"]);
        routes.MapPost("/v1/credentials/{name}/rotate", RotateAsync).Needs(Right.Change).Api("Tries a new secret on every connection of an app registration, then swaps.", ApiAnswerKind.Operation, body: ["secret"]);
        routes.MapGet("/v1/credentials", ListCredentialsAsync).Needs(Right.Read).Api("App registrations, never their secrets.", ApiAnswerKind.List);
        routes.MapPost($"{Here}/{{id:guid}}/check", CheckAsync).Needs(Right.Change).Api("Tries every step that a sync needs, and records nothing.", ApiAnswerKind.Operation);
        routes.MapPost($"{Here}/{{id:guid}}/sync", SyncAsync).Needs(Right.Change).Api("Reads a connection now and seals what was read.", ApiAnswerKind.Operation);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        query.RefuseWrong();
        return ApiAnswer.Page(http, query, await ListedConnection.ListAsync(layer, viewers.Viewer.Workspace, cancellationToken), (json, connection) => connection.WriteTo(json));
    }

    private static async Task<IResult> ListCredentialsAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        query.RefuseWrong();
        return ApiAnswer.Page(http, query, await ListedCredential.ListAsync(layer, viewers.Viewer.Workspace, cancellationToken), (json, credential) => credential.WriteTo(json));
    }

    private static async Task<IResult> RotateAsync(string name, HttpContext http, Installation layer, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        var credential = await layer.Credentials.GetAsync(viewer.Workspace.Id, name, cancellationToken);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var secret = body.Text("secret")?.Trim();
        if (secret is not { Length: > 0 })
            body.Add("secret is missing. Allowed: the value of the new client secret.");
        body.RefuseWrong();
        if (Guid.TryParse(secret, out _))
            throw new RefusedException("SECRET_IS_AN_ID", ("clientId", credential.ClientId.ToString()));
        return await ApiAnswer.AcceptedAsync(http, operations, viewer.Workspace.Id, await work.RotateAsync(viewer, credential.Name, credential, SecretText.From(secret!), cancellationToken), cancellationToken);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await DescribeAsync(http, id, layer, viewers, cancellationToken);

    private static async Task<IResult> ConnectAsync(HttpContext http, Installation layer, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var form = new ConnectForm
        {
            Name = body.Text("name")?.Trim() ?? "", SubscriptionId = body.Text("subscriptionId") ?? "", TenantId = body.Text("tenantId") ?? "", ClientId = body.Text("clientId") ?? "", Cloud = body.Text("cloud") ?? "",
            Secret = body.Text("secret") is { } secret ? SecretText.From(secret) : null,
        };
        var (stored, wait, saveAnyway) = (body.Text("credential"), body.Text("wait"), body.Flag("saveAnyway") == true);
        var patience = PropagationWait.Longest;
        if (wait is not null && !TextOptions.TryParseDuration(wait, out patience))
            body.Add($"wait is not a duration. {TextOptions.DurationAllowed}.");
        if (stored is not null)
        {
            var id = Guid.Empty;
            if (form.Name.Length is 0 or > 100)
                body.Add("name is missing or longer than 100 characters. Allowed: a word for this subscription, e.g. production.");
            if (form.SubscriptionId.Length == 0 || !Guid.TryParse(form.SubscriptionId, out id))
                body.Add("subscriptionId is missing or no id. Allowed: the id of the subscription to read.");
            foreach (var other in ConnectFields.Where(field => field is not ("name" or "subscriptionId" or "credential" or "wait" or "saveAnyway") && body.Has(field)))
                body.Add($"{other} does not go with credential, which has its own.");
            body.RefuseWrong();
            var (person, known) = (viewers.Viewer, await layer.Credentials.GetAsync(viewers.Viewer.Workspace.Id, stored, cancellationToken));
            await layer.Connections.CheckFreeAsync(person.Workspace.Id, form.Name, id, cancellationToken);
            return await ApiAnswer.AcceptedAsync(http, operations, person.Workspace.Id, await work.ConnectAsync(person, form.Name, layer.Credentials.RequestFor(known, id), saveAnyway, patience, cancellationToken), cancellationToken);
        }

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
        return await ApiAnswer.AcceptedAsync(http, operations, viewer.Workspace.Id, await work.ConnectAsync(viewer, form.Name, request, saveAnyway, patience, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var connection = await views.FindAsync(id, cancellationToken);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (name, paused, reason, actor) = (body.Text("name"), body.Flag("paused"), body.Text("reason"), viewers.Viewer.Actor);
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
        return await DescribeAsync(http, id, layer, viewers, cancellationToken);
    }

    private static async Task<IResult> DisconnectAsync(Guid id, HttpContext http, Installation layer, ConnectionViews views, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var connection = await views.FindAsync(id, cancellationToken);
        var body = await ApiBody.ReadAsync(http, cancellationToken);
        var (reason, goneBy) = (body.Text("reason"), body.Text("goneBy"));
        if (reason is not { Length: > 0 and <= 500 })
            body.Add("reason is missing: why it ends, in 1 to 500 characters. It is recorded, and auditors read it.");
        if (goneBy is { Length: 0 or > 200 })
            body.Add("goneBy is empty or longer than 200 characters. Allowed: who states that Azure no longer has the subscription, e.g. \"Ada Lindqvist, CISO\".");
        body.RefuseWrong();
        ApiAnswer.RequireMatch(http, ETagOf(connection));
        if (goneBy is null)
            await layer.Connections.DisconnectAsync(connection, viewers.Viewer.Actor, reason, cancellationToken);
        else
            await layer.Connections.EndGoneAsync(connection, viewers.Viewer.Actor, new Statement(goneBy, reason!).ToString(), cancellationToken);
        await layer.Ledger.SignCheckpointAsync(viewers.Viewer.Workspace.Id, cancellationToken);
        return await DescribeAsync(http, id, layer, viewers, cancellationToken);
    }

    private static async Task<IResult> CheckAsync(Guid id, HttpContext http, ConnectionViews views, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await ApiAnswer.AcceptedAsync(http, operations, viewers.Viewer.Workspace.Id, await work.CheckAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken), cancellationToken);

    private static async Task<IResult> SyncAsync(Guid id, HttpContext http, ConnectionViews views, ConnectWork work, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken) =>
        await ApiAnswer.AcceptedAsync(http, operations, viewers.Viewer.Workspace.Id, await work.SyncAsync(viewers.Viewer, await views.FindAsync(id, cancellationToken), cancellationToken), cancellationToken);

    private static async Task<IResult> DescribeAsync(HttpContext http, Guid id, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var listed = (await ListedConnection.ListAsync(layer, viewers.Viewer.Workspace, cancellationToken)).FirstOrDefault(each => each.Id == id) ?? throw new RefusedException("NOT_FOUND");
        http.Response.Headers.ETag = ETagOf(listed);
        return ApiAnswer.Of(listed.WriteTo);
    }

    // What a person decides about; a sync that succeeds or fails does not make a change of theirs stale.
    private static string ETagOf(Connection connection) => ETagOf(connection.Name, connection.State, connection.PausedBy, connection.PausedBecause);

    private static string ETagOf(ListedConnection connection) => ETagOf(connection.Name, connection.State, connection.PausedBy, connection.PausedBecause);

    private static string ETagOf(string name, ConnectionState state, string? pausedBy, string? pausedBecause) => $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', name, state is ConnectionState.Paused or ConnectionState.Disconnected ? KebabCaseText.Of(state) : "open", pausedBy, pausedBecause))).AsSpan(0, 8))}\"";
}
