using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;
using Layer.Operations;
using Layer.Storage;
using Layer.Ui;

namespace Layer.Serving;

/// <summary>Turns what a handler refuses into the error card: a page for people, a problem (RFC 9457) for programs.</summary>
internal static class WebFailures
{
    public static IApplicationBuilder UseWebFailures(this IApplicationBuilder app, DatabaseAddress address) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var failure = e switch
            {
                RefusedException refused => refused.Failure,
                CollectionFailedException failed => failed.Failure,
                DbException broken when DatabaseFailure.Find(broken, address) is { } found => found,
                _ => null,
            };
            if (failure is null)
            {
                // Ids and types only: a message may hold what somebody typed.
                http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Layer.Serving")
                    .LogError("{TraceId} {Method} {Route}: {Exception} at {Where}", http.TraceIdentifier, http.Request.Method, RouteOf(http), e.GetType().Name, e.StackTrace);
                failure = new Failure("INTERNAL_ERROR", new Dictionary<string, string>(StringComparer.Ordinal) { ["traceId"] = http.TraceIdentifier });
            }

            await WriteAsync(http, failure, connecting: false);
        }
    });

    /// <summary>Answers with the card of a failure.</summary>
    public static async Task WriteAsync(HttpContext http, Failure failure, bool connecting, int? status = null)
    {
        var code = status ?? StatusOf(failure);
        http.Response.Clear();
        http.Response.StatusCode = code;
        if (code == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = RateLimits.Window.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        if (FormGuard.ForPrograms(http))
        {
            await WriteProblemAsync(http, failure, connecting, code);
            return;
        }

        // A page that failed half rendered has left its parts in the request's scope.
        await using var scope = http.RequestServices.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        await Page.Of<FailurePage, FailureModel>(new FailureModel(failure, connecting, code), code).ExecuteAsync(http);
    }

    public static int StatusOf(Failure failure) => failure.Code switch
    {
        "NOT_FOUND" or "OUTSIDE_WINDOW" => StatusCodes.Status404NotFound,
        "INVITATION_INVALID" => StatusCodes.Status410Gone,
        "SIGN_IN_NEEDED" => StatusCodes.Status401Unauthorized,
        "ROLE_TOO_WEAK" => StatusCodes.Status403Forbidden,
        "FORM_EXPIRED" => StatusCodes.Status400BadRequest,
        "MISDIRECTED" => StatusCodes.Status421MisdirectedRequest,
        "TOO_MANY_REQUESTS" => StatusCodes.Status429TooManyRequests,
        "PRECONDITION_FAILED" => StatusCodes.Status412PreconditionFailed,
        "PRECONDITION_REQUIRED" => StatusCodes.Status428PreconditionRequired,
        "INTERNAL_ERROR" => StatusCodes.Status500InternalServerError,
        "DATABASE_UNREACHABLE" or "DATABASE_LOCKED" => StatusCodes.Status503ServiceUnavailable,
        _ => ErrorCatalog.Get(failure.Code).Kind switch
        {
            FailureKind.Usage => StatusCodes.Status400BadRequest,
            FailureKind.Unreachable => StatusCodes.Status502BadGateway,
            _ => StatusCodes.Status409Conflict,
        },
    };

    private static async Task WriteProblemAsync(HttpContext http, Failure failure, bool connecting, int status)
    {
        var card = ErrorCatalog.Card(FailureReport.WithPortal(failure), connecting);
        http.Response.ContentType = "application/problem+json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Encoder = Json.Readable });
        json.WriteStartObject();
        json.WriteString("type", $"urn:layer:problem:{card.Code.ToLowerInvariant().Replace('_', '-')}");
        json.WriteString("title", card.Title);
        json.WriteNumber("status", status);
        json.WriteString("detail", card.Why);
        json.WriteString("code", card.Code);
        json.WriteStartArray("do");
        foreach (var step in card.DoThis)
            json.WriteStringValue(step);
        json.WriteEndArray();
        json.WriteStartArray("fix");
        foreach (var command in card.Commands)
        {
            json.WriteStartObject();
            json.WriteString("kind", command.StartsWith("az ", StringComparison.Ordinal) ? "az" : "shell");
            json.WriteString("text", command);
            json.WriteEndObject();
        }

        if (card.Link is { } link)
        {
            json.WriteStartObject();
            json.WriteString("kind", "portal");
            json.WriteString("href", link);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("safe", card.Safe);
        // What the card was filled with, so that a program can fill its own.
        json.WriteStartObject("facts");
        foreach (var (fact, value) in failure.Facts)
            json.WriteString(fact, value);
        json.WriteEndObject();
        json.WriteString("traceId", http.TraceIdentifier);
        foreach (var (fact, _) in FailureReport.Quoted.Where(quoted => quoted.Fact != "traceId"))
        {
            if (failure.Facts.TryGetValue(fact, out var value))
                json.WriteString(fact, value);
        }

        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    private static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route";
}

/// <summary>What the page of a failure shows.</summary>
internal sealed record FailureModel(Failure Failure, bool Connecting, int Status);
