using Azure.Core;
using Azure.Core.Pipeline;

namespace Layer.Azure.Http;

/// <summary>Settings of the pipeline: our own retries (<see cref="Rest"/>), so none of Azure.Core's.</summary>
internal sealed class ArmOptions : ClientOptions
{
    public ArmOptions(HttpPipelineTransport transport)
    {
        Transport = transport;
        Retry.MaxRetries = 0;
        // Azure.Core would end a silent call after 100 s with an exception of its own; ours end it, and say so.
        Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        Diagnostics.ApplicationId = "Layer";
        Diagnostics.IsLoggingEnabled = false;
        Diagnostics.IsDistributedTracingEnabled = false;
    }
}
