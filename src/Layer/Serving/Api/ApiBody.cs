using System.Text.Json;

namespace Layer.Serving.Api;

/// <summary>A JSON object that was sent. Everything that is wrong with it is told at once; values are not repeated, as one may be a secret.</summary>
internal sealed class ApiBody
{
    private const int MostBytes = 64 * 1024;

    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly List<string> _problems = [];

    /// <summary>Reads the body of a request; an empty one is an object without fields.</summary>
    /// <exception cref="Operations.RefusedException">REQUEST_INVALID: it is no JSON object, or larger than 64 KiB.</exception>
    public static async Task<ApiBody> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var (body, names) = (new ApiBody(), http.Call().Body);
        using var bytes = new MemoryStream();
        var block = new byte[8192];
        while (await http.Request.Body.ReadAsync(block, cancellationToken) is > 0 and var read)
        {
            bytes.Write(block, 0, read);
            if (bytes.Length > MostBytes)
                throw ApiQuery.Invalid([$"The body is longer than {MostBytes} bytes."]);
        }

        if (bytes.Length == 0)
            return body;
        try
        {
            using var json = JsonDocument.Parse(bytes.ToArray());
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw ApiQuery.Invalid(["The body is not a JSON object."]);
            foreach (var field in json.RootElement.EnumerateObject())
            {
                if (!names.Contains(field.Name, StringComparer.Ordinal))
                    body._problems.Add($"'{field.Name}' is no field of this call. Allowed: {string.Join(", ", names)}.");
                else if (!body._fields.TryAdd(field.Name, field.Value.Clone()))
                    body._problems.Add($"'{field.Name}' stands there twice.");
            }
        }
        catch (JsonException wrong)
        {
            throw ApiQuery.Invalid([$"The body is not JSON: line {wrong.LineNumber + 1}."]);
        }

        return body;
    }

    /// <summary>Null when it was not sent.</summary>
    public string? Text(string name) => Find(name) is not { } field ? null : field.ValueKind == JsonValueKind.String ? field.GetString() : Wrong<string>(name, "a text");

    /// <summary>Null when it was not sent.</summary>
    public bool? Flag(string name) => Find(name) is not { } field ? null : field.ValueKind is JsonValueKind.True or JsonValueKind.False ? field.GetBoolean() : Wrong(name, "true, false");

    /// <summary>A number as text, for readers that take what was typed.</summary>
    public string? Number(string name) => Find(name) is not { } field ? null : field.ValueKind == JsonValueKind.Number ? field.GetRawText() : Wrong<string>(name, "a number");

    /// <summary>Texts; empty when they were not sent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } field)
            return [];
        if (field.ValueKind == JsonValueKind.Array && field.EnumerateArray().All(each => each.ValueKind == JsonValueKind.String))
            return [.. field.EnumerateArray().Select(each => each.GetString()!)];
        Wrong<string>(name, "a list of texts");
        return [];
    }

    /// <summary>Whether a field was sent and is not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    public void Add(string problem) => _problems.Add(problem);

    /// <exception cref="Operations.RefusedException">REQUEST_INVALID.</exception>
    public void RefuseWrong()
    {
        if (_problems.Count > 0)
            throw ApiQuery.Invalid(_problems);
    }

    private JsonElement? Find(string name) => _fields.TryGetValue(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;

    private T? Wrong<T>(string name, string allowed)
        where T : class
    {
        _problems.Add($"{name} has a value of another kind. Allowed: {allowed}.");
        return null;
    }

    private bool? Wrong(string name, string allowed)
    {
        Wrong<string>(name, allowed);
        return null;
    }
}
