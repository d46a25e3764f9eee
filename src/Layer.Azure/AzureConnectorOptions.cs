using System.Security.Cryptography.X509Certificates;

namespace Layer.Azure;

/// <summary>How the connector reaches Azure.</summary>
public sealed record AzureConnectorOptions
{
    /// <summary>Clocks retries, deadlines and the skew against Azure's Date.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>An HTTP proxy; null follows the platform (HTTPS_PROXY, NO_PROXY).</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The only roots to trust; null follows the platform (its store, SSL_CERT_FILE).</summary>
    public X509Certificate2Collection? TrustAnchors { get; init; }

    /// <summary>How long one call may take with all its retries. A wait that Azure asks for and that ends later fails the call at once.</summary>
    /// <value>Default 2 min: one sync is a handful of calls, and a person may be waiting.</value>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one collection may take.</summary>
    /// <value>Default 10 min: room for lists that move and are read again.</value>
    public TimeSpan SyncDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often one call is tried when the failure is one that passes.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait before the second attempt; it doubles with each.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);
}
