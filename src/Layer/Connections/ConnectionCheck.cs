using Layer.Azure;
using Layer.Evidence.Collecting;

namespace Layer.Connections;

/// <summary>Tries the steps a sync will take, and tells each as it is known.</summary>
internal sealed class ConnectionCheck(AzureConnector connector)
{
    public async Task<CheckOutcome> RunAsync(AzureTarget target, AzureCredential credential, Action<CheckStep>? told, CancellationToken cancellationToken)
    {
        Failure? first = null;
        SecretEnd? secret = null;
        await foreach (var step in connector.CheckAsync(target, credential, cancellationToken))
        {
            told?.Invoke(step);
            secret ??= SecretEnd.Find(step);
            if (step.Result == CheckResult.Fail)
                first ??= step.Failure;
        }

        return new CheckOutcome(first, secret);
    }
}

/// <summary>What a check came to.</summary>
/// <param name="Failure">The first failure with which no sync can succeed; null when there is none.</param>
/// <param name="Secret">Null when Azure did not tell.</param>
internal sealed record CheckOutcome(Failure? Failure, SecretEnd? Secret);
