namespace Layer.Serving.Api;

/// <summary>What a call of the API is and takes: the one place that both the reader of requests and the OpenAPI document go by.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Query">Parameters it may have, by the names in <see cref="ApiDocument"/>.</param>
/// <param name="Body">Fields of the JSON object it takes; empty: none.</param>
/// <param name="Answer">What comes back.</param>
/// <param name="NeedsMatch">Whether a change has to name in If-Match what was read, though its method does not say so.</param>
internal sealed record ApiCall(string Summary, string[] Query, string[] Body, ApiAnswerKind Answer, bool NeedsMatch);

/// <summary>What a call answers with.</summary>
internal enum ApiAnswerKind
{
    /// <summary>One object.</summary>
    One,

    /// <summary>201 and the object that was made.</summary>
    Made,

    /// <summary>A page of a list.</summary>
    List,

    /// <summary>202 and the operation.</summary>
    Operation,

    /// <summary>Plain text: a proof or a checkpoint.</summary>
    Text,

    /// <summary>A file.</summary>
    File,

    /// <summary>Server-sent events.</summary>
    Events,
}

/// <summary>Describes routes.</summary>
internal static class ApiCallExtensions
{
    public static T Api<T>(this T route, string summary, ApiAnswerKind answer = ApiAnswerKind.One, string[]? query = null, string[]? body = null, bool etag = false)
        where T : IEndpointConventionBuilder
    {
        route.WithMetadata(new ApiCall(summary, answer == ApiAnswerKind.List ? [.. query ?? [], "top", "skipToken"] : query ?? [], body ?? [], answer, etag));
        return route;
    }

    /// <summary>What the route of a request is and takes.</summary>
    public static ApiCall Call(this HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<ApiCall>() ?? throw new InvalidOperationException("This route does not say what it takes.");
}
