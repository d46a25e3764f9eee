using System.Globalization;
using System.Text.RegularExpressions;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>Names the failure behind an answer of ARM or Graph whose status is not 200 (azure-wire 3.1, 4, 7).</summary>
internal static partial class ArmFailure
{
    private const string ReadSubscription = "Microsoft.Resources/subscriptions/read";
    private const string NotNamed = "not named";

    /// <param name="status">HTTP status.</param>
    /// <param name="body">The answer's body; empty when none was kept.</param>
    /// <param name="challenge">The WWW-Authenticate header.</param>
    /// <param name="retryAfter">What Azure asked to wait; null when it did not.</param>
    /// <param name="facts">
    /// Those of <see cref="AzureFacts"/>, with <c>host</c>, <c>list</c>, the <c>action</c> the call needs,
    /// <c>requestId</c>, <c>correlationId</c> and, once known, <c>objectId</c>.
    /// </param>
    public static Failure Classify(
        int status, ReadOnlyMemory<byte> body, string? challenge, TimeSpan? retryAfter, IReadOnlyDictionary<string, string> facts)
    {
        var error = MicrosoftError.Read(body);
        var found = new Dictionary<string, string>(facts, StringComparer.Ordinal)
        {
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
            ["microsoftCode"] = error.Code ?? $"HTTP {status}",
            ["microsoftText"] = error.Text.Length > 0 ? error.Text : $"(none, HTTP status {status})",
        };
        found.TryAdd("correlationId", found.GetValueOrDefault("requestId", NotNamed));
        var entry = EntryOf(status, error, challenge, found);
        if (entry == NetworkErrors.Throttled)
            found["retryAfter"] = ((long)Math.Ceiling(retryAfter?.TotalSeconds ?? 0)).ToString(CultureInfo.InvariantCulture);
        return new Failure(entry.Code, found);
    }

    private static ErrorEntry EntryOf(int status, MicrosoftError error, string? challenge, Dictionary<string, string> facts) => status switch
    {
        429 => NetworkErrors.Throttled,
        408 or >= 500 => NetworkErrors.AzureUnavailable,
        _ when error.IsPage => AnswerErrors.IsHtml,
        401 => Unauthorized(error, challenge, facts),
        403 => Forbidden(error, facts),
        _ => error.Code switch
        {
            "SubscriptionNotFound" => SubscriptionErrors.NotFound,
            "InvalidSubscriptionId" => SubscriptionErrors.IdMalformed,
            "MissingApiVersionParameter" or "InvalidApiVersionParameter" or "NoRegisteredProviderFound" or "InvalidResourceType" =>
                AnswerErrors.ApiVersionRefused,
            null => AnswerErrors.UnexpectedStatus,
            _ => AnswerErrors.Unknown,
        },
    };

    private static ErrorEntry Unauthorized(MicrosoftError error, string? challenge, Dictionary<string, string> facts)
    {
        if (challenge?.Contains("insufficient_claims", StringComparison.OrdinalIgnoreCase) == true)
            return SignInErrors.TokenRevoked;
        switch (error.Code)
        {
            case "InvalidAuthenticationTokenTenant":
                facts["tenantFromAzure"] = FindTenant(challenge) ?? FindTenant(error.Text) ?? NotNamed;
                return SubscriptionErrors.WrongTenant;
            case "ExpiredAuthenticationToken":
            case "InvalidAuthenticationToken" when error.Text.Contains("expired", StringComparison.OrdinalIgnoreCase):
                return SignInErrors.TokenExpired;
            case "InvalidAuthenticationTokenAudience":
                return SignInErrors.WrongAudience;
            case "InvalidAuthenticationToken" when error.Text.Contains("'oid'", StringComparison.Ordinal):
                return SignInErrors.TokenWithoutIdentity;
            default:
                return SignInErrors.TokenRejected;
        }
    }

    private static ErrorEntry Forbidden(MicrosoftError error, Dictionary<string, string> facts)
    {
        if (error.Code == "Authorization_RequestDenied")
            return RightErrors.NamesUnavailable;
        if (error.Code != "AuthorizationFailed")
            return RightErrors.AccessRefused;
        var refusal = Refusal.Match(error.Text);
        if (refusal.Success)
        {
            // Azure writes the same action in different case from call to call; the caller's own spelling is the documented one.
            var action = refusal.Groups["action"].Value;
            if (!action.Equals(facts.GetValueOrDefault("action"), StringComparison.OrdinalIgnoreCase))
                facts["action"] = action;
            facts["scope"] = refusal.Groups["scope"].Value;
            facts.TryAdd("objectId", refusal.Groups["objectId"].Value);
        }

        return ReadSubscription.Equals(facts.GetValueOrDefault("action"), StringComparison.OrdinalIgnoreCase)
            ? RightErrors.NoReader
            : RightErrors.RightMissing;
    }

    /// <summary>The tenant in a challenge's <c>authorization_uri</c> or in a text that quotes it; null when there is none. Its host is not to be used.</summary>
    public static string? FindTenant(string? challenge) =>
        challenge is not null && Authority.Match(challenge) is { Success: true } match ? match.Groups["tenant"].Value.ToLowerInvariant() : null;

    [GeneratedRegex(
        @"with object id '(?<objectId>[^']*)' does not have authorization to perform action '(?<action>[^']*)' over scope '(?<scope>[^']*)'",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Refusal { get; }

    [GeneratedRegex(
        @"(authorization_uri=""https?://[^""/]+/|the authority \(URL\) 'https?://[^'/]+/)(?<tenant>[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Authority { get; }
}
