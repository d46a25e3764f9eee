using Layer.Evidence.Collecting;

namespace Layer.Azure.Http;

/// <summary>What came back for one GET: an HTTP answer read to its end, or the failure that stood in its place.</summary>
internal sealed record Answer(Uri Uri)
{
    /// <summary>HTTP status; 0 when none came.</summary>
    public int Status { get; init; }

    /// <summary>The body after content decoding; null when it was not read to its end.</summary>
    public byte[]? Body { get; init; }

    public DateTimeOffset? Date { get; init; }

    /// <summary>By this machine's clock, when the head of the answer was there.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>From the first attempt to the end of the last.</summary>
    public TimeSpan Elapsed { get; init; }

    public string? RequestId { get; init; }

    public string? CorrelationId { get; init; }

    public string? Challenge { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Why there is no answer read to its end. Null when Azure answered, whatever it said.</summary>
    public Failure? Failure { get; init; }

    public bool IsSuccess => Status == 200 && Failure is null;
}
