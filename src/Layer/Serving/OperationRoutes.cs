using System.Text.Json.Nodes;
using Layer.Access;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Serving.Api;

namespace Layer.Serving;

/// <summary>What long work has come to: as one answer, and told as it happens (server-sent events).</summary>
internal static class OperationRoutes
{
    // Any node can tell it, as the events are in the database; a quarter of a second is soon enough for a person.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var prefix in (string[])["", "/v1"])
        {
            routes.MapGet(prefix + "/operations/{id:guid}/events", StreamAsync).Needs(Right.SignedIn).Api("What an operation has done, as it happens.", ApiAnswerKind.Events);
        }

        routes.MapGet("/v1/operations/{id:guid}", async (Guid id, OperationRunner runner, CurrentViewer viewers, CancellationToken cancellationToken) =>
            Results.Text(Describe(await GetAsync(id, runner, viewers, cancellationToken)).ToJsonString(), "application/json")).Needs(Right.SignedIn).Api("What long work has come to.");
    }

    /// <summary>An operation as JSON: id, kind, subject, state, startedAt, endedAt, events, result, error.</summary>
    public static JsonObject Describe(Operation operation)
    {
        var failure = OperationRunner.FailureOf(operation);
        return new JsonObject
        {
            ["id"] = operation.Id.ToString(),
            ["kind"] = operation.Kind,
            ["subject"] = operation.Subject,
            ["state"] = operation.State,
            ["startedAt"] = operation.StartedAt.UtcDateTime.ToString("O"),
            ["endedAt"] = operation.EndedAt?.UtcDateTime.ToString("O"),
            ["events"] = JsonNode.Parse(operation.Events),
            ["result"] = failure is null && operation.Result is { } result ? JsonNode.Parse(result) : null,
            ["error"] = failure is null ? null : WithTitle(failure),
        };
    }

    // For a program that does not know the code.
    private static JsonObject WithTitle(Failure failure)
    {
        var described = FailureJson.Describe(failure);
        described["title"] = ErrorCatalog.Card(failure, connecting: false).Title;
        return described;
    }

    /// <summary>Those who started it, and those who may read everything.</summary>
    public static async Task<Operation> GetAsync(Guid id, OperationRunner runner, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var viewer = viewers.Viewer;
        return await runner.FindAsync(viewer.Workspace.Id, id, cancellationToken) is { } operation && (operation.Actor == viewer.Actor || viewer.Can(Right.Read))
            ? operation
            : throw new RefusedException("NOT_FOUND");
    }

    private static async Task StreamAsync(Guid id, HttpContext http, OperationRunner runner, CurrentViewer viewers, IHostApplicationLifetime life)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        var operation = await GetAsync(id, runner, viewers, either.Token);
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        var told = int.TryParse(http.Request.Headers["Last-Event-ID"], out var last) ? last : 0;
        using var timer = new PeriodicTimer(Pace);
        while (true)
        {
            var events = JsonNode.Parse(operation.Events)!.AsArray();
            for (; told < events.Count; told++)
                await http.Response.WriteAsync($"id: {told + 1}\nevent: progress\ndata: {events[told]!.ToJsonString()}\n\n", either.Token);
            if (operation.State != OperationRunner.Running)
            {
                await http.Response.WriteAsync($"event: done\ndata: {Describe(operation).ToJsonString()}\n\n", either.Token);
                return;
            }

            await http.Response.Body.FlushAsync(either.Token);
            await timer.WaitForNextTickAsync(either.Token);
            operation = await GetAsync(id, runner, viewers, either.Token);
        }
    }
}
