using System.Globalization;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Errors;

/// <summary>Names the failure behind an answer of the machine's identity endpoint that is not a token (azure-wire 1.2).</summary>
internal static class ManagedIdentityFailure
{
    public const string Host = "169.254.169.254";

    /// <param name="status">HTTP status; 0 when nothing answered.</param>
    /// <param name="body">The answer's body.</param>
    /// <param name="facts">Those of <see cref="AzureFacts"/>.</param>
    public static Failure Classify(int status, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> facts)
    {
        var error = MicrosoftError.Read(body);
        var entry = status is >= 400 and < 500 && error.Text.Contains("Identity not found", StringComparison.OrdinalIgnoreCase)
            ? SignInErrors.ManagedIdentityNotFound
            : SignInErrors.ManagedIdentityUnavailable;
        return new Failure(entry.Code, new Dictionary<string, string>(facts, StringComparer.Ordinal)
        {
            ["host"] = Host,
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
        });
    }
}
