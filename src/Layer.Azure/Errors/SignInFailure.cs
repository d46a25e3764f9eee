using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>Names the failure behind an answer of Entra's token endpoint that is not a token (azure-wire 1.4, 1.5).</summary>
internal static partial class SignInFailure
{
    private const string NotNamed = "not named";

    /// <param name="status">HTTP status.</param>
    /// <param name="body">The answer's body; empty when none was kept.</param>
    /// <param name="retryAfter">What Entra asked to wait; null when it did not.</param>
    /// <param name="facts">Those of <see cref="AzureFacts"/>.</param>
    public static Failure Classify(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter, IReadOnlyDictionary<string, string> facts)
    {
        var error = MicrosoftError.Read(body);
        var number = FindNumber(body, error.Text);
        var found = new Dictionary<string, string>(facts, StringComparer.Ordinal)
        {
            ["host"] = facts.GetValueOrDefault("loginHost", NotNamed),
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
            ["microsoftCode"] = number is { } code ? code.ToString(CultureInfo.InvariantCulture) : error.Code ?? $"HTTP {status}",
            ["microsoftText"] = Trailers.Replace(error.Text, "") is { Length: > 0 } text ? text : $"(none, HTTP status {status})",
            ["correlationId"] = CorrelationId.Match(error.Text) is { Success: true } match ? match.Groups["id"].Value : NotNamed,
        };
        if (status == 429)
            found["retryAfter"] = ((long)Math.Ceiling(retryAfter?.TotalSeconds ?? 0)).ToString(CultureInfo.InvariantCulture);
        var entry = EntryOf(status, number, error);
        if (entry == SignInErrors.FederationMismatch)
            found["subject"] = Subject.Match(error.Text) is { Success: true } subject ? subject.Groups["subject"].Value : NotNamed;
        return new Failure(entry.Code, found);
    }

    // Microsoft asks clients to react to `error` and not to the number; only the number tells an expired secret from a wrong one.
    // So the number gives the card when it is known, and `error` when it is not.
    private static ErrorEntry EntryOf(int status, long? number, MicrosoftError error) => number switch
    {
        7000215 => SignInErrors.SecretInvalid,
        7000222 => SignInErrors.SecretExpired,
        7000216 => SignInErrors.CredentialMissing,
        700016 => SignInErrors.AppNotInTenant,
        7000229 => SignInErrors.ServicePrincipalMissing,
        7000112 => SignInErrors.AppDisabled,
        90002 => SignInErrors.TenantNotFound,
        900023 => SignInErrors.TenantInvalid,
        700027 => SignInErrors.CertificateUnknown,
        700024 => SignInErrors.AssertionExpired,
        700213 or 70021 => SignInErrors.FederationMismatch,
        53003 => SignInErrors.BlockedByPolicy,
        500011 => SignInErrors.ResourceNotInTenant,
        1002012 or 70011 => SignInErrors.ScopeRefused,
        900144 or 70003 => SignInErrors.SignInRequestRefused,
        50049 => SignInErrors.AuthorityUnknown,
        90033 or 90036 or 50196 => NetworkErrors.SignInUnavailable,
        _ => EntryOf(status, error),
    };

    private static ErrorEntry EntryOf(int status, MicrosoftError error) => (status, error.Code) switch
    {
        (429, _) => NetworkErrors.Throttled,
        ( >= 500, _) or (_, "temporarily_unavailable") => NetworkErrors.SignInUnavailable,
        _ when error.IsPage => AnswerErrors.IsHtml,
        (200, _) => SignInErrors.SignInMalformed,
        (_, "invalid_tenant") => SignInErrors.TenantNotFound,
        (_, "invalid_instance") => SignInErrors.AuthorityUnknown,
        (_, "invalid_scope") => SignInErrors.ScopeRefused,
        (_, "invalid_resource") => SignInErrors.ResourceNotInTenant,
        (_, "unsupported_grant_type") => SignInErrors.SignInRequestRefused,
        _ => SignInErrors.SignInRefused,
    };

    private static long? FindNumber(ReadOnlyMemory<byte> body, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("error_codes", out var codes) && codes is { ValueKind: JsonValueKind.Array } && codes.GetArrayLength() > 0
                && codes[0].ValueKind == JsonValueKind.Number && codes[0].TryGetInt64(out var first))
                return first;
        }
        catch (JsonException)
        {
            // Not JSON: the text may still begin with the number.
        }

        return Number.Match(text) is { Success: true } match && long.TryParse(match.Groups["number"].Value, NumberStyles.None, null, out var number)
            ? number
            : null;
    }

    [GeneratedRegex(@"AADSTS(?<number>\d{4,9})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number { get; }

    // Until 2023 on lines of their own, now on the same line.
    [GeneratedRegex(@"\s+Trace ID:.*$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trailers { get; }

    [GeneratedRegex(@"Correlation ID:\s+(?<id>[0-9A-Fa-f-]{36})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CorrelationId { get; }

    [GeneratedRegex(@"assertion subject '(?<subject>[^']*)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Subject { get; }
}
