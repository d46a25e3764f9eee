using System.Threading.RateLimiting;
using Layer.Evidence.Collecting;

namespace Layer.Serving;

/// <summary>How often passwords and links may be tried, and files taken away. More is answered with TOO_MANY_REQUESTS.</summary>
internal static class RateLimits
{
    /// <summary>Sign-in, set-up and invitations, by the address they come from.</summary>
    public const string Tries = "tries";

    /// <summary>Exports, by person.</summary>
    public const string Exports = "exports";

    /// <summary>A minute, after which the count begins anew.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public const int TriesPerWindow = 20;
    public const int ExportsPerWindow = 30;

    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.AddPolicy(Tries, static http => Of(http.Connection.RemoteIpAddress?.ToString() ?? "", TriesPerWindow));
        limits.AddPolicy(Exports, static http => Of(http.User.Identity?.Name ?? "", ExportsPerWindow));
        limits.OnRejected = static (rejected, _) => new ValueTask(
            WebFailures.WriteAsync(rejected.HttpContext, new Failure("TOO_MANY_REQUESTS", new Dictionary<string, string>(StringComparer.Ordinal)), connecting: false));
    });

    private static RateLimitPartition<string> Of(string who, int most) => RateLimitPartition.GetFixedWindowLimiter(
        who, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = Window, QueueLimit = 0 });
}
