using System.Text.Json;

namespace Layer.Azure.Lists;

/// <summary>Reads JSON once, strictly: a duplicate name, a lone surrogate, a wrong type or a missing property throws <see cref="MalformedAnswerException"/>.</summary>
internal static class Json
{
    /// <summary>Moves to the next property's value; false at the end of the object. The reader stands on the object's start or on the value before.</summary>
    public static bool NextProperty(ref Utf8JsonReader reader, ref SeenNames names, ReadOnlySpan<byte> page)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        names.Add(ref reader, page);
        return true;
    }

    /// <summary>Passes over a value and all below it.</summary>
    public static void Skip(ref Utf8JsonReader reader, ReadOnlySpan<byte> page)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var names = new SeenNames();
                while (NextProperty(ref reader, ref names, page))
                {
                    reader.Read();
                    Skip(ref reader, page);
                }

                break;
            case JsonTokenType.StartArray:
                while (NextElement(ref reader))
                    Skip(ref reader, page);
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                _ = reader.GetString();
                break;
        }
    }

    /// <summary>Passes over the value of the property the reader stands on.</summary>
    public static void SkipNext(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        reader.Read();
        Skip(ref reader, page.Span);
    }

    /// <summary>The value of the property the reader stands on, a string.</summary>
    public static JsonText Next(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, string what) =>
        FindNext(ref reader, page, what) is { IsNull: false } text ? text : throw new MalformedAnswerException($"{what} is null.");

    /// <summary>The value of the property the reader stands on, a string or null.</summary>
    public static JsonText FindNext(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, string what)
    {
        reader.Read();
        return FindText(ref reader, page, what);
    }

    /// <summary>Moves to the next element; false at the end of the array.</summary>
    public static bool NextElement(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    public static void ExpectObject(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new MalformedAnswerException($"{what} is not an object.");
    }

    public static void ExpectArray(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new MalformedAnswerException($"{what} is not an array.");
    }

    /// <summary>The string the reader stands on.</summary>
    public static JsonText Text(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, string what) =>
        FindText(ref reader, page, what) is { IsNull: false } text ? text : throw new MalformedAnswerException($"{what} is null.");

    /// <summary>The string or null the reader stands on.</summary>
    public static JsonText FindText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, string what)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType != JsonTokenType.String)
            throw new MalformedAnswerException($"{what} is not a string.");
        // GetString throws on half of a surrogate pair.
        if (reader.ValueIsEscaped)
            _ = reader.GetString();
        var start = (int)reader.TokenStartIndex;
        return new JsonText(page[start..(int)reader.BytesConsumed], reader.ValueIsEscaped);
    }
}
