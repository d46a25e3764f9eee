using System.Text;
using System.Text.Json;
using Layer.Cli;
using Layer.Operations;
using Microsoft.AspNetCore.WebUtilities;

namespace Layer.Serving.Api;

/// <summary>Answers of the API. They are written by what writes the JSON of the command line, so that both have one shape.</summary>
internal static class ApiAnswer
{
    /// <summary>A page of a list: <c>{"count":…,"value":[…],"nextLink":…}</c>; the count is that of the whole list, the link is null on the last page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="query">Says which page.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="writeRow">Writes one.</param>
    /// <param name="writeMore">Writes what stands beside them.</param>
    public static IResult Page<T>(HttpContext http, ApiQuery query, IReadOnlyList<T> rows, Action<Utf8JsonWriter, T> writeRow, Action<Utf8JsonWriter>? writeMore = null) => Of(json =>
    {
        json.WriteStartObject();
        writeMore?.Invoke(json);
        json.WriteNumber("count", rows.Count);
        json.WriteStartArray("value");
        foreach (var row in rows.Skip(query.Skip).Take(query.Top))
            writeRow(json, row);
        json.WriteEndArray();
        var next = query.Skip + query.Top;
        json.WriteString("nextLink", next < rows.Count ? LinkTo(http, next) : null);
        json.WriteEndObject();
    });

    /// <summary>One object.</summary>
    public static IResult Of(Action<Utf8JsonWriter> write)
    {
        using var text = new StringWriter();
        Json.Write(text, indented: false, write);
        return Results.Text(text.ToString(), "application/json", Encoding.UTF8);
    }

    /// <summary>Work that goes on: 202, and where it can be followed.</summary>
    public static async Task<IResult> AcceptedAsync(HttpContext http, OperationRunner operations, Guid workspace, Guid id, CancellationToken cancellationToken)
    {
        var operation = await operations.FindAsync(workspace, id, cancellationToken) ?? throw new RefusedException("NOT_FOUND");
        http.Response.Headers.Location = $"/v1/operations/{id}";
        return Results.Text(OperationRoutes.Describe(operation).ToJsonString(), "application/json", Encoding.UTF8, StatusCodes.Status202Accepted);
    }

    /// <summary>Refuses a change of something that the caller has not read as it is.</summary>
    /// <exception cref="RefusedException">PRECONDITION_REQUIRED, PRECONDITION_FAILED.</exception>
    public static void RequireMatch(HttpContext http, string etag)
    {
        if (http.Request.Headers.IfMatch.ToString() is not { Length: > 0 } sent)
            throw new RefusedException("PRECONDITION_REQUIRED");
        if (sent != etag)
            throw new RefusedException("PRECONDITION_FAILED");
    }

    private static string LinkTo(HttpContext http, int skip)
    {
        var query = http.Request.Query.Where(pair => pair.Key != "skipToken").Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value.ToString()));
        return QueryHelpers.AddQueryString($"{PublicAddress.Of(http)}{http.Request.Path}", [.. query, KeyValuePair.Create("skipToken", (string?)ApiQuery.SkipToken(skip))]);
    }
}
