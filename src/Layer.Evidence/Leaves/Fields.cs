using System.Text.Json;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>The properties of a JSON object, read strictly: what is missing or of another type is a <see cref="FormatException"/> that names it.</summary>
/// <remarks>Spelling is not checked here: <see cref="Leaf.Parse"/> writes what was read again and compares the bytes.</remarks>
internal readonly struct Fields(JsonElement element, string where)
{
    public string Text(string name) => FindText(name) ?? throw Wrong(name, "null");

    /// <summary>A string that is not empty.</summary>
    public string Words(string name) => Text(name) is { Length: > 0 } words ? words : throw Wrong(name, "empty");

    public string? FindText(string name)
    {
        var value = Get(name);
        return value.ValueKind switch
        {
            JsonValueKind.String => CanonicalJson.Text(value),
            JsonValueKind.Null => null,
            _ => throw Wrong(name, "not a string"),
        };
    }

    /// <summary>A string that is one of a closed list.</summary>
    public string OneOf(string name, IReadOnlyList<string> allowed)
    {
        var text = Text(name);
        return allowed.Contains(text) ? text : throw Wrong(name, $"'{text}' and not one of {string.Join(", ", allowed)}");
    }

    public long Integer(string name) => FindInteger(name) ?? throw Wrong(name, "null");

    public long? FindInteger(string name)
    {
        var value = Get(name);
        return value.ValueKind == JsonValueKind.Null ? null : AsInteger(value, name);
    }

    /// <summary>An integer that is not negative, e.g. a count or a leaf index.</summary>
    public long Natural(string name) => FindNatural(name) ?? throw Wrong(name, "null");

    public long? FindNatural(string name) => FindInteger(name) is var value && value < 0 ? throw Wrong(name, "negative") : value;

    /// <summary>A count, not negative.</summary>
    public int Count(string name) => Natural(name) is var count && count <= int.MaxValue ? (int)count : throw Wrong(name, "too large");

    public bool Boolean(string name) => Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "neither true nor false"),
    };

    public Digest Digest(string name) =>
        Evidence.Digest.TryParse(Text(name), out var digest) ? digest : throw Wrong(name, "not 64 hexadecimal digits");

    public Guid Uuid(string name) => FindUuid(name) ?? throw Wrong(name, "null");

    public Guid? FindUuid(string name)
    {
        if (FindText(name) is not { } text)
            return null;
        return Guid.TryParseExact(text, "D", out var uuid) ? uuid : throw Wrong(name, "not a UUID");
    }

    public DateTimeOffset Instant(string name) =>
        Canonical.Instant.TryParse(Text(name), out var instant) ? instant : throw Wrong(name, "not a time like 2026-11-23T06:00:02.123Z");

    public bool Has(string name) => Find(name) is not null;

    public bool IsNull(string name) => Get(name).ValueKind == JsonValueKind.Null;

    public bool IsInteger(string name) => Get(name).ValueKind == JsonValueKind.Number;

    public Fields Object(string name) => Of(Get(name), name);

    public IReadOnlyList<T> Each<T>(string name, Func<Fields, T> read) => [.. Elements(name).Select(item => read(Of(item, name)))];

    public IReadOnlyList<string> Texts(string name)
    {
        var texts = new List<string>();
        foreach (var item in Elements(name))
            texts.Add(item.ValueKind == JsonValueKind.String ? CanonicalJson.Text(item) : throw Wrong(name, "not a list of strings"));
        return texts;
    }

    /// <summary>The elements of an array that is read by position.</summary>
    public JsonElement[] Elements(string name)
    {
        var value = Get(name);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong(name, "not a list");
    }

    public static Fields Of(JsonElement element, string where) => element.ValueKind == JsonValueKind.Object
        ? new Fields(element, where)
        : throw new FormatException($"'{where}' is not an object.");

    public long AsInteger(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var integer) && integer is <= CanonicalWriter.MaxInteger and >= -CanonicalWriter.MaxInteger
            ? integer
            : throw Wrong(name, "not an integer of at most 2^53-1");

    public FormatException Wrong(string name, string what) => new($"'{where}.{name}' is {what}.");

    private JsonElement Get(string name) => Find(name) ?? throw new FormatException($"'{where}.{name}' is missing.");

    private JsonElement? Find(string name)
    {
        try
        {
            return element.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Another name, which was looked at on the way, is half of a surrogate pair.
            throw new MalformedTextException($"'{where}' has a name that holds half of a surrogate pair.");
        }
    }
}
