using System.Globalization;
using System.Text.Json;
using Layer.Azure.Errors;
using Layer.Azure.SignIn;

namespace Layer.Azure.Checking;

/// <summary>When the credential in use ends: a certificate says so itself, a secret is found among the app's by Azure's hint (its first three characters).</summary>
internal sealed class SecretExpiry(AppSession session, AzureCredential credential, IReadOnlyDictionary<string, string> facts, TimeProvider clock)
{
    /// <summary>From this long before the end on the check warns.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    private const int HintLength = 3;

    public async Task<CheckStep> CheckAsync(CancellationToken cancellationToken)
    {
        if (credential is ClientCertificate { Certificate: var certificate })
            return Judge(0, new DateTimeOffset(certificate.NotAfter.ToUniversalTime()), []);
        if (credential is not ClientSecret secret)
            return StepKind.SecretExpiry.NotRun();
        var uri = new Uri(session.Cloud.Graph, $"/v1.0/applications(appId='{credential.ClientId}')?$select=id,appId,displayName,passwordCredentials,keyCredentials");
        var answer = await session.GetFromGraphAsync(uri, cancellationToken);
        var milliseconds = (long)answer.Elapsed.TotalMilliseconds;
        if (answer.IsSuccess && FindEnd(answer.Body, secret.Secret) is { } end)
            return Judge(milliseconds, end, [("hint", HintOf(secret.Secret))]);
        var reason = answer.Failure?.Code ?? $"HTTP {answer.Status}";
        return StepKind.SecretExpiry.Warned(milliseconds, Failures.Of(RightErrors.SecretExpiryUnknown, ("reason", reason)).With(facts));
    }

    private CheckStep Judge(long milliseconds, DateTimeOffset end, ReadOnlySpan<(string Name, string Value)> hint)
    {
        var day = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var left = end - clock.GetUtcNow();
        var days = Math.Max(0, (int)Math.Floor(left.TotalDays)).ToString(CultureInfo.InvariantCulture);
        ReadOnlySpan<(string, string)> found = [("expiresOn", day), ("days", days), ("expiresAt", end.ToString("O", CultureInfo.InvariantCulture)), .. hint];
        return left > Soon
            ? StepKind.SecretExpiry.Passed(milliseconds, found)
            : StepKind.SecretExpiry.Warned(
                milliseconds, Failures.Of(SignInErrors.SecretExpiresSoon, ("expiresOn", day), ("days", days)).With(facts), found);
    }

    // Of several secrets with the same hint the first to end is meant: a warning too early costs less than one too late.
    private static DateTimeOffset? FindEnd(ReadOnlyMemory<byte> body, string secret)
    {
        try
        {
            using var application = JsonDocument.Parse(body);
            if (application.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("passwordCredentials", out var secrets) || secrets.ValueKind != JsonValueKind.Array)
                return null;
            var hint = HintOf(secret);
            return secrets.EnumerateArray().Where(s => Text(s, "hint") == hint).Select(s => End(Text(s, "endDateTime"))).Min();
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string HintOf(string secret) => secret[..Math.Min(HintLength, secret.Length)];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static DateTimeOffset? End(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : null;
}
