using System.Text.Json;

namespace Layer.Evidence.Canonical;

/// <summary>RFC 8785: the one spelling of a JSON value, and the narrower profile in which everything is sealed.</summary>
/// <remarks>The profile: numbers are integers of at most 2^53-1, property names are ASCII. See docs/evidence-format.md §2.</remarks>
public static class CanonicalJson
{
    /// <summary>The canonical bytes of any JSON value, numbers as IEEE 754 doubles.</summary>
    /// <exception cref="MalformedTextException">
    /// No JSON, no UTF-8, a property that comes twice, half of a surrogate pair, a number beyond a double, or more than 64 levels.
    /// </exception>
    public static byte[] Canonicalize(ReadOnlyMemory<byte> utf8) => Write(utf8, profile: false);

    /// <summary>Whether the bytes are canonical already and within the profile.</summary>
    public static bool IsCanonicalProfile(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return Write(utf8, profile: true).AsSpan().SequenceEqual(utf8.Span);
        }
        catch (MalformedTextException)
        {
            return false;
        }
    }

    /// <summary>Whether a value that was parsed already stood there canonically and within the profile.</summary>
    internal static bool IsCanonicalProfile(JsonElement value, ReadOnlySpan<byte> utf8, CanonicalWriter writer)
    {
        writer.Reset();
        try
        {
            Write(value, writer, profile: true);
            return writer.WrittenSpan.SequenceEqual(utf8);
        }
        catch (MalformedTextException)
        {
            return false;
        }
    }

    /// <summary>Parses bytes that will be compared with their canonical form afterwards.</summary>
    /// <exception cref="MalformedTextException">No UTF-8 or no JSON.</exception>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        // The parser looks at UTF-8 only inside strings that are asked for.
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span))
            throw new MalformedTextException("The text is not UTF-8.");
        try
        {
            return JsonDocument.Parse(utf8);
        }
        catch (JsonException malformed)
        {
            throw new MalformedTextException($"The text is not JSON: {malformed.Message}");
        }
    }

    /// <summary>A string's text.</summary>
    /// <exception cref="MalformedTextException">It holds half of a surrogate pair.</exception>
    internal static string Text(JsonElement element) => Unescape(() => element.GetString()!); // only asked of strings

    private static byte[] Write(ReadOnlyMemory<byte> utf8, bool profile)
    {
        using var document = Parse(utf8);
        var writer = new CanonicalWriter();
        Write(document.RootElement, writer, profile);
        return writer.ToArray();
    }

    private static void Write(JsonElement element, CanonicalWriter writer, bool profile)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(element, writer, profile);
                break;
            case JsonValueKind.Array:
                writer.StartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer, profile);
                writer.EndArray();
                break;
            case JsonValueKind.String:
                writer.String(Text(element));
                break;
            case JsonValueKind.Number when profile:
                if (!element.TryGetInt64(out var integer) || integer is > CanonicalWriter.MaxInteger or < -CanonicalWriter.MaxInteger)
                    throw new MalformedTextException("A number is not an integer of at most 2^53-1.");
                writer.Integer(integer);
                break;
            case JsonValueKind.Number:
                writer.Literal(EcmaScriptNumber.Format(element.GetDouble()));
                break;
            case JsonValueKind.Null:
                writer.Null();
                break;
            default:
                writer.Boolean(element.GetBoolean());
                break;
        }
    }

    private static void WriteObject(JsonElement element, CanonicalWriter writer, bool profile)
    {
        var properties = new List<(string Name, JsonElement Value)>();
        foreach (var property in element.EnumerateObject())
            properties.Add((Unescape(() => property.Name), property.Value));
        // RFC 8785 §3.2.3: by UTF-16 code units.
        properties.Sort(static (x, y) => string.CompareOrdinal(x.Name, y.Name));
        writer.StartObject();
        for (var i = 0; i < properties.Count; i++)
        {
            var (name, value) = properties[i];
            if (i > 0 && name == properties[i - 1].Name)
                throw new MalformedTextException($"The property '{name}' comes twice.");
            if (profile && !System.Text.Ascii.IsValid(name))
                throw new MalformedTextException($"The property name '{name}' is not ASCII.");
            writer.AnyName(name);
            Write(value, writer, profile);
        }

        writer.EndObject();
    }

    private static string Unescape(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new MalformedTextException("The text holds half of a surrogate pair.");
        }
    }
}
