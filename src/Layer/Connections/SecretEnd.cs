using System.Globalization;
using Layer.Azure;

namespace Layer.Connections;

/// <summary>What Azure told about the secret in use: its end, and the hint by which the portal names it; a certificate has no hint.</summary>
internal sealed record SecretEnd(string? Hint, DateTimeOffset ExpiresAt)
{
    /// <summary>Null when the step is another one, or Azure told nothing.</summary>
    public static SecretEnd? Find(CheckStep step) => step.Id == "secret-expiry" && step.Facts.TryGetValue("expiresAt", out var end)
        ? new SecretEnd(step.Facts.GetValueOrDefault("hint"), DateTimeOffset.Parse(end, CultureInfo.InvariantCulture)) : null;
}
