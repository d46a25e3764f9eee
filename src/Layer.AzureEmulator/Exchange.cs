using Layer.AzureEmulator.Proxy;
using Microsoft.AspNetCore.Http;

namespace Layer.AzureEmulator;

/// <summary>One request as the endpoints see it: the cloud its host belongs to, its path cut in segments, its query in any case.</summary>
internal sealed class Exchange
{
    private readonly HttpRequest _request;

    public Exchange(HttpRequest request, Cloud cloud)
    {
        _request = request;
        Cloud = cloud;
        Segments = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    public Cloud Cloud { get; }

    /// <summary>Unescaped, empty segments dropped: azure-cli and recordings double a slash here and there.</summary>
    public string[] Segments { get; }

    public string Method => _request.Method;

    public string Path => "/" + string.Join('/', Segments);

    /// <summary>Scheme and host as the caller wrote them; links in answers lead back to it.</summary>
    public string Origin => $"{_request.Scheme}://{_request.Host}";

    public HttpRequest Request => _request;

    /// <summary>A query parameter, or null. Names are case-insensitive, $ or %24 alike (azure-wire §3.1).</summary>
    public string? Query(string name) => _request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public string? Header(string name) => _request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool Is(int index, string segment) =>
        index < Segments.Length && string.Equals(Segments[index], segment, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the segments from an index on are exactly these, without regard to case; * stands for any one.</summary>
    public bool Tail(int from, params ReadOnlySpan<string> pattern)
    {
        if (Segments.Length - from != pattern.Length)
            return false;
        for (var i = 0; i < pattern.Length; i++)
            if (pattern[i] != "*" && !Is(from + i, pattern[i]))
                return false;
        return true;
    }
}
