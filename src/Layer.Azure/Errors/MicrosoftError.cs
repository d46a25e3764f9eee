using System.Text;
using System.Text.Json;

namespace Layer.Azure.Errors;

/// <summary>What an error body of ARM, Graph or Entra says, whatever its shape.</summary>
/// <param name="Code">ARM's or Graph's <c>error.code</c>, Entra's <c>error</c>; null when the body names none.</param>
/// <param name="Text">The message; a plain body as it is; empty when there is none.</param>
/// <param name="IsPage">The body is HTML.</param>
internal sealed record MicrosoftError(string? Code, string Text, bool IsPage)
{
    // A card is read by people; some proxies put a whole page into their text.
    private const int LongestText = 600;

    public static MicrosoftError Read(ReadOnlyMemory<byte> body)
    {
        if (IsHtml(body.Span))
            return new MicrosoftError(null, "", IsPage: true);
        try
        {
            using var json = JsonDocument.Parse(body);
            return Of(json.RootElement);
        }
        catch (JsonException)
        {
            return new MicrosoftError(null, Shorten(Encoding.UTF8.GetString(body.Span)), IsPage: false);
        }
    }

    public static bool IsHtml(ReadOnlySpan<byte> body)
    {
        var start = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 256)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return start.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<head", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<body", StringComparison.OrdinalIgnoreCase);
    }

    // Azure's usual envelope is {"error":{code,message}}; some resource providers leave it out; Entra's error is a string.
    private static MicrosoftError Of(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return new MicrosoftError(null, Shorten(root.ToString()), IsPage: false);
        var error = root.TryGetProperty("error", out var inner) ? inner : root;
        return error.ValueKind == JsonValueKind.String
            ? new MicrosoftError(error.GetString(), Shorten(Find(root, "error_description")), IsPage: false)
            : new MicrosoftError(FindCode(error), Shorten(Find(error, "message")), IsPage: false);
    }

    private static string? FindCode(JsonElement error) => Find(error, "code") is { Length: > 0 } code ? code : null;

    private static string Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static string Shorten(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length <= LongestText ? trimmed : $"{trimmed[..LongestText]} …";
    }
}
