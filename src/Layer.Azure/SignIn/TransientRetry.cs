using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Layer.Azure.Http;

namespace Layer.Azure.SignIn;

/// <summary>Retries of the token endpoint, below MSAL: MSAL remembers a 429 or 5xx for the whole process and would refuse the next try by itself.</summary>
internal sealed class TransientRetry(AzureConnectorOptions options) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The connector signs in asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var started = options.Clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            RequestFailedException? lost = null;
            try
            {
                await ProcessNextAsync(message, pipeline);
                if (!Retrying.IsTransient(message.Response.Status))
                    return;
            }
            catch (RequestFailedException failed)
            {
                lost = failed;
            }

            var asked = lost is null && message.Response.Headers.TryGetValue("Retry-After", out var value)
                ? Retrying.ReadRetryAfter(value, date: null, options.Clock.GetUtcNow()) : null;
            var delay = Retrying.Delay(attempt, options.FirstDelay, asked);
            if (attempt >= options.Attempts || delay >= options.CallDeadline - options.Clock.GetElapsedTime(started))
            {
                if (lost is not null)
                    throw lost;
                return;
            }

            await Task.Delay(delay, options.Clock, message.CancellationToken);
        }
    }
}
