using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Http;

/// <summary>Names what Azure means by an answer other than 200 (azure-wire 4).</summary>
internal static partial class Refusals
{
    public const string ReadSubscription = "Microsoft.Resources/subscriptions/read";

    public static Failure Explain(Answer answer, string action, AzureTarget target)
    {
        var (code, message) = ReadError(answer.Body);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["status"] = answer.Status.ToString(CultureInfo.InvariantCulture),
            ["azureCode"] = code ?? "none",
            ["azureMessage"] = message ?? "none",
            ["correlationId"] = answer.CorrelationId ?? answer.RequestId ?? "none",
            ["host"] = answer.Uri.Host,
            ["missingActions"] = action,
            ["scope"] = $"/subscriptions/{target.SubscriptionId}",
        };
        if (FindTenant(answer.Challenge) is { } tenant)
            facts["tenantFromHeader"] = tenant.ToString();
        return new Failure(Code(answer, code, message, action), facts);
    }

    /// <summary>The code of the error envelope; null when the body is something else.</summary>
    public static string? FindCode(Answer answer) => ReadError(answer.Body).Code;

    /// <summary>The tenant in a challenge: only its GUID, whatever host stands before it.</summary>
    public static Guid? FindTenant(string? challenge) =>
        challenge is not null && AuthorizationUri.Match(challenge) is { Success: true } match && Guid.TryParse(match.Groups["tenant"].ValueSpan, out var tenant)
            ? tenant : null;

    [GeneratedRegex(
        "authorization_uri=\"https://[^\"/?#]+/(?<tenant>[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(/[^\"]*)?\"",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AuthorizationUri { get; }

    private static string Code(Answer answer, string? code, string? message, string action) => (answer.Status, code) switch
    {
        (401, "InvalidAuthenticationTokenTenant") => FailureCode.WrongTenant,
        (401, "InvalidAuthenticationTokenAudience") => FailureCode.WrongAudience,
        (401, "ExpiredAuthenticationToken") => FailureCode.TokenExpired,
        (401, "InvalidAuthenticationToken") when message?.Contains("'oid'", StringComparison.Ordinal) == true => FailureCode.ServicePrincipalMissing,
        (401, _) when answer.Challenge?.Contains("insufficient_claims", StringComparison.Ordinal) == true => FailureCode.TokenRevoked,
        (401, _) => FailureCode.TokenRejected,
        (403, _) => action == ReadSubscription ? FailureCode.NoReader : FailureCode.PartialScope,
        (404, "SubscriptionNotFound") => FailureCode.SubscriptionNotFound,
        (404, _) when action == ReadSubscription => FailureCode.SubscriptionNotFound,
        (400, "InvalidSubscriptionId") => FailureCode.SubscriptionNotFound,
        ( >= 100 and < 400, _) => FailureCode.MalformedAnswer,
        _ => FailureCode.AzureUnknown,
    };

    // Some answers come without the envelope, or as HTML from the edge.
    private static (string? Code, string? Message) ReadError(byte[]? body)
    {
        if (body is not [(byte)'{', ..])
            return default;
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : document.RootElement;
            return (Text(error, "code"), Text(error, "message"));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
