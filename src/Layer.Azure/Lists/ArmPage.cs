using System.Text.Json;
using System.Text.Unicode;

namespace Layer.Azure.Lists;

/// <summary>One page: <c>{"value":[…],"nextLink":"…"}</c>. Other properties may stand beside them.</summary>
internal static class ArmPage
{
    /// <summary>Reads the items and returns the next link; null when this is the last page.</summary>
    /// <exception cref="MalformedAnswerException">It is not such a page, to its last byte.</exception>
    public static string? Read<T>(ReadOnlyMemory<byte> body, ReadItem<T> readItem, Action<T> add) =>
        Strictly(body, (ref Utf8JsonReader reader, ReadOnlyMemory<byte> page) =>
        {
            Json.ExpectObject(ref reader, "The page");
            string? next = null;
            var hasValue = false;
            var names = new SeenNames();
            while (Json.NextProperty(ref reader, ref names, page.Span))
            {
                if (reader.ValueTextEquals("value"u8))
                {
                    reader.Read();
                    Json.ExpectArray(ref reader, "value");
                    while (Json.NextElement(ref reader))
                        add(readItem(ref reader, page));
                    hasValue = true;
                }
                else if (reader.ValueTextEquals("nextLink"u8))
                {
                    reader.Read();
                    next = Json.FindText(ref reader, page, "nextLink").ToString();
                }
                else
                {
                    reader.Read();
                    Json.Skip(ref reader, page.Span);
                }
            }

            if (!hasValue)
                throw new MalformedAnswerException("The page has no value.");
            return string.IsNullOrEmpty(next) ? null : next;
        });

    /// <summary>Reads an answer that is one object.</summary>
    /// <exception cref="MalformedAnswerException">It is not what <paramref name="read"/> expects, to its last byte.</exception>
    public static T ReadObject<T>(ReadOnlyMemory<byte> body, ReadItem<T> read) => Strictly(body, read);

    private static T Strictly<T>(ReadOnlyMemory<byte> body, ReadItem<T> read)
    {
        // RFC 8259 §8.1 lets a reader ignore a byte order mark.
        var page = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (!Utf8.IsValid(page.Span))
            throw new MalformedAnswerException("The answer is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(page.Span);
            reader.Read();
            var result = read(ref reader, page);
            if (reader.Read())
                throw new MalformedAnswerException("Something follows the answer.");
            return result;
        }
        catch (JsonException notJson)
        {
            throw new MalformedAnswerException("The answer is not JSON to its end.", notJson);
        }
        catch (InvalidOperationException surrogate)
        {
            // How Utf8JsonReader refuses an escaped half of a surrogate pair.
            throw new MalformedAnswerException("A text of the answer holds half of a surrogate pair.", surrogate);
        }
    }
}
