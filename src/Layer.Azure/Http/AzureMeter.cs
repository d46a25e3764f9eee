using System.Diagnostics.Metrics;

namespace Layer.Azure.Http;

/// <summary>What the connector counts: requests by host and answer, and time it waited because Azure asked it to. No id and no path is among the labels.</summary>
internal static class AzureMeter
{
    public const string Name = "Layer.Azure";

    private static readonly Meter Meter = new(Name);

    /// <summary>Labels: host; code, the HTTP status, or <c>none</c> when nothing came.</summary>
    public static readonly Counter<long> Requests = Meter.CreateCounter<long>("layer_azure_requests_total", description: "Requests sent to Azure, by host and HTTP status; none: nothing came.");

    public static readonly Counter<double> ThrottleWait = Meter.CreateCounter<double>("layer_azure_throttle_wait_seconds_total", description: "Seconds waited because Azure answered 429.");
}
