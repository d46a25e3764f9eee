using Layer.Evidence.Collecting;

namespace Layer.Azure.Errors;

/// <summary>Names the failure behind the machine's identity endpoint giving no token (azure-wire 1.2).</summary>
internal static class ManagedIdentityFailure
{
    public const string Host = "169.254.169.254";

    /// <param name="refused">What Azure.Identity threw; it keeps the endpoint's answer only in its messages.</param>
    /// <param name="facts">Those of <see cref="AzureFacts"/>.</param>
    public static Failure Classify(Exception refused, IReadOnlyDictionary<string, string> facts)
    {
        var entry = SignInErrors.ManagedIdentityUnavailable;
        for (Exception? cause = refused; cause is not null; cause = cause.InnerException)
        {
            if (cause.Message.Contains("Identity not found", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("identity has not been assigned", StringComparison.OrdinalIgnoreCase))
                entry = SignInErrors.ManagedIdentityNotFound;
        }

        return new Failure(entry.Code, new Dictionary<string, string>(facts, StringComparer.Ordinal) { ["host"] = Host });
    }
}
