using Layer.Azure;
using Layer.Evidence.Collecting;

namespace Layer.Connections;

/// <summary>Tries the steps a sync will take, and tells each as it is known.</summary>
internal sealed class ConnectionCheck(AzureConnector connector)
{
    /// <returns>The first failure without which no sync can succeed; null when there is none.</returns>
    public async Task<Failure?> RunAsync(AzureTarget target, AzureCredential credential, Action<CheckStep>? told, CancellationToken cancellationToken)
    {
        Failure? first = null;
        await foreach (var step in connector.CheckAsync(target, credential, cancellationToken))
        {
            told?.Invoke(step);
            if (step.Result == CheckResult.Fail)
                first ??= step.Failure;
        }

        return first;
    }
}
