using System.Globalization;

namespace Layer.Azure.Http;

/// <summary>The date form of HTTP headers (RFC 9110 §5.6.7), always UTC, whole seconds.</summary>
internal static class HttpDate
{
    public static DateTimeOffset? Find(string? value) =>
        DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
