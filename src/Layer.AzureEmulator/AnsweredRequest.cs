namespace Layer.AzureEmulator;

/// <summary>One answered request. <c>At</c> is the world's clock; <c>Client</c> is the app's client id when the caller was known.</summary>
public sealed record AnsweredRequest(
    DateTimeOffset At, string Method, string Host, string PathAndQuery, AzureCall Call, int Status, Guid? Client, int Page, Fault? Fault)
{
    /// <summary>User-Agent as sent.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>Bytes of the body as sent, after compression.</summary>
    public long Bytes { get; init; }
}
