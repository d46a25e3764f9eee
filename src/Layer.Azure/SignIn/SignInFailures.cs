using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Identity;
using Layer.Azure.Http;
using Layer.Evidence.Collecting;
using Microsoft.Identity.Client;

namespace Layer.Azure.SignIn;

/// <summary>Names what Entra means by refusing a token (azure-wire 1.5).</summary>
internal static partial class SignInFailures
{
    // Microsoft asks to react to `error` only, but only the number tells an expired secret from a wrong one.
    private static readonly Dictionary<int, string> Codes = new()
    {
        [7000215] = FailureCode.SecretInvalid,
        [7000222] = FailureCode.SecretExpired,
        [7000216] = FailureCode.CredentialMissing,
        [700016] = FailureCode.AppNotInTenant,
        [7000229] = FailureCode.ServicePrincipalMissing,
        [7000112] = FailureCode.AppDisabled,
        [90002] = FailureCode.TenantNotFound,
        [900023] = FailureCode.TenantInvalid,
        [700027] = FailureCode.CertificateUnknown,
        [700024] = FailureCode.AssertionExpired,
        [700213] = FailureCode.FederationMismatch,
        [700211] = FailureCode.FederationMismatch,
        [700212] = FailureCode.FederationMismatch,
        [70021] = FailureCode.FederationMismatch,
        [53003] = FailureCode.BlockedByPolicy,
        [500011] = FailureCode.ResourceNotInTenant,
        [90033] = FailureCode.AzureUnavailable,
    };

    public static Failure Explain(Exception exception, Uri login, Peers peers)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case FederatedTokenUnreadableException:
                    return Failures.Of(FailureCode.FederatedTokenUnreadable);
                case CredentialUnavailableException:
                    return Failures.Of(FailureCode.ManagedIdentityUnavailable);
                case MsalThrottledServiceException:
                    return Unreachable.Of(FailureCode.Throttled, login, peers, "asked-to-wait");
                case MsalServiceException service:
                    return Explain(service, login, peers);
            }
        }

        return Unreachable.Find(exception, login, peers) ?? Failures.Of(FailureCode.SignInMalformed, ("host", login.Host), ("reason", exception.GetType().Name));
    }

    private static Failure Explain(MsalServiceException service, Uri login, Peers peers)
    {
        if (service.StatusCode == 429)
            return Unreachable.Of(FailureCode.Throttled, login, peers, "asked-to-wait");
        if (service.StatusCode is >= 500 or 408)
            return Unreachable.Of(FailureCode.AzureUnavailable, login, peers, service.StatusCode.ToString(CultureInfo.InvariantCulture));
        var (number, description) = ReadError(service.ResponseBody);
        if (number is null && service.StatusCode is >= 200 and < 400)
            return Failures.Of(FailureCode.SignInMalformed, ("host", login.Host), ("reason", service.ErrorCode ?? "unknown"));
        return Failures.Of(
            number is { } known && Codes.TryGetValue(known, out var code) ? code : FailureCode.AzureUnknown,
            ("azureCode", number is { } n ? $"AADSTS{n.ToString(CultureInfo.InvariantCulture)}" : service.ErrorCode ?? "unknown"),
            ("azureMessage", description ?? "none"),
            ("correlationId", service.CorrelationId ?? "none"),
            ("host", login.Host),
            ("status", service.StatusCode.ToString(CultureInfo.InvariantCulture)));
    }

    private static (int? Number, string? Description) ReadError(string? body)
    {
        if (string.IsNullOrEmpty(body) || body[0] != '{')
            return default;
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var number = root.TryGetProperty("error_codes", out var codes) && codes.ValueKind == JsonValueKind.Array && codes.GetArrayLength() > 0
                && codes[0].TryGetInt32(out var first) ? first : (int?)null;
            var description = root.TryGetProperty("error_description", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            return (number, description is null ? null : Trailers.Replace(description, ""));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    // On one line since 2024, on three before.
    [GeneratedRegex(@"\s+Trace ID:.*$", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trailers { get; }
}
